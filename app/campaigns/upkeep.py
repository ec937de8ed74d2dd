"""What nobody did in time is found by looking: expired leases, unknown outcomes, idle lanes, campaigns that are done."""

from __future__ import annotations

from collections.abc import Sequence

from app.campaigns import lanes
from app.campaigns.sending import ATTEMPTS
from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.statements import statements

q = statements("campaign_sending")


async def recover() -> None:
    """Through the platform's door; each step is safe to repeat and safe to share with other workers."""
    async with platform_tx() as door:
        await door.run(q.expire_leases)
        silent = await door.rows(q.retry_uncertain, attempts=ATTEMPTS)
        waiting = await door.rows(q.waiting_numbers)
        done = await door.rows(q.complete, id=None)
    numbers = {(row["tenant_id"], row["number_id"]) for row in [*silent, *waiting]}
    for tenant_id, number_id in sorted(numbers):
        async with Tenant(tenant_id).tx() as db:
            await lanes.wake(db, number_id)
    for row in done:
        async with Tenant(row["tenant_id"]).tx() as db:
            await live.announce(db, "campaigns", "campaigns_changed", row["id"])


async def note_answers(db: Db, contact_ids: Sequence[int]) -> None:
    """Whoever writes has answered: a reaction to messages_received."""
    touched = await db.rows(q.note_answers, contact_ids=list(contact_ids))
    await lanes.announce(db, {row["campaign_id"] for row in touched})
