"""Quiet hours on the recipient's own clock, which the number's prefix tells."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

from app.core.db import Db
from app.core.statements import statements

DIGITS = 9  # the longest prefix that the numbering plans tell apart
# Where a prefix leaves several zones, most people live in the first of these; mobile numbers often tell the country only.
MOST_PEOPLE = (
    "Europe/Madrid", "Europe/Lisbon", "Europe/London", "Europe/Rome", "Europe/Oslo", "Europe/Helsinki", "Europe/Moscow",
    "America/Sao_Paulo", "America/Mexico_City", "America/New_York", "America/Guayaquil", "America/Curacao", "Asia/Jakarta",
    "Asia/Makassar", "Asia/Almaty", "Asia/Ulaanbaatar", "Australia/Sydney", "Pacific/Auckland", "Pacific/Tarawa",
    "Pacific/Tahiti", "Africa/Kinshasa", "Indian/Reunion", "America/Halifax", "America/Anchorage", "America/Puerto_Rico",
)  # fmt: skip

q = statements("campaign_timing")


async def learn_zones(db: Db) -> None:
    """Before a launch freezes the zone of each number: once for each release of the numbering plans."""
    if await db.value(q.knows_zones, release=phonenumbers.__version__):
        return
    table = ranges()
    zones = [",".join(each) for each in table.values()]
    await db.run(q.learn_zones, release=phonenumbers.__version__, firsts=list(table), zones=zones)


async def note_zones(db: Db, campaign_id: int) -> None:
    """In the launch, once its rows are there: the claim asks which of these are awake."""
    await db.run(q.note_zones, id=campaign_id)


def sleeps(zone: str, at: datetime, quiet_from: time, quiet_to: time) -> bool:
    """As is_quiet in sql/functions/campaign_clocks.sql, for what is only foretold."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    if quiet_from <= quiet_to:
        return quiet_from <= clock < quiet_to
    return clock >= quiet_from or clock < quiet_to


def ranges() -> dict[int, tuple[str, ...]]:
    """The first nine digits from which on these zones are meant, up to the next entry; the longest prefix has won."""
    edges = {0}
    for prefix in TIMEZONE_DATA:
        edges |= {int(prefix.ljust(DIGITS, "0")), int(prefix.ljust(DIGITS, "9")) + 1}
    found: dict[int, tuple[str, ...]] = {}
    before = None
    for edge in sorted(edges):
        zones = _zones(f"{edge:0{DIGITS}d}")
        if zones != before:
            found[edge] = before = zones
    return found


def _zones(digits: str) -> tuple[str, ...]:
    known = (TIMEZONE_DATA.get(digits[:length]) for length in range(len(digits), 0, -1))
    zones: tuple[str, ...] = next((each for each in known if each), ())
    main = [zone for zone in MOST_PEOPLE if zone in zones]
    return (*main, *(zone for zone in zones if zone not in main))
