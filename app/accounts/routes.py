"""Sign-up, sign-in in one step or two, sign-out."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, get_type_hints

import msgspec
from litestar import Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Meta

from app.accounts import (
    account,
    confirmation,
    deed,
    easy_passwords,
    new_browser,
    origin,
    session,
    signing_in,
    throttle,
    way_back,
)
from app.accounts.account import Account
from app.accounts.easy_passwords import is_easy
from app.accounts.origin import GONE
from app.core import demo, i18n
from app.core.db import platform_tx
from app.core.forms import NOT_POSSIBLE, Form, S, SubmittedForm, blank, parse
from app.core.pages import AnyRequest, Page, page, redirect

HOME = "/inbox"
FIRST_STEP = "/first-steps"
SECOND_STEP = "/sign-in/code"


class Credentials(msgspec.Struct, frozen=True):
    email: str
    password: str
    to: str = ""


class Code(msgspec.Struct, frozen=True):
    code: Annotated[str, Meta(max_length=40)]


@get("/sign-in", public=True)
async def sign_in_page(request: AnyRequest, to: FromQuery[str] = "") -> Page:
    return page(request, "accounts/sign_in.html", "form", form=blank(to=to), demo=demo.is_open())


@post("/sign-in", public=True)
async def sign_in(request: AnyRequest, data: SubmittedForm) -> Page:
    form = parse(Credentials, data)
    if not form.errors:
        try:
            found = await signing_in.prove(form.value.email, form.value.password, origin.of(request))
            return await enter(request, found, form.value.email, to=form.value.to)
        except (signing_in.Wrong, throttle.TooMany, signing_in.NoWorkspace) as refusal:
            form.errors["password"] = refusal.message
    form.raw.pop("password", None)
    return page(request, "accounts/sign_in.html", "form", status=422, form=form, demo=demo.is_open())


async def enter(
    request: AnyRequest, known: Account, email: str, *, to: str = "", proven: bool = False, told: bool = False
) -> Page:
    """In, or to the second step. `proven`: they have given a code; `told`: another letter says that they come in."""
    to = way_back.checked(to, home=HOME)
    if known.two_factor and not proven:
        return redirect(request, SECOND_STEP, _waiting(signing_in.half_way(known, email, to), signing_in.WAITS_FOR_CODE))
    async with platform_tx() as db:
        person = await account.details(db, known.user_id)
        cookie = await session.start(db, known, request, two_factor=proven)
        await deed.came_in(db, known.tenant_id, person)
        if not told:
            await new_browser.tell(db, known.user_id, known.tenant_id, origin.of(request))
    return redirect(request, to, cookie, origin.remember(origin.of(request), email))


@get("/sign-in/code", public=True)
async def code_page(request: AnyRequest) -> Page:
    if _half_way(request) is None:
        return redirect(request, "/sign-in")
    return page(request, "accounts/code.html", "form", form=blank())


@post("/sign-in/code", public=True)
async def give_code(request: AnyRequest, data: SubmittedForm) -> Page:
    waiting, form = _half_way(request), parse(Code, data)
    if waiting is None:
        return redirect(request, "/sign-in")
    if not form.errors:
        try:
            await signing_in.prove_code(waiting.user_id, waiting.email, form.value.code, origin.of(request))
            return await _through(request, waiting)
        except (signing_in.WrongCode, throttle.TooMany, signing_in.NoWorkspace) as refusal:
            form.errors["code"] = refusal.message
    return page(request, "accounts/code.html", "form", status=422, form=form)


async def _through(request: AnyRequest, waiting: signing_in.HalfWay) -> Page:
    async with platform_tx() as db:
        known = await signing_in.account_of(db, waiting)
    answer = await enter(request, known, waiting.email, to=waiting.to, proven=True) if known else redirect(request, "/sign-in")
    answer.set_cookie(_waiting("", GONE))
    return answer


def _half_way(request: AnyRequest) -> signing_in.HalfWay | None:
    return signing_in.read_half_way(request.cookies.get(origin.prefixed("step"), ""))


def _waiting(sealed: str, lasts: timedelta) -> Cookie:
    return origin.cookie(origin.prefixed("step"), sealed, lasts)


@get("/sign-up", public=True)
async def sign_up_page(request: AnyRequest) -> Page:
    return page(request, "accounts/sign_up.html", "form", form=blank())


@post("/sign-up", public=True)
async def sign_up(request: AnyRequest, data: SubmittedForm) -> Page:
    form = checked(account.SignUp, data)
    if not form.errors:
        try:
            return await _sign_up(request, form.value)
        except (account.EmailTaken, throttle.TooMany) as refusal:
            form.errors["email"] = refusal.message
    form.raw.pop("password", None)
    return page(request, "accounts/sign_up.html", "form", status=422, form=form)


async def _sign_up(request: AnyRequest, wish: account.SignUp) -> Page:
    if not await throttle.is_free(throttle.sign_ups(origin.of(request))):
        raise throttle.TooOften
    deed.arrives(wish.name)
    async with platform_tx() as db:
        made = await account.sign_up(db, wish, language=i18n.language())
        await confirmation.ask(db, made.member)
        cookie = await session.start(db, made, request)
    return redirect(request, FIRST_STEP, cookie, origin.remember(origin.of(request), wish.email))


def checked(kind: type[S], data: dict[str, str | list[str]]) -> Form[S]:
    """Parsed, with a sentence of our own where a field has something else in it than it should."""
    form = parse(kind, data)
    for field in account.MESSAGES.keys() & form.errors.keys():
        if form.errors[field] == NOT_POSSIBLE:
            form.errors[field] = account.MESSAGES[field]
    about = [str(data.get(field, "")) for field in ("email", "name", "workspace")]
    for field, hint in get_type_hints(kind, include_extras=True).items():
        if hint == account.FreshPassword and field not in form.errors and is_easy(str(data.get(field, "")), *about):
            form.errors[field] = easy_passwords.MESSAGE
    return form


@post("/sign-out", public=True)
async def sign_out(request: AnyRequest) -> Page:
    token = request.cookies.get(session.cookie_name(), "")
    async with platform_tx() as db:
        answer = redirect(request, "/sign-in", await session.end(db, token))
        if request.user:
            await deed.note(db, request.user, "sign_out")
    # Not the cookies: this browser stays known, and keeps its language.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@post("/demo", public=True)
async def open_demo(request: AnyRequest) -> Page:
    """One click into the demo workspace; only in development."""
    email = await demo.prepare()
    async with platform_tx() as db:
        return redirect(request, HOME, await session.start(db, await account.find(db, email), request))


@get("/", public=True)
async def start(request: AnyRequest) -> Redirect:
    return Redirect(HOME if request.user else "/sign-in", status_code=303)


router = Router(
    "/",
    route_handlers=[start, sign_in_page, sign_in, code_page, give_code, sign_up_page, sign_up, sign_out, open_demo],
)
