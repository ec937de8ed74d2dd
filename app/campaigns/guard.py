"""The guard: a campaign pauses by itself before WhatsApp has a reason to stop the number; a person decides how it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec

from app.campaigns import control
from app.campaigns.campaign import Campaign, Counts
from app.campaigns.control import PausedBy
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

LEAST = 100  # outcomes; of fewer a share says little
FEWEST = 3  # people; fewer are no pattern, also in a small canary
CAPPED, UNREACHED, REFUSED_ADS = 131049, 131026, 131050

FAILS = N_("Too many messages fail")
HELD_BACK = N_("WhatsApp holds back too many messages, because people get enough marketing already")
LEAVES = N_("Too many people unsubscribe")
BLOCKS = N_("Too many people cannot be reached: they are not on WhatsApp or have blocked the number")
NUMBER_FELL = N_("The quality of the number has fallen")
TEMPLATE_FELL = N_("People rate this template badly")
DRIFTED = N_("WhatsApp counts its template as marketing now")

# Sent and not delivered for hours: a phone that is off, a number given up, or somebody who has blocked us. Nobody tells which.
SILENCE = timedelta(hours=6)
MOST_SILENT = 0.2

ADVICE = {
    FAILS: N_("Look at the reasons below. If it is the list or a variable, cancel and mend it. If it was WhatsApp, continue."),
    HELD_BACK: N_("Wait a day, or write to people who have not heard from anybody lately. Trying at once prolongs the block."),
    LEAVES: N_("Ask whether these people expect this message. A smaller group that does costs you fewer subscribers."),
    BLOCKS: N_("The list may be old or bought. Clean it first: WhatsApp lowers the limit of numbers that people block."),
    NUMBER_FELL: N_("People have blocked or reported it. Wait until it recovers, or WhatsApp lowers your limit."),
    TEMPLATE_FELL: N_("Choose other words or other people. WhatsApp pauses a template when its rating stays bad."),
    DRIFTED: N_("It costs more, and whoever refused marketing is left out from now on. Continue if that is fine."),
}

q = statements("campaign_guard")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of people; None is no limit."""

    most_failed: float | None
    most_capped: float | None
    most_opted_out: float | None
    most_blocked: float | None

    @property
    def of_failures(self) -> list[float]:
        return [limit for limit in (self.most_failed, self.most_capped, self.most_blocked) if limit is not None]


class Running(Limits, frozen=True, kw_only=True):
    """A campaign under way, as its counters have it."""

    id: int
    guarded: bool
    ladder: bool
    canary_due: bool
    drifted: bool
    number_fell: bool
    template_fell: bool
    failed: int
    done: int
    opted_out: int


class Facts(msgspec.Struct, frozen=True):
    """So many people of so many, where so large a share was allowed."""

    people: int
    of: int
    limit: float


class Verdict(msgspec.Struct, frozen=True):
    reason: str
    facts: Facts | None = None


async def running(db: Db) -> Sequence[Running]:
    return await db.many(q.running, Running)


async def watch(db: Db) -> None:
    """When a number or template may have lost its good name; every ten seconds it is canary.look that asks."""
    for each in await running(db):
        await check(db, each)


async def check(db: Db, campaign: Running) -> None:
    if found := told(campaign) or (await counted(db, campaign) if campaign.guarded else None):
        await stop(db, campaign.id, found, by="guard")


async def heed_quality(db: Db, number_id: int, quality: str) -> None:  # noqa: ARG001 - what the event says is in the tables
    """A reaction: the same look, without waiting for its turn."""
    await watch(db)


def told(campaign: Running) -> Verdict | None:
    """What WhatsApp itself has said. Another kind of consent is asked for whether or not somebody wants the guard."""
    if campaign.drifted:
        return Verdict(DRIFTED)
    if campaign.guarded and campaign.number_fell:
        return Verdict(NUMBER_FELL)
    return Verdict(TEMPLATE_FELL) if campaign.guarded and campaign.template_fell else None


async def counted(db: Db, campaign: Running, *, least: int = LEAST) -> Verdict | None:
    """What happened to its people. The codes are asked for only when the counters could mean something."""
    if campaign.done < least:
        return None
    codes: dict[int, int] = {}
    if campaign.ladder or campaign.failed > min(campaign.of_failures, default=1) * campaign.done:
        codes = {row["code"]: row["n"] for row in await db.rows(q.codes, id=campaign.id)}
    return judge(campaign, codes)


def judge(campaign: Running, codes: dict[int, int]) -> Verdict | None:
    """`codes` are those of the latest failures, and stand for all of them."""
    capped = codes.get(CAPPED, 0)
    blocked = codes.get(UNREACHED, 0)
    failed = sum(codes.values()) - capped - blocked - codes.get(REFUSED_ADS, 0)
    scale = max(1.0, campaign.failed / max(1, sum(codes.values())))
    of = max(campaign.done, sum(codes.values()))
    for reason, people, limit in (
        (BLOCKS, blocked * scale, campaign.most_blocked),
        (HELD_BACK, capped * scale, campaign.most_capped),
        (FAILS, failed * scale, campaign.most_failed),
        (LEAVES, campaign.opted_out, campaign.most_opted_out),
    ):
        if limit is not None and people >= FEWEST and people > limit * of:
            return Verdict(reason, Facts(round(people), of, limit))
    return None


def is_silent(campaign: Campaign, counts: Counts) -> bool:
    """A hint, and no reason to stop: suspiciously many phones have not confirmed it."""
    old = campaign.launched_at is not None and campaign.launched_at < now() - SILENCE
    return old and counts.gone_out >= LEAST and counts.sent > MOST_SILENT * counts.gone_out


async def stop(db: Db, campaign_id: int, verdict: Verdict, *, by: PausedBy) -> None:
    """Nothing happens when somebody has paused or cancelled it meanwhile."""
    with suppress(control.CannotPause):
        await control.pause(db, campaign_id, reason=verdict.reason, by=by)
        facts = msgspec.json.encode(verdict.facts).decode() if verdict.facts else None
        await db.run(q.note_facts, id=campaign_id, facts=facts)
