"""What nobody did in time is found by looking: expired leases, unknown outcomes, idle lanes, campaigns that are done."""

from __future__ import annotations

from collections.abc import Sequence

from app.campaigns import lanes, progress
from app.core.db import Db, Tenant, platform_tx
from app.core.statements import statements

q = statements("campaign_sending")


async def recover() -> None:
    """Each step is safe to repeat and safe to share with other workers."""
    for tenant in await at_work():
        async with tenant.tx() as db:
            await recover_in(db)


async def at_work() -> list[Tenant]:
    """Workspaces whose campaigns may have something stuck."""
    async with platform_tx() as door:
        return [Tenant(row["tenant_id"]) for row in await door.rows(q.tenants_at_work)]


async def recover_in(db: Db) -> None:
    """One workspace."""
    await db.run(q.expire_leases)
    await db.run(q.drop_stragglers)
    await db.run(q.give_up_held)
    numbers = [*await db.rows(q.retry_uncertain), *await db.rows(q.waiting_numbers)]
    for number_id in sorted({row["number_id"] for row in numbers}):
        await lanes.wake(db, number_id)
    await progress.complete(db)


async def go_on(db: Db, module_id: str) -> None:
    """What has waited while campaigns were off does not wait for the next look: a reaction to module_switched_on."""
    if module_id == "campaigns":
        await recover_in(db)


async def note_answers(db: Db, contact_ids: Sequence[int]) -> None:
    """Whoever writes has answered: a reaction to messages_received."""
    touched = await db.rows(q.note_answers, contact_ids=list(contact_ids))
    await progress.announce(db, {row["campaign_id"] for row in touched})
