"""Webhooks that are read again: one, all that a filter finds, or what came before its account was connected.

As jobs, because a workspace sees its part of the journal and not the queue of all. Reading twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.jobs import job, platform_job
from app.core.statements import statements
from app.intake import event
from app.intake.event import Event, Filter

TOPIC, CHANGED = "webhooks", "webhooks_changed"
AT_ONCE = 10_000  # webhooks that one person lets be read again with one press
CHUNK = 500

q = statements("intake")
marks = statements("webhook_events")


async def after_connecting(db: Db, waba: int) -> None:
    """A reaction to number_connected."""
    if waba_id := await db.value(q.account, waba=waba):
        await replay_account.later(db, waba_id=waba_id)


@platform_job(queue="intake")
async def replay_account(*, waba_id: str) -> None:
    """What still belongs to nobody is counted again."""
    async with platform_tx() as door:
        if await door.run(q.replay_unrouted, waba_id=waba_id.encode()):
            await live.wake(door, "intake")


async def replay(db: Db, event_id: int) -> Event:
    """It shows as waiting at once, and is read as soon as this is committed."""
    found = await event.find(db, event_id)
    await db.run(marks.mark_replayed, ids=[found.id])
    await reread.later(db, event_ids=[found.id])
    await live.announce(db, TOPIC, CHANGED)
    return msgspec.structs.replace(found, state="waiting")


async def count(db: Db, only: Filter) -> int:
    """How many would be read again: AT_ONCE at most."""
    return len(await event.newest(db, only, most=AT_ONCE))


async def replay_found(db: Db, only: Filter) -> None:
    """All that the filter finds, the newest first."""
    of_whom = reread_everywhere if db.tenant_id is None else reread_found
    await of_whom.later(db, only=msgspec.to_builtins(only))


async def discard(db: Db, event_id: int) -> Event:
    """A dead one that nobody wants to read any more: it stays in the journal, and is counted no longer."""
    found = await event.find(db, event_id)
    if found.state != "dead":
        return found
    await db.run(marks.mark_discarded, ids=[found.id])
    await lay_aside.later(db, event_ids=[found.id])
    await live.announce(db, TOPIC, CHANGED)
    return msgspec.structs.replace(found, state="discarded")


@platform_job(queue="intake")
async def reread(*, event_ids: list[int]) -> None:
    async with platform_tx() as door:
        await _reread(door, event_ids)


@job(queue="intake")
async def reread_found(tenant: Tenant, *, only: dict[str, Any]) -> None:
    await _reread_found(tenant.tx, only)


@platform_job(queue="intake")
async def reread_everywhere(*, only: dict[str, Any]) -> None:
    await _reread_found(platform_tx, only)


async def _reread_found(door_to: Callable[[], AbstractAsyncContextManager[Db]], only: dict[str, Any]) -> None:
    """In chunks, so that none of them holds the queue for long. What was read again is older than where it goes on."""
    wish, before = msgspec.convert(only, Filter), event.NEWEST
    for _ in range(AT_ONCE // CHUNK):
        async with door_to() as db:
            ids = [each.id for each in await event.newest(db, wish, before=before, most=CHUNK)]
            await db.run(marks.mark_replayed, ids=ids)
            await live.announce(db, TOPIC, CHANGED)
        async with platform_tx() as door:
            await _reread(door, ids)
        if len(ids) < CHUNK:
            return
        before = ids[-1]


async def _reread(door: Db, event_ids: list[int]) -> None:
    await door.run(q.replay, ids=event_ids)
    await live.wake(door, "intake")


@platform_job(queue="intake")
async def lay_aside(*, event_ids: list[int]) -> None:
    async with platform_tx() as door:
        await door.run(q.discard, ids=event_ids)
