"""The only clock: wall time in UTC, days of a calendar, and seconds that never jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from time import monotonic as seconds
from zoneinfo import ZoneInfo

__all__ = ["midnight", "now", "seconds", "today"]


def now() -> datetime:
    """Aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The day on the clocks of that zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Where the clock skips midnight, the day begins at the moment of the skip."""
    return datetime.combine(day, time(), ZoneInfo(zone))
