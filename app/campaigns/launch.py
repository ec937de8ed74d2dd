"""Launch: one job turns the audience into rows and wakes the lanes. At once, or when its time comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.campaigns import lanes
from app.core import live
from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements
from app.whatsapp.template_text import in_order

# Later than this after its time, a campaign asks a person instead of going out at night.
TOO_LATE = timedelta(hours=1)

q = statements("campaign_sending")


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
    """All rows or none: a crash in the middle leaves nothing, and the next run begins anew."""
    async with tenant.tx() as db:
        body = await db.value(q.begin_fill, id=campaign_id)
        if body is None:
            return
        await db.run(q.fill, id=campaign_id, names=in_order(body))
        number_id = await db.value(q.finish_launch, id=campaign_id)
        if number_id is None:
            return
        await lanes.wake(db, number_id)
        if await db.value(q.complete, id=campaign_id) is None:
            await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def start_due(door: Db) -> None:
    """Campaigns whose time has come; those that are too late wait for a person."""
    for row in await door.rows(q.due, late=TOO_LATE):
        await fill.later(door, tenant_id=row["tenant_id"], campaign_id=row["id"])
    await door.run(q.mark_late, late=TOO_LATE)
    for row in await door.rows(q.stuck_launches):
        await fill.later(door, once=f"fill:{row['id']}", tenant_id=row["tenant_id"], campaign_id=row["id"])
