"""Where the link of an invitation leads: its page, joining, and leaving the wrong account first."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post
from litestar.params import FromPath

from app.access import invitation_accepting, theme_routes, workspace_switch
from app.access.invitation_accepting import Known, Newcomer, Offer, Over
from app.access.member import NoSeats
from app.accounts import account, origin, session, signing_in, throttle
from app.accounts.account import SignedUp
from app.accounts.routes import checked
from app.core import i18n
from app.core.db import platform_tx
from app.core.forms import Form, SubmittedForm, blank
from app.core.pages import AnyRequest, Page, page, redirect

HOME = "/inbox"
FIELDS: dict[type[Exception], str] = {
    account.WrongPassword: "password", throttle.TooMany: "password", throttle.TooOften: "password",
    signing_in.WrongCode: "code", account.EmailTaken: "name", NoSeats: "workspace",
}  # fmt: skip


@get("/{token:str}", public=True)
async def show(request: AnyRequest, token: FromPath[str]) -> Page:
    found = await invitation_accepting.offer(token)
    if found and "language" not in request.cookies and request.scope.get("user") is None:
        i18n.choose(found.language)
    return _page(request, token, found, blank())


@post("/{token:str}", public=True)
async def accept(request: AnyRequest, token: FromPath[str], data: SubmittedForm) -> Page:
    found = await invitation_accepting.offer(token)
    if found is None or not found.is_open or _is_another(request, found):
        return _page(request, token, found, blank())
    form: Form[Any] = _parse(request, found, data)
    if not form.errors:
        try:
            return await _enter(request, found, await _joined(request, token, found, form))
        except Over:
            return _page(request, token, await invitation_accepting.offer(token), blank())
        except tuple(FIELDS) as refusal:
            form.errors[FIELDS[type(refusal)]] = refusal.message  # type: ignore[attr-defined]
    return _page(request, token, found, form)


@post("/{token:str}/departure", public=True)
async def depart(request: AnyRequest, token: FromPath[str]) -> Page:
    """Somebody else is signed in on this browser: out first, then back to the invitation."""
    async with platform_tx() as db:
        cookie = await session.end(db, request.cookies.get(session.cookie_name(), ""))
    return redirect(request, f"/invitations/{token}", cookie)


def _is_another(request: AnyRequest, found: Offer) -> bool:
    viewer = request.scope.get("user")
    return viewer is not None and (viewer.email != found.email or bool(viewer.impersonator))


def _parse(request: AnyRequest, found: Offer, data: dict[str, str | list[str]]) -> Form[Any]:
    if request.scope.get("user") is not None:
        return blank()
    form: Form[Any] = checked(Known if found.user_id else Newcomer, data)
    return form


async def _joined(request: AnyRequest, token: str, found: Offer, form: Form[Any]) -> SignedUp:
    if request.scope.get("user") is not None:
        return await invitation_accepting.by_member(token, found)
    if found.user_id:
        return await invitation_accepting.by_known(token, found, form.value, origin.of(request))
    return await invitation_accepting.by_newcomer(token, found, form.value)


async def _enter(request: AnyRequest, found: Offer, joined: SignedUp) -> Page:
    gave_a_code = found.two_factor and request.scope.get("user") is None
    async with platform_tx() as db:
        cookie = await workspace_switch.move(db, joined, request, proven=gave_a_code)
    return redirect(request, HOME, cookie, origin.remember(origin.of(request), found.email))


def _page(request: AnyRequest, token: str, found: Offer | None, form: Form[Any]) -> Page:
    is_open = found is not None and found.is_open
    form.raw.pop("password", None)
    status = 422 if form.errors else 200 if is_open else 410
    shown: dict[str, Any] = {"token": token, "offer": found, "form": form, "another": False}
    if found is not None:
        shown["another"] = _is_another(request, found)
        shown["look"] = theme_routes.dressed(request, found.brand_colour, found.accent_colour)
    return page(request, "people/invitation.html" if is_open else "people/invitation_over.html", "form", status=status, **shown)


router = Router("/invitations", route_handlers=[show, accept, depart])
