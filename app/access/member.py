"""Members: the people of a workspace. Whoever stands above somebody may change them; the owner stands above everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.access import member_roles, role
from app.access.member_roles import NoRole, OutOfReach
from app.access.role import Role
from app.access.viewer import Viewer
from app.accounts.user_agent import Device, device
from app.core import events, live
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements

TOPIC = "members"
CHANGED = "members_changed"

q = statements("members")
invitations = statements("invitations")


class Member(msgspec.Struct, frozen=True):
    """`held` are the keys of their roles. `id` is the person's, which is the same in every workspace."""

    id: int
    name: str
    email: str
    language: str
    title: str
    owner: bool
    joined_at: datetime
    deactivated_at: datetime | None
    two_factor: bool
    # Whether they are there now: online, away, busy or offline.
    presence: str
    seen_at: datetime | None
    held: list[str]
    # The name as the list sorts it.
    sorting: str = ""

    @property
    def state(self) -> str:
        return "deactivated" if self.deactivated_at else "active"


class Filter(msgspec.Struct, frozen=True):
    """What the list shows; kept in the address."""

    only: Literal["active", "invited", "deactivated"] = "active"
    role: Annotated[str, Meta(max_length=40)] = ""
    q: Annotated[str, Meta(max_length=120)] = ""


class Counts(msgspec.Struct, frozen=True):
    active: int
    invited: int
    deactivated: int


class Session(msgspec.Struct, frozen=True):
    """One that they have in this workspace."""

    kind: str
    address: str
    agent: str
    two_factor: bool
    seen_at: datetime

    @property
    def device(self) -> Device:
        return device(self.agent)


class Profile(msgspec.Struct, frozen=True):
    """What others say of somebody here. Name, language and password are the person's own."""

    title: Annotated[str, Meta(max_length=80)] = ""


class Roles(msgspec.Struct, frozen=True):
    roles: list[str] = []


class Untouchable(Exception):
    """Not below whoever wants to change them."""

    message = N_("Only somebody above them can do this: their role is as high as yours, or higher.")


class TheOwner(Untouchable):
    """There is exactly one, at every moment."""

    message = N_("The owner stays as they are. To change that, the owner hands the workspace over first.")


class Oneself(Untouchable):
    """Nobody raises themselves, or closes the door behind them by mistake."""

    message = N_("You cannot do this to yourself. Ask somebody above you.")


class NoSeats(Exception):
    """The plan counts who is active, and here those as well who were invited."""

    message = N_("Your plan has no room for more people.")


async def search(db: Db, wish: Filter, *, page: str = "") -> Page[Member]:
    """In the order of the names."""
    name, last = after(page, str, int)
    found = await db.many(
        q.search, Member, active=wish.only == "active", role=wish.role, words=wish.q.strip(), last_name=name or "",
        last=last or 0,
    )  # fmt: skip
    return page_of(found, lambda person: (person.sorting, person.id))


async def find(db: Db, member_id: int) -> Member:
    return await db.one(q.find, Member, id=member_id)


async def counts(db: Db) -> Counts:
    return await db.one(q.counts, Counts)


async def sessions(db: Db, person: Member) -> list[Session]:
    return await db.many(q.sessions, Session, id=person.id)


async def seats(db: Db, wanted: int) -> None:
    """Before somebody is invited or brought back. Raises NoSeats; the database refuses whoever comes in between."""
    if not await db.value(q.has_seats, wanted=wanted):
        raise NoSeats


def obstacle(person: Member, known: dict[str, Role], by: Viewer) -> Untouchable | None:
    """What keeps this viewer from changing this person; None is nothing."""
    if person.owner:
        return TheOwner()
    if person.id == by.id:
        return Oneself()
    return Untouchable() if member_roles.level_of(known, person.held) >= by.level else None


async def _below(db: Db, person: Member, by: Viewer) -> dict[str, Role]:
    known = await role.every(db)
    if found := obstacle(person, known, by):
        raise found
    return known


async def entitle(db: Db, person: Member, profile: Profile, *, by: Viewer) -> None:
    """Raises Untouchable. Everybody may say of themselves what they do."""
    if person.id != by.id:
        await _below(db, person, by)
    await db.run(q.entitle, id=person.id, title=profile.title)
    await live.announce(db, TOPIC, CHANGED, person.id)


async def assign(db: Db, person: Member, wanted: list[str], *, by: Viewer) -> None:
    """These roles, as far as the giver reaches: others that somebody holds stay. Raises Untouchable, OutOfReach or NoRole."""
    known, held = await _below(db, person, by), set(person.held)
    taken = [key for key in held - set(wanted) if member_roles.may_give(by, known, [key])]
    given = sorted(set(wanted) - held)
    if not member_roles.may_give(by, known, given):
        raise OutOfReach
    if not held - set(taken) and not given:
        raise NoRole
    await db.run(q.take_roles, id=person.id, keys=taken)
    await db.run(q.give_roles, id=person.id, keys=given, by=by.id)
    await live.announce(db, live.of_member(person.id), live.RIGHTS_CHANGED)
    await live.announce(db, TOPIC, CHANGED, person.id)


async def sign_out(db: Db, person: Member, *, by: Viewer) -> int:
    """Everywhere, at once; how many sessions that were. Raises Untouchable."""
    if person.id != by.id:
        await _below(db, person, by)
    return await _end_sessions(db, person)


async def deactivate(db: Db, person: Member, *, by: Viewer) -> None:
    """They are out at once: sessions, programs, what they promised. Their conversations go back. Raises Untouchable."""
    await _below(db, person, by)
    if not await db.value(q.deactivate, id=person.id):
        return
    await _end_sessions(db, person)
    await db.run(invitations.revoke_of, by=person.id)
    await events.record(db, "member_deactivated", member_id=person.id)
    await live.announce(db, TOPIC, CHANGED, person.id)


async def reactivate(db: Db, person: Member, *, by: Viewer) -> None:
    """With the roles that they had. Raises Untouchable or NoSeats."""
    await _below(db, person, by)
    await seats(db, 1)
    if await db.value(q.reactivate, id=person.id):
        await live.announce(db, TOPIC, CHANGED, person.id)


async def _end_sessions(db: Db, person: Member) -> int:
    await live.announce(db, live.of_member(person.id), live.SIGNED_OUT)
    return await db.run(q.sign_out, id=person.id)
