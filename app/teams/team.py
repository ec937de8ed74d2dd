"""Teams: people who look after the same conversations, with a queue of their own and one who leads them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.core import events, live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

TOPIC = "teams"
CHANGED = "teams_changed"

Tone = Literal["primary", "success", "warning", "danger", "info"]

q = statements("teams")


class Team(msgspec.Struct, frozen=True):
    """`waiting` are open conversations that nobody of them has; both counts end at a thousand."""

    id: int
    name: str
    description: str
    tone: str
    hands_out: bool
    lead_id: int | None
    lead: str
    # Whether the viewer is in it.
    mine: bool
    waiting: int
    open: int


class Name(msgspec.Struct, frozen=True):
    id: int
    name: str
    tone: str
    mine: bool


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    description: Annotated[str, Meta(max_length=300)] = ""
    tone: Tone = "primary"
    hands_out: bool = False


class NameTaken(Exception):
    """Accents and capitals make no difference."""

    message = N_("There is a team with this name already.")


async def every(db: Db) -> list[Team]:
    """In the order that the workspace gave them. A workspace has dozens, not thousands."""
    return await db.many(q.every, Team, id=None)


async def find(db: Db, team_id: int) -> Team:
    return await db.one(q.every, Team, id=team_id)


async def names(db: Db) -> list[Name]:
    """All of them without their figures, for menus."""
    return await db.many(q.names, Name)


async def create(db: Db, wish: Wish, *, by: Viewer) -> Team:
    async with db.unique(NameTaken):
        made: int = await db.value(q.create, by=by.id, **msgspec.structs.asdict(wish))
    await live.announce(db, TOPIC, CHANGED)
    return await find(db, made)


async def change(db: Db, team: Team, wish: Wish) -> None:
    async with db.unique(NameTaken):
        await db.run(q.change, id=team.id, **msgspec.structs.asdict(wish))
    await live.announce(db, TOPIC, CHANGED)
    if wish.hands_out and not team.hands_out:
        await events.record(db, "somebody_is_free")


async def move(db: Db, team: Team, *, up: bool) -> None:
    """One place up or down in every list of teams."""
    await db.run(q.move, id=team.id, up=up)
    await live.announce(db, TOPIC, CHANGED)


async def delete(db: Db, team: Team, *, heir: Team | None = None) -> None:
    """Its conversations go to another team, or belong to none; who had one keeps it."""
    await db.run(q.move_conversations, id=team.id, heir=heir.id if heir else None)
    await db.run(q.delete, id=team.id)
    await live.announce(db, TOPIC, CHANGED)
    await live.announce(db, "inbox", "inbox_changed")
    if heir and heir.hands_out:
        await events.record(db, "somebody_is_free")


def staffs(viewer: Viewer, team: Team) -> bool:
    """Whether they may say who is in it: by permission, or because they lead it."""
    return viewer.can(Permission.UPDATE_TEAMS) or team.lead_id == viewer.id
