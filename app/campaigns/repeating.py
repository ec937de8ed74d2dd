"""When a repeating campaign goes out: a cron line for the table, words for people, dates on the clock of its zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import msgspec
from croniter import CroniterBadDateError, croniter

from app.core.i18n import N_

SHORTEST = timedelta(hours=1)  # between two; a person who is written to more often blocks the number
SHOWN = 5

NO_CRON = N_("This is not a cron line. Example: 0 10 * * 1-5 means Monday to Friday at 10:00.")
NEVER = N_("There is no such date.")
TOO_OFTEN = N_("This is more often than once an hour. Choose times that lie further apart.")

# The library also throws dice: R and H mean another minute at each look.
BY_CHANCE = re.compile(r"\b[RH]\b", re.IGNORECASE)
# Minute, hour, day of the month, month, day of the week.
SIMPLE = re.compile(r"(\d{1,2}) (\d{1,2}) (\*|\d{1,2}|L) \* (\*|1-5|[0-6])")


class BadCron(Exception):
    """With a sentence for the person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Words(msgspec.Struct, frozen=True):
    """`every` is day, weekday, week, month or cron; what it does not need is left as it is offered first."""

    every: str = "day"
    at: time = time(10)
    weekday: str = "1"
    month_day: str = "1"
    cron: str = ""


def line_of(words: Words) -> str:
    """The cron line for what somebody chose in words."""
    start = f"{words.at.minute} {words.at.hour}"
    match words.every:
        case "weekday":
            return f"{start} * * 1-5"
        case "week":
            return f"{start} * * {words.weekday}"
        case "month":
            return f"{start} {words.month_day} * *"
        case "cron":
            return " ".join(words.cron.split())
        case _:
            return f"{start} * * *"


def in_words(cron: str) -> Words:
    """The other way round; a line that says more than words can is left to experts."""
    found = SIMPLE.fullmatch(cron)
    if found is None or int(found[2]) > 23 or int(found[1]) > 59:
        return Words("cron", cron=cron)
    at = time(int(found[2]), int(found[1]))
    match found[3], found[4]:
        case "*", "*":
            return Words("day", at)
        case "*", "1-5":
            return Words("weekday", at)
        case "*", weekday:
            return Words("week", at, weekday=weekday)
        case day, "*":
            return Words("month", at, month_day=day)
        case _:
            return Words("cron", cron=cron)


def check(cron: str, zone: str, after: datetime) -> None:
    """Raises BadCron for a line that means nothing, never comes or comes too often."""
    if len(cron.split()) != 5 or BY_CHANCE.search(cron) or not croniter.is_valid(cron):
        raise BadCron(NO_CRON)
    coming = upcoming(cron, zone, after)
    if len(coming) < SHOWN:
        raise BadCron(NEVER)
    if any(later - sooner < SHORTEST for sooner, later in pairwise(coming)):
        raise BadCron(TOO_OFTEN)


def upcoming(cron: str, zone: str, after: datetime, n: int = SHOWN) -> list[datetime]:
    """The next ones; fewer when they end."""
    return list(islice(times(cron, zone, after), n))


def times(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Counted on the wall clock of the zone, so 10:00 stays 10:00: an hour that comes twice counts once, and what falls into an
    hour that clocks skip comes an hour later."""
    # A zone that moves its clocks back shows a wall time again, so the search begins a little earlier.
    wall = croniter(cron, (after - timedelta(hours=3)).astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    last = after
    while True:
        try:
            at = wall.get_next(datetime).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except CroniterBadDateError:
            return
        if at > last:
            yield at
            last = at
