"""Lanes: one runner for one phone number. Claim, send, settle, again; after a slice everybody else gets their turn.

The claim is committed before the call, so a crash leaves rows that say "sending" with a lease, never a lost or doubled one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from math import ceil
from uuid import UUID, uuid4

import msgspec

from app.campaigns import progress, refusals, sending
from app.campaigns.rhythm import TICK, Rhythm
from app.core import jobs, metrics
from app.core.clock import now, seconds
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.numbers import breaker, credentials, pacing
from app.numbers.provider import provider

SLICE = 2.0  # seconds a lane sends before it looks whether somebody waits for a turn, so that every number and tenant gets one
LONGEST_RUN = 60.0  # seconds, though nobody waits: then it reads the number's rate and credentials anew
# A row claimed and not settled by then is uncertain. It covers a second in our queue and the longest request (16 s).
LEASE = timedelta(seconds=20)
# After this long in our queue a claimed row is given back unsent rather than sent under an expiring lease.
SENDABLE = 3.0  # seconds
# A lane whose runner is silent for this long is taken over; it renews each tick.
HELD = timedelta(seconds=5)
STOPPING = 1.5  # seconds that a stop waits for answers; the worker itself is given two
LOOKS_AGAIN = timedelta(seconds=60)  # a limit may be lifted by hand while a lane waits for it
LANE_CARRIES = 1000  # messages per second of one lane
MOST_LANES = 4
IN_FLIGHT_SECONDS = 0.5  # a request may take this long without slowing its lane down
MOST_IN_FLIGHT = 128

# Shared by all lanes of the process, in the order in which they ask: what is left of the 200 connections to the provider and of
# the 16 to the database is for people who wait for a page or a reply.
on_the_wire = asyncio.Semaphore(100)
transactions = asyncio.Semaphore(4)

q = statements("campaign_sending")


async def wake(db: Db, number_id: int) -> None:
    """In the caller's transaction: as many lanes as the number's rate needs."""
    pace = await pacing.of(db, number_id)
    for lane in range(min(MOST_LANES, ceil(pace.per_second / LANE_CARRIES))):
        await run_lane.later(db, once=_wake_up(number_id, lane), number_id=number_id, lane=lane)


async def reopen(db: Db, campaign_ids: set[int]) -> None:
    """Somebody in them gets it after all: completed ones run again, and their lanes wake."""
    await db.run(q.reopen, ids=sorted(campaign_ids))
    for row in await db.rows(q.numbers_of, ids=sorted(campaign_ids)):
        await wake(db, row["number_id"])


def _wake_up(number_id: int, lane: int) -> str:
    return f"lane:{number_id}:{lane}"


@job(queue="campaigns")
async def run_lane(tenant: Tenant, *, number_id: int, lane: int) -> None:
    """One slice of one lane."""
    holder = uuid4()
    async with tenant.tx() as db:
        if not await db.value(q.hold_lane, number_id=number_id, lane=lane, holder=holder, lasts=HELD):
            # Its runner may be about to stop without having seen the newest rows: look again when it has.
            waits = await db.value(q.waits, number_id=number_id)
            if waits is not None and waits < SLICE:
                at = now() + timedelta(seconds=1)
                await run_lane.later(db, at=at, once=f"{_wake_up(number_id, lane)}:again", number_id=number_id, lane=lane)
            return
        pace = await pacing.of(db, number_id)
        known = await breaker.of(db, number_id)
        sender = sending.Sender(provider(), await credentials.of_number(db, number_id))
    await Lane(tenant, number_id, lane, holder, watched=known.state != "closed" or known.failures > 0).run(sender, pace)


class Lane:
    """The state of one slice: what is claimed and not yet sent, and what is sent and not yet settled."""

    def __init__(self, tenant: Tenant, number_id: int, lane: int, holder: UUID, *, watched: bool) -> None:
        self.tenant, self.number_id, self.lane, self.holder = tenant, number_id, lane, holder
        # With the moment until which each may be sent.
        self.claimed: asyncio.Queue[tuple[sending.Recipient, float]] = asyncio.Queue()
        self.settled: list[sending.Outcome] = []
        self.open = 0  # claimed, without an outcome yet
        self.lost = False  # somebody else runs this lane now
        self.dry = False  # the last claim found nothing
        self.full = True  # the last claim found all that it wanted
        self.watched = watched  # the breaker has something to say
        self.well = 0.0  # when the provider was last asked something that went well

    async def run(self, sender: sending.Sender, pace: pacing.Pace) -> None:
        """Until the slice is over or there is nothing due; then settles what is in hand."""
        workers = int(min(MOST_IN_FLIGHT, max(8, pace.per_second * IN_FLIGHT_SECONDS)))
        rhythm = Rhythm(pace)
        end, last = seconds() + SLICE, seconds() + LONGEST_RUN
        tasks = [asyncio.create_task(self._send(sender)) for _ in range(workers)]
        try:
            while not (self.lost or jobs.stopping.is_set()):
                if seconds() > end:
                    if seconds() > last or await self._others_wait():
                        break
                    end = seconds() + SLICE
                await self._round(sender, rhythm)
                if self.dry and not await self._rest(end):
                    break
                await self._until_hungry(rhythm.batch)
            await self._empty_hands()
        finally:
            for task in tasks:
                task.cancel()
            # A cut slice settles what it knows; what was on the wire is uncertain until a status tells.
            self._give_back_unsent()
            await asyncio.shield(self._finish())

    async def _round(self, sender: sending.Sender, rhythm: Rhythm) -> None:
        """One transaction, one commit: settle what is done, renew the lane, claim the next rows."""
        rhythm.beat(len(self.settled))
        wanted = rhythm.batch - self.claimed.qsize()
        claimed_at = seconds()
        async with self._settling() as (db, outcomes):
            self.lost = not await db.value(
                q.hold_lane, number_id=self.number_id, lane=self.lane, holder=self.holder, lasts=HELD
            )
            waits = self.lost or wanted < 1 or sending.asks_something(outcomes)
            rows = [] if waits else await self._claim(db, wanted)
            self.dry = not waits and not rows and not self.open
            self.full = len(rows) >= wanted
            await sender.learn(db, {(row.campaign_id, row.variant) for row in rows})
            await progress.announce(db, {each.campaign_id for each in outcomes})
        for row in rows:
            self.claimed.put_nowait((row, claimed_at + SENDABLE))
        self.open += len(rows)

    @asynccontextmanager
    async def _tx(self) -> AsyncIterator[Db]:
        async with transactions, self.tenant.tx() as db:
            yield db

    @asynccontextmanager
    async def _settling(self) -> AsyncIterator[tuple[Db, list[sending.Outcome]]]:
        """What is done, written down; when that fails, or its commit, it is still to be written down."""
        outcomes: list[sending.Outcome] = []
        try:
            async with self._tx() as db:
                outcomes, self.settled = self.settled, []
                await self._settle(db, outcomes)
                yield db, outcomes
        except BaseException:
            self.settled = [*outcomes, *self.settled]
            raise

    async def _settle(self, db: Db, outcomes: list[sending.Outcome]) -> None:
        """One statement for the batch, and what its refusals ask of the number; the breaker first, since open means wait."""
        fine, self.well = sending.verdicts(outcomes, self.well)
        if fine and (self.watched or not all(fine)):
            known = await breaker.note(db, self.number_id, fine, _last_trouble(outcomes))
            self.watched = known.state != "closed" or known.failures > 0
            if known.state != "closed":
                sending.excuse(outcomes)
                self._give_back_unsent()
        await settle(db, self.number_id, outcomes)

    async def _others_wait(self) -> bool:
        """Whether this lane's turn is over. While nobody waits for one, leaving would only be a pause."""
        async with self._tx() as db:
            return bool(await db.value(q.others_wait))

    async def _claim(self, db: Db, wanted: int) -> list[sending.Recipient]:
        rows = await db.many(q.claim, sending.Recipient, number_id=self.number_id, wanted=wanted, lease=LEASE)
        metrics.CLAIMS.inc(len(rows))
        return rows

    async def _send(self, sender: sending.Sender) -> None:
        while True:
            recipient, sendable_until = await self.claimed.get()
            async with on_the_wire:
                asked = seconds()
                outcome = sending.unsent(recipient) if asked > sendable_until else await sender.send(recipient)
            outcome.asked = asked
            self.settled.append(outcome)
            self.open -= 1

    async def _rest(self, end: float) -> bool:
        """Whether something can be claimed within this slice; the queue looks for scheduled jobs every five seconds only."""
        async with self._tx() as db:
            waits = await db.value(q.waits, number_id=self.number_id)
        if waits is None or seconds() + waits > end:
            return False
        await asyncio.sleep(max(waits, TICK))
        return True

    async def _until_hungry(self, batch: int) -> None:
        """Sleeps a tick, less when the queue runs low before; but a number at its limit finds nothing sooner."""
        end = seconds() + TICK
        while seconds() < end and (not self.full or self.claimed.qsize() > batch // 2 or not self.settled):
            await asyncio.sleep(TICK / 10)

    async def _empty_hands(self) -> None:
        """Waits for what is on the wire; a process that stops has little time, and the rest becomes uncertain."""
        self._give_back_unsent()
        end = seconds() + (STOPPING if jobs.stopping.is_set() else LEASE.total_seconds())
        while self.open > 0 and seconds() < end:
            await asyncio.sleep(TICK / 10)

    def _give_back_unsent(self) -> None:
        while not self.claimed.empty():
            recipient, _ = self.claimed.get_nowait()
            self.settled.append(sending.unsent(recipient))
            self.open -= 1

    async def _finish(self) -> None:
        async with self._settling() as (db, outcomes):
            # What the breaker gave back meanwhile.
            await settle(db, self.number_id, self.settled)
            await progress.announce(db, {each.campaign_id for each in outcomes})
        async with self._tx() as db:
            await db.run(q.release_lane, number_id=self.number_id, lane=self.lane, holder=self.holder)
            (next_turn,) = await db.rows(q.next_turn, number_id=self.number_id, longest=LOOKS_AGAIN)
            if next_turn["at"] is None:
                await progress.complete(db)
            elif next_turn["now"]:
                await wake(db, self.number_id)
            else:
                # By tens of seconds, so that wake-ups do not pile up.
                once = f"{_wake_up(self.number_id, self.lane)}:{next_turn['at']:%H%M%S}"[:-1]
                await run_lane.later(db, at=next_turn["at"], once=once, number_id=self.number_id, lane=self.lane)


def _last_trouble(outcomes: list[sending.Outcome]) -> str:
    return next((each.row.detail or "" for each in reversed(outcomes) if each.fine is False), "")[:200]


async def settle(db: Db, number_id: int, outcomes: list[sending.Outcome]) -> None:
    """One statement for the batch, and what the failures among them ask for."""
    if not outcomes:
        return
    await db.run(q.settle, outcomes=msgspec.json.encode([each.row for each in outcomes]).decode())
    await sending.heed(db, number_id, outcomes)
    await refusals.heed(db, ((each.row.id, each.row.code) for each in outcomes))
