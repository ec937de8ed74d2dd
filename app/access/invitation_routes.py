"""Inviting people: the form, sending a link again, taking it back. The list is among the people."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post
from litestar.params import FromPath

from app.access import invitation, member, member_roles, role
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.invitation import Wish
from app.access.member_routes import LIST, REFUSALS, refused
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.accounts import confirmation
from app.core import mail
from app.core.db import Db
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.pages import Page, page, redirect

OPEN = f"{LIST}?only=invited"
FIRST_CHOICE = "agent"
FIELDS: dict[type[Exception], str] = {
    member_roles.NoRole: "roles", member_roles.OutOfReach: "roles", invitation.TooMany: "emails", member.NoSeats: "emails",
    mail.NoMailServer: "emails", invitation.Refused: "emails", confirmation.Unconfirmed: "emails",
}  # fmt: skip
MAY_INVITE = [needs(Permission.INVITE_MEMBERS)]


@get("/new", guards=MAY_INVITE)
async def new(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    return await _form(request, db, viewer, blank(language=viewer.language, roles=[FIRST_CHOICE], emails="", message=""))


@post("/", guards=MAY_INVITE)
async def invite(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _parse(data, viewer)
    reasons: dict[str, str] = {}
    if not form.errors:
        try:
            await invitation.invite(db, form.value, by=viewer)
            return redirect(request, OPEN)
        except tuple(FIELDS) as refusal:
            form.errors[FIELDS[type(refusal)]] = refusal.message  # type: ignore[attr-defined]
            reasons = getattr(refusal, "reasons", {})
    return await _form(request, db, viewer, form, reasons=reasons)


@post("/{invitation_id:int}/mail", guards=MAY_INVITE, status_code=200)
async def send_again(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, invitation_id: FromPath[int]) -> Page:
    await invitation.send_again(db, await invitation.find(db, invitation_id), by=viewer)
    return redirect(request, OPEN)


@delete("/{invitation_id:int}", status_code=200, guards=MAY_INVITE)
async def revoke(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, invitation_id: FromPath[int]) -> Page:
    await invitation.revoke(db, await invitation.find(db, invitation_id), by=viewer)
    return redirect(request, OPEN)


async def _form(
    request: CurrentRequest, db: Db, viewer: Viewer, form: Form[Any], *, reasons: dict[str, str] | None = None
) -> Page:
    possible = member_roles.in_reach(viewer, await role.every(db))
    shown: dict[str, Any] = {"form": form, "in_reach": possible, "reasons": reasons or {}, "mails": mail.is_possible()}
    return page(request, "people/invite.html", "form", status=422 if form.errors else 200, **shown)


def _parse(data: dict[str, str | list[str]], viewer: Viewer) -> Form[Wish]:
    form = parse(Wish, data)
    if not form.errors and form.value.language not in viewer.offered():
        form.errors["language"] = NOT_POSSIBLE
    given = form.raw.get("roles", [])
    form.raw["roles"] = given if isinstance(given, list) else [given]
    return form


WHEN_SENT_AGAIN: dict[int | type[Exception], Any] = dict.fromkeys(
    (invitation.Refused, invitation.TooMany, mail.NoMailServer), refused
)
router = Router(
    f"{LIST}/invitations", route_handlers=[new, invite, send_again, revoke], exception_handlers={**REFUSALS, **WHEN_SENT_AGAIN}
)
