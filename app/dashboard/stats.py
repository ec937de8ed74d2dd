"""What happened to messages in a period, day by day (one day: hour by hour), and in the period before."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.core.db import Db
from app.core.statements import statements
from app.dashboard.period import Period

HOURS = [f"{hour:02}:00" for hour in range(24)]

q = statements("dashboard")


class Figures(msgspec.Struct, frozen=True):
    """Of one day, of one hour, or of all of them."""

    key: str = ""
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    answered: int = 0
    received: int = 0

    def share(self, name: str) -> float | None:
        """Of what was sent; None when nothing was. What was sent the day before may be read today, so it can pass 1."""
        part: int = getattr(self, name)
        return min(1.0, part / self.sent) if self.sent else None


class Stats(msgspec.Struct, frozen=True):
    rows: list[Figures]
    before: list[Figures]

    @property
    def total(self) -> Figures:
        return total(self.rows)

    @property
    def total_before(self) -> Figures:
        return total(self.before)

    def line(self, name: str) -> list[int]:
        return [getattr(row, name) for row in self.rows]

    def line_before(self, name: str) -> list[int]:
        return [getattr(row, name) for row in self.before]


class RecentCampaign(msgspec.Struct, frozen=True):
    id: int
    name: str
    status: str
    at: datetime
    total: int
    sent: int
    read: int
    failed: int


async def of_period(db: Db, period: Period) -> Stats:
    """Every day is there, also one on which nothing happened."""
    return Stats(await _rows(db, period), await _rows(db, period.before()))


async def _rows(db: Db, period: Period) -> list[Figures]:
    statement, keys = (q.by_hour, HOURS) if period.days == 1 else (q.by_day, [day.isoformat() for day in period.dates])
    found = await db.many(statement, Figures, since=period.since, until=period.elapsed, zone=period.zone)
    by_key = {figures.key: figures for figures in found}
    return [by_key.get(key, Figures(key)) for key in keys]


def total(rows: list[Figures]) -> Figures:
    names = [field.name for field in msgspec.structs.fields(Figures) if field.name != "key"]
    return Figures(**{name: sum(getattr(row, name) for row in rows) for name in names})


async def waiting(db: Db) -> int:
    """Conversations with something unread, now."""
    count: int = await db.value(q.waiting)
    return count


async def recent_campaigns(db: Db) -> list[RecentCampaign]:
    """The five that were last launched or are next."""
    return await db.many(q.recent_campaigns, RecentCampaign)
