"""What each person of the team did in a period: taken, sent, resolved, and how long customers waited for their first answer."""

from __future__ import annotations

from datetime import date

import msgspec

from app.access import member
from app.access.member import Member
from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.core.db import Db, NotFound
from app.core.statements import statements
from app.dashboard.period import Period

MOST = 200  # lines; a company of more looks at its teams

q = statements("dashboard")


class Deeds(msgspec.Struct, frozen=True, kw_only=True):
    """`median` and `p90` are seconds until a first answer, of `answered` people who waited for one; None when nobody did."""

    taken: int = 0
    sent: int = 0
    answered: int = 0
    median: int | None = None
    p90: int | None = None
    resolved: int = 0


class Person(Deeds, frozen=True, kw_only=True):
    id: int
    name: str


class Day(Deeds, frozen=True, kw_only=True):
    day: date


async def of_period(db: Db, period: Period, *, seen_by: Viewer) -> list[Person]:
    """Whoever did something, who wrote most first. Without the permission it is one's own line, be it empty."""
    alone = not seen_by.can(Permission.VIEW_PEOPLE_FIGURES)
    only = seen_by.id if alone else None
    found = await db.many(q.people, Person, since=period.since, until=period.until, only=only, most=MOST)
    return found or [Person(id=seen_by.id, name=seen_by.name)] * alone


async def find(db: Db, person_id: int, *, seen_by: Viewer) -> Member:
    """Raises NotFound for a colleague whose figures are not theirs to see, as for nobody."""
    if person_id != seen_by.id and not seen_by.can(Permission.VIEW_PEOPLE_FIGURES):
        raise NotFound(person_id)
    return await member.find(db, person_id)


async def by_day(db: Db, period: Period, person_id: int) -> list[Day]:
    """Every day is there, also one on which they did nothing."""
    found = await db.many(q.person_by_day, Day, since=period.since, until=period.until, zone=period.zone, id=person_id)
    by_date = {each.day: each for each in found}
    return [by_date.get(day, Day(day=day)) for day in period.dates]
