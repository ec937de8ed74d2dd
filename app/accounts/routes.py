"""Sign-up, sign-in, sign-out."""

from __future__ import annotations

import msgspec
from litestar import Router, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from app.accounts import account, session, throttle
from app.core import demo, i18n
from app.core.db import Db, platform_tx
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import AnyRequest, Page, page, redirect

HOME = "/inbox"
FIRST_STEP = "/numbers/new"  # nothing can be sent or received before a number is connected
MESSAGES = {
    "email": N_("That is not an e-mail address. Example: ana@empresa.es"),
    "password": N_("Use at least 10 characters."),
}


class Credentials(msgspec.Struct, frozen=True):
    email: str
    password: str


@get("/sign-in", public=True)
async def sign_in_page(request: AnyRequest) -> Page:
    return page(request, "accounts/sign_in.html", "form", form=blank(), demo=demo.is_open())


@post("/sign-in", public=True)
async def sign_in(request: AnyRequest, data: SubmittedForm) -> Page:
    form = parse(Credentials, data)
    if not form.errors:
        async with platform_tx() as db:
            if found := await _sign_in(db, request, form):
                return _with(redirect(request, HOME), await session.start(db, found))
    form.raw.pop("password", None)
    return page(request, "accounts/sign_in.html", "form", status=422, form=form, demo=demo.is_open())


async def _sign_in(db: Db, request: AnyRequest, form: Form[Credentials]) -> account.Account | None:
    wish, address = form.value, request.client.host if request.client else ""
    left = await throttle.guesses_left(db, wish.email, address)
    found = await account.check(db, wish.email, wish.password) if left else None
    if found:
        await throttle.right_guess(db, wish.email)
        return found
    if left:
        await throttle.wrong_guess(db, wish.email, address)
    form.errors["password"] = (
        N_("That does not match this e-mail. Try again.") if left > 1
        else N_("Too many wrong attempts. Wait 15 minutes and try again.")
    )  # fmt: skip
    return None


@get("/sign-up", public=True)
async def sign_up_page(request: AnyRequest) -> Page:
    return page(request, "accounts/sign_up.html", "form", form=blank())


@post("/sign-up", public=True)
async def sign_up(request: AnyRequest, data: SubmittedForm) -> Page:
    form = _sign_up_form(data)
    if not form.errors:
        try:
            async with platform_tx() as db:
                made = await account.sign_up(db, form.value, language=i18n.language())
                return _with(redirect(request, FIRST_STEP), await session.start(db, made))
        except account.EmailTaken as taken:
            form.errors["email"] = taken.message
    form.raw.pop("password", None)
    return page(request, "accounts/sign_up.html", "form", status=422, form=form)


def _sign_up_form(data: dict[str, str | list[str]]) -> Form[account.SignUp]:
    form = parse(account.SignUp, data)
    for field in MESSAGES.keys() & form.errors.keys():
        if form.errors[field] == NOT_POSSIBLE:
            form.errors[field] = MESSAGES[field]
    return form


@post("/sign-out", public=True)
async def sign_out(request: AnyRequest) -> Page:
    token = request.cookies.get(session.cookie_name(), "")
    async with platform_tx() as db:
        return _with(redirect(request, "/sign-in"), await session.end(db, token))


@post("/demo", public=True)
async def open_demo(request: AnyRequest) -> Page:
    """One click into the demo workspace; only in development."""
    email = await demo.prepare()
    async with platform_tx() as db:
        return _with(redirect(request, HOME), await session.start(db, await account.find(db, email)))


@get("/", public=True)
async def start(request: AnyRequest) -> Redirect:
    return Redirect(HOME if request.user else "/sign-in", status_code=303)


def _with(answer: Page, cookie: Cookie) -> Page:
    answer.set_cookie(cookie)
    return answer


router = Router("/", route_handlers=[start, sign_in_page, sign_in, sign_up_page, sign_up, sign_out, open_demo])
