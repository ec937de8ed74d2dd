"""People: the list of who works here, was invited or is gone; and one person with what they may do."""

from __future__ import annotations

import json
from typing import Any

from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, FromQuery

from app.access import invitation, member, member_ownership, member_roles
from app.access import role as workspace_roles
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.member import Filter, Member
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.accounts import account, throttle
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_, gettext
from app.core.pages import AnyRequest, Page, page, redirect, render

LIST = "/settings/people"


@get("/", guards=[needs(Permission.VIEW_MEMBERS)])
async def index(
    request: CurrentRequest, db: TenantDb, *, only: FromQuery[str] = "", role: FromQuery[str] = "", q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:  # fmt: skip
    form = parse(Filter, {"only": only, "role": role, "q": q})
    wish = Filter() if form.errors else form.value
    shown: dict[str, Any] = {"wish": wish, "roles": await workspace_roles.every(db), "counts": await member.counts(db)}
    find = invitation.search if wish.only == "invited" else member.search
    return page(request, "people/index.html", "rows", found=await find(db, wish, page=after), **shown)


@get("/{member_id:int}", guards=[needs(Permission.VIEW_MEMBERS)])
async def show(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int]) -> Page:
    person = await member.find(db, member_id)
    return page(request, "people/show.html", "person", **await _about(db, person, viewer))


@put("/{member_id:int}", guards=[needs(Permission.UPDATE_MEMBERS)])
async def change(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, member_id: FromPath[int]
) -> Page:
    person, form = await member.find(db, member_id), parse(member.Profile, data)
    if form.errors:
        return page(request, "people/show.html", "person", status=422, **await _about(db, person, viewer, profile=form))
    await member.entitle(db, person, form.value, by=viewer)
    return await _changed(request, db, viewer, person)


@put("/{member_id:int}/roles", guards=[needs(Permission.GRANT_ROLES)])
async def assign(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, member_id: FromPath[int]
) -> Page:
    person, form = await member.find(db, member_id), parse(member.Roles, data)
    try:
        await member.assign(db, person, form.value.roles, by=viewer)
        return await _changed(request, db, viewer, person)
    except member_roles.NoRole as missing:
        form.errors["roles"] = missing.message
    form.raw.setdefault("roles", [])
    return page(request, "people/show.html", "person", status=422, **await _about(db, person, viewer, given=form))


@delete("/{member_id:int}/sessions", status_code=200, guards=[needs(Permission.END_SESSIONS)])
async def sign_out(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int]) -> Page:
    person = await member.find(db, member_id)
    await member.sign_out(db, person, by=viewer)
    return await _changed(request, db, viewer, person)


@put("/{member_id:int}/deactivation", guards=[needs(Permission.DEACTIVATE_MEMBERS)])
async def deactivate(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int]) -> Page:
    person = await member.find(db, member_id)
    await member.deactivate(db, person, by=viewer)
    return await _changed(request, db, viewer, person)


@delete("/{member_id:int}/deactivation", status_code=200, guards=[needs(Permission.DEACTIVATE_MEMBERS)])
async def reactivate(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int]) -> Page:
    person = await member.find(db, member_id)
    await member.reactivate(db, person, by=viewer)
    return await _changed(request, db, viewer, person)


@get("/{member_id:int}/ownership", guards=[needs(Permission.DELETE_WORKSPACE)])
async def ownership(request: CurrentRequest, db: TenantDb, member_id: FromPath[int]) -> Page:
    person = await member.find(db, member_id)
    if person.owner or person.deactivated_at:
        return redirect(request, f"{LIST}/{person.id}")
    return page(request, "people/ownership.html", "form", person=person, form=blank())


@put("/{member_id:int}/ownership", guards=[needs(Permission.DELETE_WORKSPACE)])
async def hand_over(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, member_id: FromPath[int]
) -> Page:
    person, form = await member.find(db, member_id), parse(member_ownership.Wish, data)
    if not form.errors:
        try:
            await member_ownership.hand_over(db, person, form.value, by=viewer)
            return redirect(request, LIST)
        except (account.WrongPassword, throttle.TooMany, member_ownership.CannotInherit) as refusal:
            form.errors["password"] = refusal.message
    return page(request, "people/ownership.html", "form", status=422, person=person, form=form)


async def _changed(request: CurrentRequest, db: Db, viewer: Viewer, person: Member) -> Page:
    """The page again, as it is now; a browser without scripts goes there."""
    if request.headers.get("hx-request-type") != "partial":
        return redirect(request, f"{LIST}/{person.id}")
    return page(request, "people/show.html", "person", **await _about(db, await member.find(db, person.id), viewer))


async def _about(
    db: Db, person: Member, viewer: Viewer, *, profile: Form[Any] | None = None, given: Form[Any] | None = None
) -> dict[str, Any]:
    known = await workspace_roles.every(db)
    obstacle = member.obstacle(person, known, viewer)
    return {
        "person": person, "roles": known, "obstacle": obstacle, "in_reach": member_roles.in_reach(viewer, known),
        "sessions": await member.sessions(db, person), "profile": profile or blank(title=person.title),
        "given": given or blank(roles=person.held),
    }  # fmt: skip


def refused(request: AnyRequest, refusal: Exception) -> Response[Any]:
    """What the page does not offer, and somebody asked for nevertheless; or what another one changed a moment before."""
    said = gettext(refusal.message)  # type: ignore[attr-defined]
    if request.headers.get("hx-request-type") == "partial":
        headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps({"toast": {"text": said, "tone": "danger"}})}
        return Response(said, status_code=409, media_type="text/plain", headers=headers)
    html = render(request, "errors/error.html", code=409, title=N_("This is not possible"), detail=said)
    return Response(html, status_code=409, media_type="text/html")


REFUSALS: dict[int | type[Exception], Any] = dict.fromkeys(
    (member.Untouchable, member.NoSeats, member_roles.OutOfReach, member_roles.NoRole), refused
)
handlers = [index, show, change, assign, sign_out, deactivate, reactivate, ownership, hand_over]
router = Router(LIST, route_handlers=handlers, exception_handlers=REFUSALS)
