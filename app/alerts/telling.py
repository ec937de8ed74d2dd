"""Who is told: claimed in the transaction that raises or resolves, delivered by a job, tried three times."""

from __future__ import annotations

from collections.abc import Sequence

from app.alerts import delivering
from app.core.db import Db
from app.core.statements import statements

q = statements("alerts")


async def tell(db: Db) -> None:
    """Every open alert to every channel that wants it and has not heard of it within its cool-down."""
    for row in await db.rows(q.claim_tellings):
        await delivering.deliver.later(db, channel_id=row["channel_id"], alert_id=row["alert_id"], event="opened")


async def tell_over(db: Db, alert_ids: Sequence[int]) -> None:
    """To those who heard that it began."""
    for row in await db.rows(q.told, ids=list(alert_ids)):
        await delivering.deliver.later(db, channel_id=row["channel_id"], alert_id=row["alert_id"], event="resolved")


async def test(db: Db, channel_id: int) -> None:
    """To this channel alone; its card says what became of it."""
    await delivering.deliver.later(db, channel_id=channel_id, alert_id=0, event="test")
