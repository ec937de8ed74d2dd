"""A person's own account: name, address, password and sessions; and the language of this browser, for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath

from app.access.guards import CurrentViewer, signed_in
from app.access.settings_routes import zones
from app.access.viewer import CurrentRequest, Viewer
from app.accounts import account, confirmation, deed, origin, password_reset, session, signing_in, throttle
from app.accounts.routes import checked
from app.core import i18n
from app.core.db import Db, NotFound, platform_tx
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.pages import AnyRequest, Page, fragment, page, redirect

PAGE = "/account"


@get("/account", guards=[signed_in])
async def show(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with platform_tx() as db:
        return await _page(request, db, viewer, "content")


@put("/account", guards=[signed_in])
async def change(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _person(data, viewer)
    async with platform_tx() as db:
        if form.errors:
            return await _page(request, db, viewer, "person", status=422, form=form)
        await account.change(db, viewer.id, form.value)
        await deed.note(db, viewer, "update")
    return redirect(request, PAGE, origin.language(form.value.language))


def _person(data: dict[str, Any], viewer: Viewer) -> Form[account.Person]:
    form = parse(account.Person, data)
    if not form.errors:
        possible = {"language": viewer.offered(viewer.language), "time_zone": {"", *zones()}}
        form.errors = {name: NOT_POSSIBLE for name, values in possible.items() if getattr(form.value, name) not in values}
    return form


@put("/account/email", guards=[signed_in])
async def change_email(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = checked(account.NewEmail, data)
    if not form.errors:
        try:
            await _ask_for_change(viewer, form.value)
        except (account.EmailTaken, throttle.TooOften) as refusal:
            form.errors["email"] = refusal.message
        except (account.WrongPassword, throttle.TooMany) as refusal:
            form.errors["email_password"] = refusal.message
    async with platform_tx() as db:
        kept = {} if form.errors else {"wrote_to": form.value.email}
        return await _page(request, db, viewer, "email", status=422 if form.errors else 200, email=form, **kept)


async def _ask_for_change(viewer: Viewer, wish: account.NewEmail) -> None:
    await signing_in.prove_again(viewer.id, viewer.email, wish.email_password)
    if not await throttle.is_free(throttle.mails(str(viewer.id), wish.email)):
        raise throttle.TooOften
    async with platform_tx() as db:
        await confirmation.ask_for_change(db, await account.details(db, viewer.id), wish.email)
        await deed.note(db, viewer, "ask_for_email")


@delete("/account/email", guards=[signed_in], status_code=200)
async def keep_email(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    """The address stays what it is: the link that is under way works no longer."""
    async with platform_tx() as db:
        await confirmation.stay(db, viewer.id)
        await deed.note(db, viewer, "keep_email")
        return await _page(request, db, viewer, "email")


@post("/account/confirmation", guards=[signed_in], status_code=200, without_two_factor=True)
async def send_again(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    sent = await throttle.is_free(throttle.mails(str(viewer.id), viewer.email))
    async with platform_tx() as db:
        if sent:
            await confirmation.remind(db, await account.details(db, viewer.id))
        await deed.note(db, viewer, "remind")
    return fragment(request, "accounts/sent_again.html", "content", sent=sent)


@put("/account/password", guards=[signed_in])
async def change_password(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = checked(account.NewPassword, data)
    if not form.errors:
        try:
            await _change_password(request, viewer, form.value)
        except (account.WrongPassword, throttle.TooMany) as refusal:
            form.errors["password"] = refusal.message
    status, saved = (422, False) if form.errors else (200, True)
    async with platform_tx() as db:
        return await _page(request, db, viewer, "secret", status=status, password=form, saved=saved)


async def _change_password(request: CurrentRequest, viewer: Viewer, wish: account.NewPassword) -> None:
    await signing_in.prove_again(viewer.id, viewer.email, wish.password)
    async with platform_tx() as db:
        await account.set_password(db, viewer.id, wish.new_password)
        await session.end_others(db, viewer.id, _token(request))
        await password_reset.told(db, viewer.id)
        await deed.note(db, viewer, "change_password")


@delete("/account/sessions", guards=[signed_in], status_code=200)
async def end_others(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with platform_tx() as db:
        await session.end_others(db, viewer.id, _token(request))
        await deed.note(db, viewer, "end_sessions")
        return await _page(request, db, viewer, "sessions")


@delete("/account/sessions/{session_id:uuid}", guards=[signed_in], status_code=200)
async def end_session(request: CurrentRequest, viewer: CurrentViewer, session_id: FromPath[UUID]) -> Page:
    async with platform_tx() as db:
        if not await session.revoke(db, viewer.id, session_id):
            raise NotFound(str(session_id))
        await deed.note(db, viewer, "end_session")
        return await _page(request, db, viewer, "sessions")


async def _page(request: CurrentRequest, db: Db, viewer: Viewer, block: str, *, status: int = 200, **more: Any) -> Page:
    person = await account.details(db, viewer.id)
    known = {
        "person": person, "sessions": await session.all(db, viewer.id, _token(request)), "zones": zones().items(),
        "form": blank(name=person.name, language=person.language, time_zone=person.time_zone),
        "email": blank(), "password": blank(), "saved": False, "wrote_to": "",
    }  # fmt: skip
    return page(request, "settings/account.html", block, status, **{**known, **more})


def _token(request: CurrentRequest) -> str:
    return request.cookies.get(session.cookie_name(), "")


@post("/language/{code:str}", public=True, status_code=200)
async def choose_language(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """For this browser; somebody who is signed in keeps it everywhere."""
    if code not in i18n.LANGUAGES:
        raise NotFound(code)
    if (viewer := request.scope.get("user")) and not viewer.impersonator:
        async with viewer.tx() as db:
            await account.speak(db, viewer.id, code)
    return Response("", media_type="text/html", headers={"HX-Refresh": "true"}, cookies=[origin.language(code)])


router = Router(
    "/",
    route_handlers=[
        show, change, change_email, keep_email, send_again, change_password, end_others, end_session, choose_language,
    ],
)  # fmt: skip
