"""When a campaign will be done, and what holds it up: the rate, the people of the day, the night, a tired number."""

from __future__ import annotations

from collections import deque
from datetime import datetime, time, timedelta

import msgspec

from app.campaigns import quiet
from app.campaigns.campaign import Campaign
from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements

STEP = timedelta(minutes=10)
HORIZON = timedelta(days=14)  # further ahead it would be a guess
DAY = timedelta(hours=24, minutes=1)  # as long as somebody counts who was begun to be written to

q = statements("campaign_timing")


class Freed(msgspec.Struct, frozen=True):
    at: datetime
    people: int


class Facts(msgspec.Struct, frozen=True):
    """`room` is what campaigns may still begin, below zero when chats have used the reserve; None without a limit."""

    per_second: float
    slowed: bool
    broken: bool
    limit: int | None
    room: int | None
    freed: list[Freed]
    home: str
    zones: dict[str, int]
    opens_at: datetime | None


class Forecast(msgspec.Struct, frozen=True):
    """`left` people may be begun at first (None: all), `asleep` have night until `opens_at`; no `ends_at` beyond two weeks."""

    people: int
    per_second: float
    limit: int | None
    left: int | None
    asleep: int
    opens_at: datetime | None
    slowed: bool
    broken: bool
    ends_at: datetime | None

    @property
    def held_up(self) -> bool:
        """Whether something else than its rate decides when it ends."""
        return self.broken or self.asleep > 0 or (self.left is not None and self.left < self.people)


async def of(db: Db, campaign: Campaign, people: int) -> Forecast:
    """For so many people who still wait. Before the launch nobody's zone is known, and the workspace's stands for all."""
    (row,) = await db.rows(q.facts, id=campaign.id)
    facts, begins = msgspec.convert(row, Facts), _begins(campaign, people)
    zones = _spread(facts.zones, people) or {facts.home: people}
    night = None if campaign.quiet_from is None or campaign.quiet_to is None else (campaign.quiet_from, campaign.quiet_to)
    asleep = sum(n for zone, n in zones.items() if night and quiet.sleeps(zone, now(), *night)) if facts.opens_at else 0
    return Forecast(
        people=people,
        per_second=facts.per_second,
        limit=facts.limit,
        left=None if facts.room is None else max(0, facts.room + sum(each.people for each in facts.freed if each.at <= begins)),
        asleep=asleep,
        opens_at=facts.opens_at,
        slowed=facts.slowed,
        broken=facts.broken,
        ends_at=end(zones, facts, night, begins),
    )


def _begins(campaign: Campaign, people: int) -> datetime:
    """When most of them can go: after the planned time, and after the canary has rested."""
    start = max(now(), (campaign.starts_at if campaign.editable else None) or now())
    if campaign.canary_until:
        return max(start, campaign.canary_until)
    planned = campaign.editable and campaign.canary is not None and campaign.canary < people
    ahead = planned or campaign.canary_state == "sending"
    return start + campaign.canary_wait if ahead else start


def _spread(counted: dict[str, int], people: int) -> dict[str, int]:
    """Zones are counted up to ten thousand; who is beyond that is spread over the largest ones."""
    total = sum(counted.values())
    if not total or not people:
        return {}
    most = max(counted.values())
    full = [zone for zone, n in counted.items() if n == most]
    beyond = max(0, people - total)
    return {zone: n + (beyond // len(full) if zone in full else 0) for zone, n in counted.items()}


def end(zones: dict[str, int], facts: Facts, night: tuple[time, time] | None, start: datetime) -> datetime | None:
    """Played through in steps of ten minutes, as the claim would: awake people, as many as rate and day allow."""
    people = sum(zones.values())
    if facts.per_second <= 0:
        return None
    if night is None and (facts.room is None or facts.room >= people):
        return start + timedelta(seconds=people / facts.per_second)
    waiting, room, freed, at = dict(zones), facts.room, deque(facts.freed), start
    while at < start + HORIZON:
        while room is not None and freed and freed[0].at <= at:
            room += freed.popleft().people
        awake = [zone for zone, n in waiting.items() if n and not (night and quiet.sleeps(zone, at, *night))]
        able = int(min(sum(waiting[zone] for zone in awake), facts.per_second * STEP.total_seconds()))
        sent = able if room is None else max(0, min(able, room))
        if room is not None and sent:
            room -= sent
            freed.append(Freed(at + DAY, sent))
        _take(waiting, awake, sent)
        people -= sent
        if people <= 0:
            return at + timedelta(seconds=sent / facts.per_second)
        at += STEP
    return None


def _take(waiting: dict[str, int], zones: list[str], people: int) -> None:
    for zone in zones:
        taken = min(waiting[zone], people)
        waiting[zone] -= taken
        people -= taken
