"""A person's own account: name, language and password; and the language of this browser, for everybody."""

from __future__ import annotations

from litestar import Response, Router, get, post, put
from litestar.datastructures import Cookie
from litestar.params import FromPath

from app.access.guards import CurrentViewer, TenantDb, signed_in
from app.access.viewer import CurrentRequest
from app.accounts import account, session
from app.core import i18n
from app.core.db import NotFound, platform_tx
from app.core.forms import NOT_POSSIBLE, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import AnyRequest, Page, page, redirect

REMEMBERED = 31536000  # seconds: a year
TOO_SHORT = N_("Use at least 10 characters.")


@get("/account", guards=[signed_in])
async def show(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    form = blank(name=viewer.name, language=viewer.language)
    return page(request, "settings/account.html", "person", form=form, password=blank(), saved=False)


@put("/account", guards=[signed_in])
async def change(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(account.Person, data)
    if not form.errors and form.value.language not in i18n.LANGUAGES:
        form.errors["language"] = NOT_POSSIBLE
    if form.errors:
        return page(request, "settings/account.html", "person", status=422, form=form, password=blank(), saved=False)
    await account.change(db, viewer.id, form.value)
    answer = redirect(request, "/account")
    answer.set_cookie(_language(form.value.language))
    return answer


@put("/account/password", guards=[signed_in])
async def change_password(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(account.NewPassword, data)
    if form.errors.get("new_password") == NOT_POSSIBLE:
        form.errors["new_password"] = TOO_SHORT
    if not form.errors:
        async with platform_tx() as db:
            try:
                await account.change_password(db, viewer.email, form.value)
                await session.end_others(db, viewer.id, request.cookies.get(session.cookie_name(), ""))
            except account.WrongPassword as wrong:
                form.errors["password"] = wrong.message
    status, person = 422 if form.errors else 200, blank(name=viewer.name, language=viewer.language)
    return page(request, "settings/account.html", "secret", status, password=form, form=person, saved=not form.errors)


@post("/language/{code:str}", public=True, status_code=200)
async def choose_language(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """For this browser; somebody who is signed in keeps it everywhere."""
    if code not in i18n.LANGUAGES:
        raise NotFound(code)
    if viewer := request.scope.get("user"):
        async with viewer.tx() as db:
            await account.change(db, viewer.id, account.Person(viewer.name, code))
    return Response("", media_type="text/html", headers={"HX-Refresh": "true"}, cookies=[_language(code)])


def _language(code: str) -> Cookie:
    return Cookie(
        key="language", value=code, max_age=REMEMBERED, path="/", httponly=True, samesite="lax", secure=session.secure()
    )


router = Router("/", route_handlers=[show, change, change_password, choose_language])
