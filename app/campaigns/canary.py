"""First to a few, by lot; what happens to them decides whether everybody else gets it. `only_to` moves, rows do not."""

from __future__ import annotations

from app.campaigns import guard, lanes
from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_
from app.core.statements import statements

q = statements("campaign_guard")


class NoCanary(Exception):
    """It goes to everybody already, or does not run."""

    message = N_("This campaign is not waiting for its first people any more.")


async def begin(db: Db, campaign_id: int) -> None:
    """In the launch, once its rows are there: whom the canary is for, and what the guard compares with later."""
    await db.run(q.begin, id=campaign_id)


async def release(db: Db, campaign_id: int) -> None:
    """To everybody now: a person decides, or its time is over and all is well. Raises NoCanary."""
    number_id = await db.value(q.release, id=campaign_id)
    if number_id is None:
        raise NoCanary
    await lanes.wake(db, number_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def look(db: Db) -> None:
    """Canaries that all have it begin to rest, rested ones are judged, everything else is the guard's."""
    for row in await db.rows(q.rest_canaries):
        await live.announce(db, "campaigns", "campaigns_changed", row["id"])
    for each in await guard.running(db):
        await (judge(db, each) if each.canary_due else guard.check(db, each))


async def judge(db: Db, campaign: guard.Running) -> None:
    """By the guard's limits, and however few it was for."""
    bad = guard.told(campaign) or (await guard.counted(db, campaign, least=1) if campaign.guarded else None)
    if bad:
        await guard.stop(db, campaign.id, bad, by="canary")
    else:
        await release(db, campaign.id)


async def watch() -> None:
    """Every running campaign of every workspace."""
    async with platform_tx() as door:
        sending = await door.rows(q.tenants_sending)
    for row in sending:
        async with Tenant(row["tenant_id"]).tx() as db:
            await look(db)
