"""The period of the dashboard: whole days on the workspace's clock, and the same length before it to compare with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.core.clock import midnight, now, today
from app.core.typed import iso_day

LENGTHS = (1, 7, 30)
LONGEST = 366  # days
DAY = timedelta(days=1)


class Period(msgspec.Struct, frozen=True):
    """From the first day to the last, both included."""

    first: date
    last: date
    zone: str
    now: datetime

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return midnight(self.last + DAY, self.zone)

    @property
    def dates(self) -> list[date]:
        return [self.first + DAY * n for n in range(self.days)]

    def before(self) -> Period:
        """As many days, just before these; half a day is compared with half a day, so its clock stands as far."""
        back = DAY * self.days
        then = self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) - back
        return Period(self.first - back, self.last - back, self.zone, then.replace(tzinfo=ZoneInfo(self.zone)))

    @property
    def elapsed(self) -> datetime:
        """Where it ends for a comparison: now, while it runs."""
        return min(self.until, self.now)


def last_days(days: int, zone: str) -> Period:
    """Today is the last of them."""
    last = today(zone)
    return Period(last - DAY * (days - 1), last, zone, now())


def chosen(days: int | None, since: str, until: str, zone: str) -> Period:
    """What the address asks for; what it asks for in vain becomes the last 30 days. Longer than a year is cut to one."""
    try:
        first, last = sorted(date.fromisoformat(iso_day(each)) for each in (since, until))
        return Period(max(first, last - DAY * (LONGEST - 1)), last, zone, now())
    except (ValueError, OverflowError):
        return last_days(days if days in LENGTHS else LENGTHS[-1], zone)
