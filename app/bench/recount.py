"""Every counter beside its recount from the rows: names of those that disagree."""

from __future__ import annotations

import asyncio
from typing import Any

from app.bench.stock import Place
from app.core.clock import seconds

AGREE_WITHIN = 15.0  # seconds: the last statuses are still being read when the last row is settled

DISAGREEMENTS = {
    "campaign totals": """
        with rows as (select campaign_id, status, count(*) as n from campaign_recipients group by 1, 2),
        totals as (select campaign_id, status, sum(n) as n from (
          select campaign_id, status, n from campaign_counts union all select campaign_id, status, n from campaign_deltas) t
          group by 1, 2 having sum(n) <> 0)
        select count(*) from rows full join totals using (campaign_id, status) where rows.n is distinct from totals.n""",
    "dashboard": """
        with recount as (select * from recount_dashboard_stats('2000-01-01', '2100-01-01', 'UTC')),
        totals as (select * from get_dashboard_stats('2000-01-01', '2100-01-01', 'UTC')
                    where (sent, delivered, read, failed, answered, received) <> (0, 0, 0, 0, 0, 0))
        select count(*) from recount r full join totals t using (day)
         where (r.sent, r.delivered, r.read, r.failed, r.answered, r.received)
           is distinct from (t.sent, t.delivered, t.read, t.failed, t.answered, t.received)""",
    "people of the day": """
        with rows as (select portfolio, minute, count(*) as n from portfolio_people where minute is not null group by 1, 2),
        totals as (select portfolio, minute, people as n from portfolio_minutes where people > 0)
        select count(*) from rows full join totals using (portfolio, minute) where rows.n is distinct from totals.n""",
}


async def unequal(place: Place) -> list[str]:
    """Of the whole workspace; asks again for a while, since figures move until the last status is read."""
    end = seconds() + AGREE_WITHIN
    while (found := await _unequal(place)) and seconds() < end:
        await asyncio.sleep(0.5)
    return found


async def _unequal(place: Place) -> list[str]:
    return [name for name, statement in DISAGREEMENTS.items() if await value(place, statement)]


async def value(place: Place, statement: str, *values: Any) -> Any:
    """The first column of the first row of a workspace's own."""
    async with place.tenant.tx() as db:
        row = await (await db.conn.execute(statement.encode(), values or None)).fetchone()
    return row[0] if row else None
