"""Reads what the journal kept: in batches, set-based per tenant, and a poisonous event is put aside alone."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec
import structlog
from psycopg_pool import PoolTimeout

from app.core import jobs, live
from app.core.db import Db, Tenant, platform_tx
from app.core.live import hub
from app.core.statements import statements
from app.intake import applying, parts
from app.intake.parts import LONGEST_ERROR, Part, Tally, Whose, place_of
from app.numbers import routing
from app.whatsapp.incoming import updates
from app.whatsapp.updates import BrokenUpdate, UnknownUpdate, Update

# Reading a status takes 30 µs, and meanwhile nobody else of this process gets a turn.
BATCH_BYTES = 256 * 1024
# What people write comes in bodies of a few kilobytes; a campaign's statuses come by the hundred. Each kind has a reader of its
# own, or a person's message waits behind 50,000 statuses: 1.4 s beside a campaign at full speed.
LETTERS, PARCELS = (0, 16 * 1024), (16 * 1024 + 1, 2**31 - 1)  # bytes
EVERYTHING = (LETTERS[0], PARCELS[1])
LOOKS_ANYWAY = 2.0  # seconds, in case a wake-up was lost with its connection
# A batch of thirty updates costs almost what one of three hundred does, so while more is coming it may gather.
GATHERED, GATHERS = 300, 0.05  # updates, seconds
TRIES = 3
WAITS = (2, 15, 60)  # seconds before the next try

log = structlog.get_logger()
q = statements("intake")


class Size(msgspec.Struct, frozen=True):
    id: int
    size: int


class Event(msgspec.Struct, frozen=True):
    id: int
    attempts: int
    body: bytes
    # The workspaces whose secret signed it; None is the platform's own, which speaks for all.
    signers: list[int] | None


class Outcome(Tally, kw_only=True):
    """What becomes of one event."""

    id: int
    attempts: int
    # Unreadable bytes stay unreadable: no second try.
    final: bool = False
    parts: dict[int, Part] = msgspec.field(default_factory=dict)

    @property
    def state(self) -> str:
        if not self.error:
            return "done"
        return "dead" if self.final or self.attempts + 1 >= TRIES else "waiting"

    def fail(self, error: str, tenant_ids: Iterable[int]) -> None:
        """For the event, and for the workspaces whose news it was."""
        self.error = error[:LONGEST_ERROR]
        for tenant_id in tenant_ids:
            if tenant_id in self.parts:
                self.parts[tenant_id].error = self.error


async def run() -> None:
    """For ever; woken by the journal."""
    wakers = {sizes: asyncio.Event() for sizes in (LETTERS, PARCELS)}
    async with asyncio.TaskGroup() as group:
        for sizes, waker in wakers.items():
            group.create_task(_run(sizes, waker))
        while not jobs.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(hub.wakers["intake"].wait(), LOOKS_ANYWAY)
            hub.wakers["intake"].clear()
            for waker in wakers.values():
                waker.set()


async def _run(sizes: tuple[int, int], waker: asyncio.Event) -> None:
    while not jobs.stopping.is_set():
        waker.clear()
        try:
            if read := await process_batch(sizes):
                busy = waker.is_set() and read < GATHERED
                await asyncio.sleep(GATHERS if busy else 0)
                continue
        except PoolTimeout as problem:
            log.warning("every connection is busy, intake waits", reason=str(problem))
        await waker.wait()


async def process_batch(sizes: tuple[int, int] = EVERYTHING) -> int:
    """How many updates it read in bodies of so many bytes; 0 when there is nothing to read, or others have it all."""
    async with platform_tx() as door:
        ids = list(_bounded(await door.many(q.waiting, Size, smallest=sizes[0], largest=sizes[1])))
        events = await door.many(q.claim, Event, ids=ids) if ids else []
        if not events:
            return 0
        outcomes = {event.id: Outcome(id=event.id, attempts=event.attempts) for event in events}
        for tenant_id, shares in (await _by_tenant(door, events, outcomes)).items():
            await _apply(Tenant(tenant_id), shares, outcomes)
        await _settle(door, outcomes.values())
    return sum(max(outcome.updates, 1) for outcome in outcomes.values())


def _bounded(sizes: Sequence[Size]) -> Iterator[int]:
    total = 0
    for each in sizes:
        total += each.size
        if total > BATCH_BYTES and total != each.size:
            return
        yield each.id


async def _by_tenant(door: Db, events: Sequence[Event], outcomes: dict[int, Outcome]) -> dict[int, list[tuple[int, Update]]]:
    """Each tenant's updates in the order they came, each with its event. What belongs to nobody is counted, and so is
    what names a workspace whose secret did not sign it: every workspace knows its own and could write about others."""
    read = {}
    for event in events:
        read[event.id] = [(place_of(update), update) for update in updates(event.body)]
        await asyncio.sleep(0)
    found = {event_id: Counter(place for place, _ in news) for event_id, news in read.items()}
    places = {place for counter in found.values() for place in counter}
    owners = await routing.owners(door, {place.phone for place in places} - {""}, {place.waba for place in places} - {""})
    shares: dict[int, list[tuple[int, Update]]] = defaultdict(list)
    for event in events:
        whose, outcome = Whose(owners, event.signers), outcomes[event.id]
        outcome.parts = {part.tenant_id: part for part in parts.of_event(event.id, event.body, found[event.id], whose)}
        owned = {place: whose.of(place.phone, place.waba) for place in found[event.id]}
        for place, count in found[event.id].items():
            outcome.add(place, count, owned=owned[place] is not None)
        for place, update in read[event.id]:
            owner = owned[place]
            if isinstance(update, BrokenUpdate):
                outcome.final = True
                outcome.fail(update.error, outcome.parts if owner is None else [owner])
            elif owner is not None and place.what is not UnknownUpdate:
                shares[owner].append((event.id, update))
        if outcome.unrouted:
            outcome.numbers |= parts.displays(event.body)
    return shares


async def _apply(tenant: Tenant, shares: Sequence[tuple[int, Update]], outcomes: dict[int, Outcome]) -> None:
    try:
        async with tenant.pipelined_tx() as db:
            await applying.apply(db, [update for _, update in shares])
    except PoolTimeout:
        # No fault of the events: the batch is read again, and applying twice changes nothing.
        raise
    except Exception as problem:  # noqa: BLE001 - one poisonous event must not hold up its neighbours
        log.warning("batch failed, reading its events one by one", tenant=tenant.id, reason=repr(problem))
        await _apply_singly(tenant, shares, outcomes)


async def _apply_singly(tenant: Tenant, shares: Sequence[tuple[int, Update]], outcomes: dict[int, Outcome]) -> None:
    by_event: dict[int, list[Update]] = defaultdict(list)
    for event_id, update in shares:
        by_event[event_id].append(update)
    for event_id, part in by_event.items():
        try:
            async with tenant.pipelined_tx() as db:
                await applying.apply(db, part)
        except PoolTimeout:
            raise
        except Exception as problem:
            log.exception("event failed", tenant=tenant.id, event_id=event_id)
            outcomes[event_id].fail(repr(problem), [tenant.id])


async def _settle(door: Db, outcomes: Iterable[Outcome]) -> None:
    """As JSON, because psycopg takes five times as long to write the same as arrays."""
    settled, shown = [], []
    for each in outcomes:
        wait = WAITS[min(each.attempts, len(WAITS) - 1)]
        settled.append({"id": each.id, "state": each.state, "wait": wait} | each.counted())
        for part in each.parts.values():
            whose = {"tenant_id": part.tenant_id, "event_id": part.event_id, "body": part.body}
            shown.append(whose | {"state": each.state if part.error else "done"} | part.counted())
    await door.tell(q.settle, outcomes=msgspec.json.encode(settled).decode())
    again = await door.rows(q.forget_parts, ids=[each["id"] for each in settled])
    await door.tell(q.keep_parts, parts=msgspec.json.encode(shown).decode())
    for tenant_id in {row["tenant_id"] for row in again} | {part["tenant_id"] for part in shown if part["error"]}:
        await live.announce(Db(door.conn, tenant_id), "webhooks", "webhooks_changed")
