"""A plan on trial: its owner is told a week and a day before its end, and then it is over as the operator has chosen."""

from __future__ import annotations

from datetime import timedelta

from app.core import events
from app.core.db import Db, Tenant
from app.core.statements import statements

TOLD = (timedelta(days=7), timedelta(days=1))  # before the end; trial_told counts them

q = statements("trials")


async def go_on(door: Db) -> None:
    """Tells those whose end is near, and ends what is over. Needs the platform's door."""
    for row in await door.rows(q.tell, week=TOLD[0], day=TOLD[1]):
        async with Tenant(row["id"]).tx() as db:
            await events.record(db, "trial_ending", ends_at=row["trial_ends_at"], leads_to=row["trial_leads_to"])
    await door.run(q.end)
