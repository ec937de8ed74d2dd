"""How far a campaign is: told at most once a second, and complete as soon as its rows say so."""

from __future__ import annotations

from app.core import events, live
from app.core.db import Db
from app.core.statements import statements

q = statements("campaign_sending")


async def complete(db: Db, campaign_id: int | None = None) -> bool:
    """Whether it is done, or any campaign without an id: completion is a fact of the rows."""
    rows = await db.rows(q.complete, id=campaign_id)
    for row in rows:
        await events.record(db, "campaign_completed", campaign_id=row["id"])
        await live.announce(db, "campaigns", "campaigns_changed", row["id"])
    return bool(rows)


async def announce(db: Db, campaign_ids: set[int]) -> None:
    """At most once a second a campaign, whoever asks."""
    for row in await db.rows(q.may_announce, ids=sorted(campaign_ids)):
        await live.announce(db, "campaigns", "campaigns_changed", row["id"])
