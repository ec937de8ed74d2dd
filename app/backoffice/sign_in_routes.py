"""The back office's own door: password and code in one form, in a session of its own, and back to the page that was asked."""

from __future__ import annotations

from litestar import Router, get, post
from litestar.params import FromQuery

from app.access.operator import ROOT, cookie_name
from app.accounts import origin, way_back
from app.accounts.signing_in import NoWorkspace, Wrong
from app.accounts.throttle import TooMany
from app.backoffice import signing_in
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import AnyRequest, Page, page, redirect

FORM = "backoffice/sign_in.html"


@get("/sign-in", public=True)
async def sign_in_page(request: AnyRequest, to: FromQuery[str] = ROOT) -> Page:
    return page(request, FORM, "form", form=blank(to=to))


@post("/sign-in", public=True)
async def sign_in(request: AnyRequest, data: SubmittedForm) -> Page:
    form, where = parse(signing_in.Credentials, data), origin.of(request)
    if not form.errors:
        try:
            cookie, known = await signing_in.sign_in(form.value, where), origin.remember(where, form.value.email)
            return redirect(request, way_back.checked(form.value.to, home=ROOT, root=ROOT), cookie, known)
        except (Wrong, TooMany, NoWorkspace, signing_in.NoSecondFactor) as refused:
            form.errors["password"] = refused.message
    for secret in ("password", "code"):
        form.raw.pop(secret, None)
    return page(request, FORM, "form", status=422, form=form)


@post("/sign-out", public=True)
async def sign_out(request: AnyRequest) -> Page:
    return redirect(request, f"{ROOT}/sign-in", await signing_in.sign_out(request.cookies.get(cookie_name(), "")))


router = Router(ROOT, route_handlers=[sign_in_page, sign_in, sign_out])
