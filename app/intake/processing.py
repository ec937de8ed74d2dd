"""Reads what the journal kept: in batches, set-based per tenant, and a poisonous event is put aside alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec
import structlog
from psycopg_pool import PoolTimeout

from app.core import jobs
from app.core.db import Db, Tenant, platform_tx
from app.core.live import hub
from app.core.statements import statements
from app.intake import applying
from app.numbers import routing
from app.whatsapp.incoming import updates
from app.whatsapp.updates import BrokenUpdate, UnknownUpdate, Update

BATCH_BYTES = 4 * 1024 * 1024
LOOKS_ANYWAY = 2.0  # seconds, in case a wake-up was lost with its connection
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


class Outcome(msgspec.Struct):
    """What becomes of one event."""

    id: int
    attempts: int
    error: str = ""
    unrouted: int = 0
    unknown: int = 0
    # Unreadable bytes stay unreadable: no second try.
    final: bool = False

    @property
    def state(self) -> str:
        if not self.error:
            return "done"
        return "dead" if self.final or self.attempts + 1 >= TRIES else "waiting"


async def run() -> None:
    """For ever; woken by the journal."""
    waker = hub.wakers["intake"]
    while not jobs.stopping.is_set():
        waker.clear()
        try:
            if await process_batch():
                continue
        except PoolTimeout as problem:
            log.warning("every connection is busy, intake waits", reason=str(problem))
        with suppress(TimeoutError):
            await asyncio.wait_for(waker.wait(), LOOKS_ANYWAY)


async def process_batch() -> int:
    """How many events it read; 0 when there are none, or others have them all."""
    async with platform_tx() as door:
        ids = list(_bounded(await door.many(q.waiting, Size)))
        events = await door.many(q.claim, Event, ids=ids) if ids else []
        if not events:
            return 0
        outcomes = {event.id: Outcome(event.id, event.attempts) for event in events}
        for tenant_id, shares in (await _by_tenant(door, events, outcomes)).items():
            await _apply(Tenant(tenant_id), shares, outcomes)
        await _settle(door, list(outcomes.values()))
    return len(events)


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
    read = [(event.id, update) for event in events for update in updates(event.body)]
    phone_ids = {found for _, update in read if (found := getattr(update, "phone_number_id", None))}
    waba_ids = {found for _, update in read if (found := getattr(update, "waba_id", None))}
    owners = await routing.owners(door, sorted(phone_ids), sorted(waba_ids))
    signers = {event.id: event.signers for event in events}
    shares: dict[int, list[tuple[int, Update]]] = defaultdict(list)
    for event_id, update in read:
        if isinstance(update, BrokenUpdate):
            outcomes[event_id].error, outcomes[event_id].final = update.error[:2000], True
            continue
        if isinstance(update, UnknownUpdate):
            outcomes[event_id].unknown += 1
        owner = owners.get(getattr(update, "phone_number_id", None) or "") or owners.get(update.waba_id)
        may_speak = signers[event_id]
        if owner is None or (may_speak is not None and owner not in may_speak):
            outcomes[event_id].unrouted += 1
        elif not isinstance(update, UnknownUpdate):
            shares[owner].append((event_id, update))
    return shares


async def _apply(tenant: Tenant, shares: Sequence[tuple[int, Update]], outcomes: dict[int, Outcome]) -> None:
    try:
        async with tenant.tx() as db:
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
            async with tenant.tx() as db:
                await applying.apply(db, part)
        except PoolTimeout:
            raise
        except Exception as problem:
            log.exception("event failed", tenant=tenant.id, event_id=event_id)
            outcomes[event_id].error = repr(problem)[:2000]


async def _settle(door: Db, outcomes: list[Outcome]) -> None:
    await door.run(
        q.settle,
        ids=[each.id for each in outcomes],
        states=[each.state for each in outcomes],
        errors=[each.error for each in outcomes],
        unrouted=[each.unrouted for each in outcomes],
        unknown=[each.unknown for each in outcomes],
        waits=[WAITS[min(each.attempts, len(WAITS) - 1)] for each in outcomes],
    )
