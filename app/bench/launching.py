"""From the press of a button to a row for everybody in a campaign, and how much memory that takes."""

from __future__ import annotations

import asyncio
from typing import Any

from app.bench import recount, report, stock
from app.bench.house import House, opened
from app.campaigns import launch
from app.core.clock import seconds

AT_ONCE = 100_000  # people in one transaction of the preparation
LOOKS_EVERY = 0.05  # seconds


async def run(recipients: int) -> dict[str, Any]:
    """Keys: seconds until the rows are there, per_second, peak_mb of `serve` throughout, lost (people without a row), twice."""
    async with opened() as house:
        # Slow, so that the rows are all that is measured.
        number = await stock.connected_number(house, per_second=1)
        for first in range(0, recipients, AT_ONCE):
            await stock.people(house, min(AT_ONCE, recipients - first), first=first + first // 1000)
            report.progress(f"{min(recipients, first + AT_ONCE):,} people")
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
