"""How a number is doing: asked for every hour and on demand, and told by the provider when something changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.core import events, live
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers.phone_number import CHANGED, HIGH, REFUSED, STANDARD, TOPIC, PhoneNumber, find, health_of
from app.numbers.provider import provider
from app.whatsapp.errors import Action, ProviderError
from app.whatsapp.updates import AccountUpdate, NumberUpdate

STOPPING = frozenset({"ACCOUNT_RESTRICTION", "ACCOUNT_DELETED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"})

q = statements("numbers")


async def check(tenant: Tenant, number_id: int) -> PhoneNumber:
    """Keeps what the provider says, a refusal too. Raises ProviderError, NotSent or OutcomeUnknown when it says nothing."""
    async with tenant.tx() as db:
        credentials = await vault.of_number(db, number_id)
    try:
        health = health_of(await provider().number(credentials))
    except ProviderError as error:
        if error.failure.action is not Action.STOP_NUMBER:
            raise
        health = {"status": f"{REFUSED}{error.failure.code}"}
    async with tenant.tx() as db:
        before = await find(db, number_id)
        await db.run(q.note_health if "quality" in health else q.note_status, id=number_id, **health)
        if health.get("throughput") == "HIGH" and before.throughput != "HIGH":
            await db.run(
                q.speed_up, number_id=number_id, per_second=HIGH.per_second, burst=HIGH.burst, usual=STANDARD.per_second
            )
        await live.announce(db, TOPIC, CHANGED, number_id)
        return await find(db, number_id)


@job(queue="maintenance")
async def recheck(tenant: Tenant, *, number_id: int) -> None:
    """The same, later."""
    await check(tenant, number_id)


async def recheck_everywhere(db: Db) -> None:
    """Every connected number of every workspace. Needs the platform's door."""
    for row in await db.rows(q.connected_everywhere):
        await recheck.later(db, once=f"check-number-{row['id']}", tenant_id=row["tenant_id"], number_id=row["id"])


async def note_inbound(db: Db, phone_number_ids: Iterable[str]) -> None:
    """Somebody wrote to these numbers, so their webhooks arrive."""
    await db.run(q.note_inbound, phone_number_ids=sorted(set(phone_number_ids)))


async def apply(db: Db, updates: Sequence[NumberUpdate | AccountUpdate]) -> None:
    """What webhooks say is partial, so each number they are about is asked how it is now."""
    for update in updates:
        numbers = [row["id"] for row in await db.rows(q.connected_of_account, waba_id=update.waba_id)]
        if update.limit:
            await db.run(q.note_tier, waba_id=update.waba_id, tier=update.limit)
        for number_id in numbers:
            if isinstance(update, AccountUpdate) and stops(update):
                await db.run(q.note_status, id=number_id, status="RESTRICTED")
                await events.record(db, "number_stopped", number_id=number_id, reason=update.event)
            await recheck.later(db, once=f"check-number-{number_id}", number_id=number_id)
            await live.announce(db, TOPIC, CHANGED, number_id)


def stops(update: AccountUpdate) -> bool:
    """Whether the account may send nothing from now on."""
    return update.event in STOPPING or update.ban_state == "DISABLE"
