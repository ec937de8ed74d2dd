"""How a number is doing: asked for every hour, before a campaign and on demand, and told by the provider when it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.core import events, live
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers.phone_number import CHANGED, NOT_SAID, REFUSED, TOPIC, PhoneNumber, find, health_of, note_limits
from app.numbers.provider import provider
from app.whatsapp.contract import Credentials, Owner
from app.whatsapp.errors import Action, NotSent, OutcomeUnknown, ProviderError
from app.whatsapp.updates import AccountUpdate, NumberUpdate

STOPPING = frozenset(
    {"ACCOUNT_RESTRICTION", "ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"}
)
RANKS = {"RED": 0, "YELLOW": 1}  # every other quality is fine, as far as anybody knows

q = statements("numbers")


async def check(tenant: Tenant, number_id: int, *, starting: bool = False) -> PhoneNumber:
    """Keeps what the provider says, a refusal too. Raises ProviderError, NotSent or OutcomeUnknown when it says nothing.

    `starting`: a campaign is about to begin, so it is told that the number may not send even if that is no news.
    """
    async with tenant.tx() as db:
        credentials = await vault.of_number(db, number_id)
    owner = None
    try:
        health = health_of(await provider().number(credentials))
        owner = await _owner(credentials)
    except ProviderError as error:
        if error.failure.action is not Action.STOP_NUMBER:
            raise
        health = {"status": f"{REFUSED}{error.failure.code}"}
    async with tenant.tx() as db:
        before = await find(db, number_id)
        await db.run(q.note_health if "quality" in health else q.note_status, id=number_id, **health)
        if "quality" in health:
            await note_limits(db, await find(db, number_id), owner)
        after = await find(db, number_id)
        await _tell(db, before, after, starting=starting)
        return after


async def _owner(credentials: Credentials) -> Owner | None:
    """Who does not answer now is asked again in an hour."""
    try:
        return await provider().owner(credentials)
    except (ProviderError, NotSent, OutcomeUnknown):
        return None


async def _tell(db: Db, before: PhoneNumber, after: PhoneNumber, *, starting: bool) -> None:
    if RANKS.get(after.quality, 2) < RANKS.get(before.quality, 2):
        await events.record(db, "quality_fell", number_id=after.id, quality=after.quality)
    if not after.may_send and (before.may_send or starting):
        reason = after.trouble.title if after.trouble else after.obstacle or after.status
        await events.record(db, "number_stopped", number_id=after.id, reason=reason)
    await live.announce(db, TOPIC, CHANGED, after.id)


@job(queue="maintenance")
async def recheck(tenant: Tenant, *, number_id: int, starting: bool = False) -> None:
    """The same, later."""
    await check(tenant, number_id, starting=starting)


async def check_before(db: Db, number_id: int) -> None:
    """A campaign of this number begins: limits are read anew, and it waits if the number may not send."""
    await recheck.later(db, once=f"check-number-before-{number_id}", number_id=number_id, starting=True)


async def note_inbound(db: Db, phone_number_ids: Iterable[str]) -> None:
    """Somebody wrote to these numbers, so their webhooks arrive."""
    await db.tell(q.note_inbound, phone_number_ids=sorted(set(phone_number_ids)))


async def apply(db: Db, updates: Sequence[NumberUpdate | AccountUpdate]) -> None:
    """What webhooks say is partial, so each number they are about is asked how it is now."""
    for update in updates:
        numbers = [row["id"] for row in await db.rows(q.connected_of_account, waba_id=update.waba_id)]
        if update.limit and update.limit not in NOT_SAID:
            await db.run(q.note_tier, waba_id=update.waba_id, tier=update.limit)
        for number_id in numbers:
            if isinstance(update, AccountUpdate) and stops(update):
                await db.run(q.note_status, id=number_id, status="RESTRICTED")
                await events.record(db, "number_stopped", number_id=number_id, reason=update.event)
            await recheck.later(db, once=f"check-number-{number_id}", number_id=number_id)
            await live.announce(db, TOPIC, CHANGED, number_id)


def stops(update: AccountUpdate) -> bool:
    """Whether the account may send nothing from now on. Some restrictions are about calls, or about adding numbers."""
    if update.event == "ACCOUNT_RESTRICTION" and update.restrictions:
        return any("MESSAGING" in restriction for restriction in update.restrictions)
    return update.event in STOPPING or update.ban_state == "DISABLE"
