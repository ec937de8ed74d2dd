"""People over the API: who works here with which roles, and inviting more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access import invitation, member
from app.access import role as workspace_roles
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.member import Filter
from app.access.permissions import Permission
from app.api.listing import Listing, listed
from app.api.problems import Invalid
from app.core.db import Db
from app.core.forms import NOT_POSSIBLE
from app.core.i18n import N_
from app.core.paging import Page

TAGS = [N_("People")]


class HeldRole(msgspec.Struct, frozen=True):
    """`key` is the name of a preset, such as agent, or the id of one of the workspace's own as text."""

    key: str
    name: str
    level: int


class Member(msgspec.Struct, frozen=True):
    """`state` is active or deactivated; `seen_at` is null for somebody who never signed in."""

    id: int
    name: str
    email: str
    language: str
    title: str
    state: str
    roles: list[HeldRole]
    two_factor: bool
    joined_at: datetime
    seen_at: datetime | None


class Invitation(msgspec.Struct, frozen=True):
    """One that is open. Its link is only in the mail."""

    id: int
    email: str
    language: str
    roles: list[HeldRole]
    invited_by: str
    sent_at: datetime
    expires_at: datetime


class Invite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One link for each address, valid for seven days. `roles` are keys; whoever has a link already gets a new one.
    The language is one that the workspace offers; without one it is yours."""

    emails: Annotated[list[Annotated[str, Meta(max_length=254)]], Meta(min_length=1, max_length=invitation.MOST_AT_ONCE)]
    roles: Annotated[list[str], Meta(min_length=1)]
    language: str = ""
    message: Annotated[str, Meta(max_length=1000)] = ""


@get("/members", operation_id="list_members", summary=N_("Who works here, by name"), tags=TAGS,
     guards=[needs(Permission.VIEW_MEMBERS)])  # fmt: skip
async def index(
    db: TenantDb, *, only: FromQuery[Literal["active", "deactivated"]] = "active", role: FromQuery[str] = "",
    q: FromQuery[str] = "", after: FromQuery[str] = "",
) -> Listing[Member]:  # fmt: skip
    found = await member.search(db, Filter(only, role, q), page=after)
    known = await workspace_roles.every(db)
    return listed(Page([told(each, known) for each in found.rows], found.next))


@get("/members/{member_id:int}", operation_id="show_member", summary=N_("One person"), tags=TAGS,
     guards=[needs(Permission.VIEW_MEMBERS)])  # fmt: skip
async def show(db: TenantDb, member_id: FromPath[int]) -> Member:
    return told(await member.find(db, member_id), await workspace_roles.every(db))


@get("/invitations", operation_id="list_invitations", summary=N_("Invitations that nobody has accepted yet"), tags=TAGS,
     guards=[needs(Permission.VIEW_MEMBERS)])  # fmt: skip
async def invited(db: TenantDb, after: FromQuery[str] = "") -> Listing[Invitation]:
    found = await invitation.search(db, Filter(), page=after)
    return listed(Page(await _invitations(db, found.rows), found.next))


@post("/invitations", operation_id="create_invitations", summary=N_("Invite people by mail"), tags=TAGS,
      guards=[needs(Permission.INVITE_MEMBERS)])  # fmt: skip
async def invite(db: TenantDb, viewer: CurrentViewer, data: JSONBody[Invite]) -> Listing[Invitation]:
    offered = viewer.offered()
    language = data.language or (viewer.language if viewer.language in offered else next(iter(offered)))
    if language not in offered:
        raise Invalid(language=NOT_POSSIBLE)
    wish = invitation.Wish("\n".join(data.emails), language, data.roles, data.message)
    return Listing(await _invitations(db, await invitation.invite(db, wish, by=viewer)))


@delete("/invitations/{invitation_id:int}", operation_id="revoke_invitation", summary=N_("Take an invitation back"), tags=TAGS,
        guards=[needs(Permission.INVITE_MEMBERS)])  # fmt: skip
async def revoke(db: TenantDb, viewer: CurrentViewer, invitation_id: FromPath[int]) -> None:
    await invitation.revoke(db, await invitation.find(db, invitation_id), by=viewer)


def _roles(keys: list[str], known: dict[str, workspace_roles.Role]) -> list[HeldRole]:
    return [HeldRole(key, known[key].title, known[key].level) for key in keys if key in known]


def told(found: member.Member, known: dict[str, workspace_roles.Role]) -> Member:
    same = {name: getattr(found, name) for name in Member.__struct_fields__ if name != "roles"}
    return Member(roles=_roles(found.held, known), **same)


async def _invitations(db: Db, found: list[invitation.Invitation]) -> list[Invitation]:
    known = await workspace_roles.every(db)
    return [
        Invitation(each.id, each.email, each.language, _roles(each.held, known), each.inviter, each.sent_at, each.expires_at)
        for each in found
    ]  # fmt: skip


handlers = [index, show, invited, invite, revoke]
