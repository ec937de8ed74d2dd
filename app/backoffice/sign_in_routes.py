"""The back office's own door: password and code in one form, in a session of its own."""

from __future__ import annotations

from litestar import Router, get, post
from litestar.datastructures import Cookie

from app.accounts import origin
from app.accounts.signing_in import NoWorkspace, Wrong
from app.accounts.throttle import TooMany
from app.backoffice import operator
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import AnyRequest, Page, page, redirect

FORM = "backoffice/sign_in.html"


@get("/sign-in", public=True)
async def sign_in_page(request: AnyRequest) -> Page:
    return page(request, FORM, "form", form=blank())


@post("/sign-in", public=True)
async def sign_in(request: AnyRequest, data: SubmittedForm) -> Page:
    form = parse(operator.Credentials, data)
    if not form.errors:
        try:
            return _with(redirect(request, "/platform"), await operator.sign_in(form.value, origin.of(request)))
        except (Wrong, TooMany, NoWorkspace, operator.NoSecondFactor) as refused:
            form.errors["password"] = refused.message
    for secret in ("password", "code"):
        form.raw.pop(secret, None)
    return page(request, FORM, "form", status=422, form=form)


@post("/sign-out", public=True)
async def sign_out(request: AnyRequest) -> Page:
    cookie = await operator.sign_out(request.cookies.get(operator.cookie_name(), ""))
    return _with(redirect(request, "/platform/sign-in"), cookie)


def _with(answer: Page, cookie: Cookie) -> Page:
    answer.set_cookie(cookie)
    return answer


router = Router("/platform", route_handlers=[sign_in_page, sign_in, sign_out])
