"""From the press of a button to a row for everybody in a campaign, and how much memory that takes."""

from __future__ import annotations

import asyncio
from typing import Any

from app.bench import recount, stock
from app.bench.house import House, opened
from app.campaigns import launch
from app.core.clock import seconds

LOOKS_EVERY = 0.05  # seconds


async def run(recipients: int) -> dict[str, Any]:
    """Keys: seconds until the rows are there, per_second, peak_mb of `serve` throughout, lost (people without a row), twice."""
    async with opened() as house:
        # Slow, so that the rows are all that is measured.
        number = await stock.connected_number(house, per_second=1)
        await stock.people(house, recipients)
        async with house.tenant.tx() as db:
            await db.conn.execute("analyze contacts, contact_identities")
        draft = await stock.campaign(house, number)
        began = seconds()
        async with house.tenant.tx() as db:
            await launch.launch(db, draft)
        await _filled(house, draft)
        took = seconds() - began
        rows = await recount.value(house, "select count(*) from campaign_recipients where campaign_id = %s", draft)
        people = await recount.value(
            house, "select count(distinct contact_id) from campaign_recipients where campaign_id = %s", draft
        )
        return {
            "recipients": recipients, "seconds": round(took, 2), "per_second": round(recipients / took, 1),
            "peak_mb": house.peak_mb(), "lost": recipients - people, "twice": rows - people,
            "unequal": len(await recount.unequal(house)),
        }  # fmt: skip


async def _filled(house: House, campaign_id: int) -> None:
    while await recount.value(house, "select status in ('draft', 'launching') from campaigns where id = %s", campaign_id):
        await asyncio.sleep(LOOKS_EVERY)
