"""Launch: one job turns the audience into rows and wakes the lanes. At once, or when its time comes."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from app.campaigns import canary, lanes, links, progress, quiet, variants
from app.core import live
from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import Statement, statements
from app.numbers import health

# A launch is bound by one core of the database, so two connections halve it.
SHARES = 2
TOO_LATE = N_("Its time had passed while Recado was not running")

q = statements("campaign_sending")
timing = statements("campaign_timing")


class CannotLaunch(Exception):
    """Somebody was faster, or it has begun already."""

    message = N_("This campaign has already begun or was cancelled. Reload the page to see how it is.")


class InThePast(Exception):
    """A time that is over cannot be kept."""

    message = N_("This time is over. Choose a later one, or send now.")


async def launch(db: Db, campaign_id: int) -> None:
    """Raises CannotLaunch. The rows are made by a job: a click must not wait for a million of them."""
    if not await db.value(q.begin_launch, id=campaign_id):
        raise CannotLaunch
    await fill.later(db, campaign_id=campaign_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def schedule(db: Db, campaign_id: int, at: datetime) -> None:
    """Raises InThePast or CannotLaunch. Starts within a minute of its time (app/schedule.py looks every 15 s)."""
    if at <= now():
        raise InThePast
    if not await db.value(q.schedule, id=campaign_id, at=at):
        raise CannotLaunch
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def unschedule(db: Db, campaign_id: int) -> None:
    """Back to a draft. Raises CannotLaunch."""
    if not await db.value(q.unschedule, id=campaign_id):
        raise CannotLaunch
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


@job(queue="campaigns", priority=5)
async def fill(tenant: Tenant, *, campaign_id: int) -> None:
    """Whoever dies on the way leaves rows that no lane looks at yet; the next run adds the others, and nobody twice."""
    async with tenant.tx() as db:
        begun = await db.rows(q.begin_fill, id=campaign_id)
        if not begun:
            return
        if begun[0]["quiet"]:
            # Committed, or the shares would not see it.
            async with tenant.tx() as first:
                await quiet.learn_zones(first)
        names = await variants.keys(db, campaign_id)
        statement = q.fill_shuffled if begun[0]["shuffled"] else q.fill
        async with asyncio.TaskGroup() as shares:
            for share in range(SHARES):
                shares.create_task(_fill_share(tenant, statement, id=campaign_id, names=names, share=share))
        await _begin_sending(db, campaign_id)


async def _fill_share(tenant: Tenant, statement: Statement, **chosen: Any) -> None:
    async with tenant.tx() as db:
        await db.run(statement, shares=SHARES, **chosen)


async def _begin_sending(db: Db, campaign_id: int) -> None:
    """The rows are there; who may be claimed first, and by what rules, is decided before any lane sees them."""
    await links.register(db, campaign_id)
    await quiet.note_zones(db, campaign_id)
    await canary.begin(db, campaign_id)
    await variants.begin(db, campaign_id)
    number_id = await db.value(q.finish_launch, id=campaign_id)
    if number_id is None:
        return
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)
    if not await progress.complete(db, campaign_id):
        await health.check_before(db, number_id)
        await lanes.wake(db, number_id)


async def start_due(door: Db) -> None:
    """Campaigns whose time has come; what happens to those that are too late was decided with them."""
    for row in await door.rows(timing.due):
        await fill.later(door, tenant_id=row["tenant_id"], campaign_id=row["id"])
    await door.run(timing.mark_late, skipped=TOO_LATE)
    for row in await door.rows(q.stuck_launches):
        await fill.later(door, once=f"fill:{row['id']}", tenant_id=row["tenant_id"], campaign_id=row["id"])
