"""One person, several workspaces: which they are in, going into another one, and founding one of their own."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.datastructures import Cookie
from msgspec import Meta

from app.access.viewer import Viewer
from app.accounts import session
from app.accounts.account import SignedUp
from app.core.db import Db, NotFound
from app.core.i18n import N_
from app.core.pages import AnyRequest
from app.core.secrets import digest
from app.core.statements import statements
from app.tenants import tenant

MOST_OWNED = 10

q = statements("workspace_switch")


class Workspace(msgspec.Struct, frozen=True):
    id: int
    name: str
    owner: bool
    suspended: bool


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]


class TooMany(Exception):
    """Somebody founds one after the other."""

    message = N_("You own ten workspaces already. Hand one over or delete it first.")


async def of_person(db: Db, viewer: Viewer) -> list[Workspace]:
    """In the order of their names. Who works here in somebody's name stays here. Needs the platform's door."""
    found = await db.many(q.of_person, Workspace, user_id=viewer.id)
    return [each for each in found if each.id == viewer.tenant_id or not viewer.impersonator]


async def enter(db: Db, workspace_id: int, *, by: Viewer, request: AnyRequest) -> Cookie:
    """Raises NotFound where they are no member. Who helps from inside stays where they are. Needs the platform's door."""
    if by.impersonator or workspace_id not in {workspace.id for workspace in await of_person(db, by)}:
        raise NotFound(workspace_id)
    return await move(db, SignedUp(workspace_id, by.id), request)


async def move(db: Db, to: SignedUp, request: AnyRequest, *, proven: bool = False) -> Cookie:
    """A new session in place of the one of this request. `proven`: they have just given a code. Needs the platform's door."""
    token = request.cookies.get(session.cookie_name(), "")
    proven = proven or bool(await db.value(q.second_factor, token_hash=digest(token), user_id=to.member))
    await session.end(db, token)
    return await session.start(db, to, request, two_factor=proven)


async def found(db: Db, wish: Wish, *, by: Viewer) -> int:
    """The id of a new workspace that is theirs, at home where this one is. Raises TooMany. Needs the platform's door."""
    if by.impersonator or sum(workspace.owner for workspace in await of_person(db, by)) >= MOST_OWNED:
        raise TooMany
    slug = await tenant.free_slug(db, wish.name)
    made: int = await db.value(
        q.found, name=wish.name, slug=slug, country=by.country, zone=by.time_zone, language=by.language, user_id=by.id
    )
    return made
