"""The end of a workspace: two weeks in which nothing is sent and the owner can change their mind, then every row is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from graphlib import TopologicalSorter

import msgspec

from app.core import events
from app.core.clock import now
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements

WAITS = timedelta(days=14)
WARNED = timedelta(days=2)  # before the end
BATCH = 1000  # rows of one transaction; a part of a file is a megabyte
LOOKS_AGAIN = timedelta(seconds=5)
PATIENCE = 24  # times that it looks whether what was asked for before has happened
STRAGGLERS = timedelta(minutes=2)
PASSES = 20  # over all tables; webhooks may bring rows meanwhile

q = statements("deletion")


class Owner(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    language: str
    workspace: str
    time_zone: str


class Leaving(Exception):
    """Asked for already."""

    message = N_("The deletion is under way already.")


class NotEmpty(Exception):
    """Rows come faster than they can be deleted; the job tries again."""


async def ask(db: Db, *, by: int) -> datetime:
    """When it will be gone. Raises Leaving."""
    at: datetime | None = await db.value(q.ask, by=by, waits=WAITS)
    if at is None:
        raise Leaving
    await events.record(db, "workspace_leaving", at=at, soon=False)
    return at


async def revive(db: Db) -> None:
    """All is as it was; campaigns go on within a minute. Too late, nothing changes."""
    if await db.run(q.revive):
        await events.record(db, "workspace_revived")


async def owner(db: Db) -> Owner:
    return await db.one(q.owner, Owner)


async def go_on(door: Db) -> None:
    """Warns those whose time is nearly over, and begins with those whose time is."""
    for row in await door.rows(q.warn, ahead=WARNED):
        async with Tenant(row["id"]).tx() as db:
            await events.record(db, "workspace_leaving", at=row["delete_at"], soon=True)
    for row in await door.rows(q.due):
        await erase.later(door, once=f"erase:{row['id']}", tenant_id=row["id"])


@job(queue="maintenance", priority=-1)
async def erase(tenant: Tenant, *, looked: int = 0) -> None:
    """In steps that commit, so a stop in the middle goes on where it was. Raises NotEmpty."""
    async with tenant.tx() as db:
        if not await db.value(q.is_due):
            return
        if not looked:
            await events.record(db, "workspace_going")
        if looked < PATIENCE and await db.value(q.is_busy):
            await erase.later(db, at=now() + LOOKS_AGAIN, looked=looked + 1)
            return
        order = await _children_first(db)
    await _erase_webhooks(tenant)
    for _ in range(PASSES):
        if not await _empty(tenant, order):
            break
    else:
        raise NotEmpty(tenant.id)
    async with tenant.tx() as db:
        told = await owner(db)
    async with platform_tx() as door:
        await door.run(q.erasing)
        people = await door.value(q.people, tenant=tenant.id)
        if not await door.run(q.erase_workspace, tenant=tenant.id):
            return
        await door.run(q.erase_people, ids=people)
        await door.run(q.erase_jobs, tenant=tenant.id)
        await events.record(door, "workspace_gone", owner=told)
        await sweep.later(door, tenant_id=tenant.id)
        await sweep.later(door, at=now() + STRAGGLERS, tenant_id=tenant.id)


@job(queue="maintenance", priority=-1)
async def sweep(tenant: Tenant) -> None:
    """What was written in the last moment, and belongs to nothing that took it along: totals that were just being folded."""
    async with tenant.tx() as db:
        order = await _children_first(db)
    await _empty(tenant, order)


async def _children_first(db: Db) -> list[str]:
    order: TopologicalSorter[str] = TopologicalSorter({row["name"]: set() for row in await db.rows(q.tables)})
    for row in await db.rows(q.references):
        order.add(row["parent"], row["child"])
    return list(order.static_order())


async def _erase_webhooks(tenant: Tenant) -> None:
    while True:
        async with platform_tx() as door:
            if not await door.run(q.erase_webhooks, tenant=tenant.id, size=BATCH):
                return


async def _empty(tenant: Tenant, tables: Sequence[str]) -> int:
    """How many rows went: triggers write new ones, so it is done once more until there are none.

    None of a workspace that is kept after all.
    """
    gone = 0
    for table in tables:
        while True:
            async with tenant.tx() as db:
                if await db.value(q.is_due) is False:
                    return 0
                await db.run(q.erasing)
                rows = await db.value(q.erase_rows, of_table=table, size=BATCH)
            gone += rows
            if rows < BATCH:
                break
    return gone
