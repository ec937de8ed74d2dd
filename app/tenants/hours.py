"""Business hours and holidays: when somebody answers, on the workspace's own clock. No hours at all mean any hour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

DAY = 1440  # minutes
AHEAD = 366  # days in which an opening is looked for
MOST_RANGES = 6  # of one day
RANGE = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?h?\s*(?:-|–|—|a|to|até|hasta)\s*(\d{1,2})(?:[:.h](\d{2}))?h?")

q = statements("hours")


class Range(msgspec.Struct, frozen=True, order=True):
    """Minutes of a day, Monday being 1. One that ends after midnight belongs to the day on which it began."""

    weekday: int
    opens: int
    closes: int


class Hours(msgspec.Struct, frozen=True):
    time_zone: str
    ranges: list[Range] = []


class Holiday(msgspec.Struct, frozen=True):
    """`yearly`: the same day and month of each year."""

    id: int
    name: str
    day: date
    yearly: bool


class HolidayWish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    day: date
    yearly: bool = False


class NotTimes(Exception):
    """`message` is the sentence for whoever typed it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DayTaken(Exception):
    """A day off has one name."""

    message = N_("This day is in the list already.")


def is_open(hours: Hours, holidays: Sequence[Holiday], at: datetime) -> bool:
    """`at` may be in any zone."""
    clock = at.astimezone(ZoneInfo(hours.time_zone)).replace(tzinfo=None)
    if not hours.ranges:
        return not _is_off(holidays, clock.date())
    return any(
        begins <= clock < ends for day in (1, 0) for begins, ends in _openings(hours, holidays, clock.date() - timedelta(day))
    )


def next_opening(hours: Hours, holidays: Sequence[Holiday], at: datetime) -> datetime | None:
    """`at` itself while it is open; None when no day of the year ahead opens."""
    if is_open(hours, holidays, at):
        return at
    zone = ZoneInfo(hours.time_zone)
    today = at.astimezone(zone).date()
    for day in range(AHEAD + 1):
        for begins, _ in _openings(hours, holidays, today + timedelta(day)):
            moment = begins.replace(tzinfo=zone).astimezone(UTC)
            if moment >= at:
                return moment
    return None


def _openings(hours: Hours, holidays: Sequence[Holiday], day: date) -> Iterator[tuple[datetime, datetime]]:
    """On the wall clock: nobody's shop opens an hour later on the day the clocks change."""
    if _is_off(holidays, day):
        return
    midnight = datetime.combine(day, time())
    for each in sorted(hours.ranges) or [Range(day.isoweekday(), 0, DAY)]:
        if each.weekday == day.isoweekday():
            yield midnight + timedelta(minutes=each.opens), midnight + timedelta(minutes=each.closes)


def _is_off(holidays: Sequence[Holiday], day: date) -> bool:
    return any(
        each.day == day or (each.yearly and each.day <= day and (each.day.month, each.day.day) == (day.month, day.day))
        for each in holidays
    )


def parse(weekday: int, typed: str) -> list[Range]:
    """Such as "9-14, 16:30-20". Raises NotTimes."""
    found = []
    for part in filter(None, re.split(r"\s*[,;/]\s*", typed.strip().lower())):
        match = RANGE.fullmatch(part)
        if match is None:
            raise NotTimes(N_("Write it like this: 9:00–14:00, 16:00–20:00"))
        opens, closes = (int(match[hour]) * 60 + int(match[hour + 1] or 0) for hour in (1, 3))
        if opens >= DAY or closes > DAY or any(int(match[minute] or 0) > 59 for minute in (2, 4)):
            raise NotTimes(N_("There is no such time. A day goes from 0:00 to 24:00."))
        if opens == closes:
            raise NotTimes(N_("It opens and closes at the same moment. For all day and night write 0:00–24:00."))
        found.append(Range(weekday, opens, closes if closes > opens else closes + DAY))
    if len(found) > MOST_RANGES:
        raise NotTimes(N_("Six times are the most that a day can have."))
    if any(former.closes > later.opens for former, later in pairwise(sorted(found))):
        raise NotTimes(N_("Two of these times overlap."))
    return sorted(found)


def written(ranges: Sequence[Range], weekday: int) -> str:
    """As `parse` reads it."""
    return ", ".join(f"{_clock(each.opens)}–{_clock(each.closes)}" for each in sorted(ranges) if each.weekday == weekday)


def _clock(minute: int) -> str:
    if minute > DAY:
        minute -= DAY
    return f"{minute // 60}:{minute % 60:02}"


def overlaps_tomorrow(ranges: Sequence[Range]) -> set[int]:
    """Weekdays whose last range runs into the first one of the day after."""
    first = {each.weekday: each.opens for each in sorted(ranges, reverse=True)}
    return {each.weekday for each in ranges if each.closes - DAY > first.get(each.weekday % 7 + 1, DAY)}


async def current(db: Db) -> Hours:
    return Hours(await db.value(q.time_zone), await db.many(q.ranges, Range))


async def keep(db: Db, ranges: Sequence[Range]) -> Hours:
    """These instead of the ones before."""
    await db.run(q.forget)
    rows = {name: [getattr(each, name) for each in ranges] for name in ("weekday", "opens", "closes")}
    await db.run(q.keep, weekdays=rows["weekday"], opens=rows["opens"], closes=rows["closes"])
    return await current(db)


async def holidays(db: Db) -> list[Holiday]:
    """In the order of the year to come; those that are over are left out."""
    return await db.many(q.holidays, Holiday)


async def add_holiday(db: Db, wish: HolidayWish) -> None:
    """Raises DayTaken."""
    async with db.unique(DayTaken):
        await db.run(q.add_holiday, name=wish.name, day=wish.day, yearly=wish.yearly)


async def find_holiday(db: Db, holiday_id: int) -> Holiday:
    return await db.one(q.holiday, Holiday, id=holiday_id)


async def remove_holiday(db: Db, holiday: Holiday) -> None:
    await db.run(q.remove_holiday, id=holiday.id)
