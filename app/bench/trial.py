"""One campaign under a fault, and the verdict: the receiving side says who has it, the rows say what we believe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from app.bench import recount, report, stock
from app.bench.receiving import counted
from app.bench.stock import Place
from app.campaigns import launch
from app.core.clock import seconds
from app.numbers.phone_number import PhoneNumber

# Unknown outcomes wait for their status this long: ten minutes in a campaign's own settings. Statuses do come in trials.
GRACE = 3  # seconds
DELAYS = {"sent": [0, 400], "delivered": [400, 900], "read": [900, 1800]}  # milliseconds
LARGE = 1000  # people; a smaller trial has fewer storms, pauses and cuts, so that it is over in seconds
GIVES_UP_AFTER = 180.0  # seconds without a change
# A row is closed when its person has it or never will: everybody's delivery is reported, sooner or later.
OPEN = "status not in ('failed', 'delivered', 'read', 'skipped', 'cancelled')"


class Trial(msgspec.Struct, frozen=True):
    place: Place
    number: PhoneNumber
    campaign_id: int
    people: int

    async def reached(self) -> int:
        """People who have it by now."""
        return (await counted(self.place, [self.number]))["people"]

    async def until_reached(self, share: float) -> None:
        """Returns when so many people have it. Raises TimeoutError."""
        async with asyncio.timeout(GIVES_UP_AFTER):
            while await self.reached() < int(self.people * share):
                await asyncio.sleep(0.03)


Trouble = Callable[[Trial], Awaitable[None]]


async def nothing(_: Trial) -> None:
    """The number itself is the trouble."""


class Fault(msgspec.Struct, frozen=True):
    """How the number behaves from the start, and what happens meanwhile."""

    name: str
    behaviour: dict[str, Any] = {}
    trouble: Trouble = nothing


class Verdict(msgspec.Struct, frozen=True):
    """`unequal` names counters that disagree with a recount; `stuck` counts rows, and a campaign that does not end."""

    fault: str
    people: int
    lost: int
    twice: int
    stuck: int
    failed: int
    unequal: list[str]
    seconds: float


async def endure(place: Place, fault: Fault, *, people: int, per_second: int = 1000) -> Verdict:
    """A number and a campaign of their own, to everybody in the workspace."""
    number = await stock.connected_number(place, per_second=per_second, **{"delay_ms": DELAYS, **fault.behaviour})
    trial = Trial(place, number, await stock.campaign(place, number), people)
    began = seconds()
    await _launch(trial)
    await fault.trouble(trial)
    stuck = await _settled(trial)
    told = await counted(place, [number])
    verdict = Verdict(
        fault=fault.name, people=people, lost=people - told["people"], twice=told["twice"], stuck=stuck,
        failed=await _count(trial, "status = 'failed'"), unequal=await _unequal(trial, told["people"]),
        seconds=round(seconds() - began, 1),
    )  # fmt: skip
    report.progress(f"{fault.name}: {verdict.lost} lost, {verdict.twice} twice, {verdict.stuck} stuck, {verdict.seconds} s")
    return verdict


async def _launch(trial: Trial) -> None:
    async with trial.place.tenant.tx() as db:
        # Storms are longer than three attempts, and a campaign that pauses itself would prove nothing.
        await db.conn.execute(
            "update campaigns set grace_seconds = %s, attempts = 10, base_wait = 0.5, longest_wait = 3, guarded = false"
            " where id = %s",
            (GRACE, trial.campaign_id),
        )
        await launch.launch(db, trial.campaign_id)


async def _settled(trial: Trial) -> int:
    """How many rows are still open when nothing has moved for a long time; 0 once all of it has ended."""
    last, end = (-1, -1), seconds() + GIVES_UP_AFTER
    while seconds() < end:
        left = await _count(trial, OPEN)
        if not left and await _ended(trial):
            return 0
        if (moved := (left, await trial.reached())) != last:
            last, end = moved, seconds() + GIVES_UP_AFTER
        await asyncio.sleep(0.1)
    return max(left, 1)


async def _ended(trial: Trial) -> bool:
    return bool(await _asked(trial, "select status = 'completed' from campaigns where id = %s", trial.campaign_id))


async def _count(trial: Trial, which: str) -> int:
    return int(
        await _asked(trial, f"select count(*) from campaign_recipients where campaign_id = %s and {which}", trial.campaign_id)
    )


async def _unequal(trial: Trial, people: int) -> list[str]:
    believed = await _count(trial, "sent_at is not null")
    return [*(await recount.unequal(trial.place)), *([f"{believed - people:+} believed sent"] if believed != people else [])]


async def _asked(trial: Trial, statement: str, *values: Any) -> Any:
    """A database that was killed is asked again."""
    end = seconds() + GIVES_UP_AFTER
    while True:
        try:
            return await recount.value(trial.place, statement, *values)
        except (OperationalError, PoolTimeout):
            if seconds() > end:
                raise
            await asyncio.sleep(0.2)
