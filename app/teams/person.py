"""The people of a workspace as colleagues see them: who is there, and how much each one has."""

from __future__ import annotations

import msgspec

from app.access import role
from app.access.permissions import Permission
from app.core import events, live
from app.core.db import Db, NotFound
from app.core.i18n import N_
from app.core.statements import statements
from app.teams.team import CHANGED, TOPIC, Team

TAKES = frozenset({Permission.SEND_MESSAGES, Permission.PICK_CONVERSATIONS})

q = statements("teams")


class Person(msgspec.Struct, frozen=True):
    """`capacity` is how many open conversations they take: their own number, else that of the workspace; none is no limit."""

    id: int
    name: str
    state: str
    chosen: str | None
    open: int
    capacity: int | None
    own_capacity: int | None

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.open >= self.capacity


class Name(msgspec.Struct, frozen=True):
    id: int
    name: str


class Membership(msgspec.Struct, frozen=True):
    team_id: int
    user_id: int
    leads: bool


class Full(Exception):
    """They have as many as they take. Whoever insists may give it to them anyway."""

    message = N_("They have as many conversations as they take.")

    def __init__(self, person: Person) -> None:
        super().__init__(person.name)
        self.person = person


async def every(db: Db) -> list[Person]:
    """Who may come in, whoever is there first."""
    return await db.many(q.people, Person)


async def find(db: Db, person_id: int) -> Person:
    """Raises NotFound for somebody of another company, and for who was deactivated."""
    return await db.one(q.person, Person, id=person_id)


async def takers(db: Db) -> set[int]:
    """The ids of those whose roles let them answer customers or take conversations."""
    keys = [key for key, each in (await role.every(db)).items() if each.permissions & TAKES]
    return {row["id"] for row in await db.rows(q.takers, keys=keys)}


async def memberships(db: Db) -> list[Membership]:
    """Who is in which team, those who lead first."""
    return await db.many(q.memberships, Membership)


async def with_room(db: Db, person_id: int) -> Person:
    """Whoever asks at the same moment waits for our transaction. Raises NotFound, or Full."""
    await db.run(q.lock, id=person_id)
    person = await find(db, person_id)
    if person.is_full:
        raise Full(person)
    return person


async def add(db: Db, team: Team, person: Person, *, by: int) -> None:
    """Somebody who is in it already stays as they are."""
    await db.run(q.add_member, team_id=team.id, person=person.id, by=by)
    await _changed(db)


async def remove(db: Db, team: Team, person_id: int) -> None:
    """What they have of the team's stays with them."""
    if not await db.run(q.remove_member, team_id=team.id, person=person_id):
        raise NotFound("team member")
    await _changed(db)


async def make_lead(db: Db, team: Team, person_id: int | None) -> None:
    """One at most; nobody with None. Raises NotFound for who is not in the team."""
    await db.run(q.unseat_lead, team_id=team.id, person=person_id)
    if person_id is not None and not await db.run(q.seat_lead, team_id=team.id, person=person_id):
        raise NotFound("team member")
    await _changed(db)


async def set_capacity(db: Db, person: Person, capacity: int | None) -> None:
    """None is that of the workspace."""
    await db.run(q.set_capacity, id=person.id, capacity=capacity)
    await _changed(db)


async def _changed(db: Db) -> None:
    await live.announce(db, TOPIC, CHANGED)
    await live.announce(db, "inbox", "inbox_changed")
    await events.record(db, "somebody_is_free")
