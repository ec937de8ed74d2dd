"""Phone numbers: checked with the provider before anything is saved, and disconnected without losing their history."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from psycopg.errors import UniqueViolation

from app.core import events, live
from app.core.clock import now
from app.core.db import Db, NotFound, Tenant, platform_tx
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers import levels, routing
from app.numbers.breaker import REST
from app.numbers.provider import provider
from app.settings import settings
from app.whatsapp.contract import Credentials, NumberInfo, Owner
from app.whatsapp.errors import Action, Failure, ProviderError, WrongField, classify

INTAKE = "/intake/meta"
TOPIC = "numbers"
CHANGED = "numbers_changed"
REFUSED = "REFUSED_"  # a status of ours: the check was refused with the code that follows
STOPPED = frozenset({"BANNED", "RESTRICTED", "DISCONNECTED", "MIGRATED", "DELETED"})
NOT_SAID = frozenset({"", "TIER_NOT_SET", "NOT_SET"})
LETS_GO_AFTER = timedelta(minutes=1)  # whoever connects the account again meanwhile misses no message
CREEP = 0.01  # of full speed, a second: as unslowed() in sql/functions/campaign_sending.sql

ACCOUNT_TAKEN = N_("Another workspace uses this account, and it belongs to one only. Connect a different one or sign in there.")
NUMBER_TAKEN = N_("Another workspace uses this number, and it belongs to one only. Connect a different one or sign in there.")

q = statements("numbers")


class PhoneNumber(msgspec.Struct, frozen=True):
    """`waba` is the row of its account, `waba_id` Meta's name for it; quality, tier and status are in Meta's words.

    Messages a second: `ceiling` is what WhatsApp allows in all, `per_second` the campaigns' part, `speed` the share of it that
    is left after WhatsApp said "too fast".
    """

    id: int
    waba: int
    waba_id: str
    portfolio_id: int
    phone_number_id: str
    display: str
    verified_name: str
    quality: str
    throughput: str
    tier: str
    status: str
    name_status: str
    can_send: str
    obstacle: str
    coexists: bool
    last_inbound_at: datetime | None
    checked_at: datetime | None
    disconnected_at: datetime | None
    created_at: datetime
    level: str
    by_hand: bool
    ceiling: float
    per_second: float
    burst: float
    speed: float
    paused_until: datetime | None
    rate_errors: int
    breaker: Literal["closed", "open", "trying"]

    @property
    def reserve(self) -> float:
        """Messages a second that campaigns leave to the chat."""
        return max(0.0, self.ceiling - self.per_second)

    @property
    def seconds_to_full_speed(self) -> int:
        return math.ceil((1 - self.speed) / CREEP)

    @property
    def may_send(self) -> bool:
        """As far as WhatsApp has told."""
        return not (self.status.startswith(REFUSED) or self.status in STOPPED or self.can_send == "BLOCKED")

    @property
    def trouble(self) -> Failure | None:
        """Why the last check was refused, in plain words."""
        return classify(int(self.status.removeprefix(REFUSED))) if self.status.startswith(REFUSED) else None


class Gone(msgspec.Struct, frozen=True):
    id: int
    display: str
    verified_name: str
    disconnected_at: datetime


async def find(db: Db, number_id: int) -> PhoneNumber:
    return await db.one(q.numbers, PhoneNumber, id=number_id, rest=REST)


async def all(db: Db) -> list[PhoneNumber]:  # noqa: A001 - read as phone_number.all(db)
    """The connected ones."""
    return await db.many(q.numbers, PhoneNumber, id=None, rest=REST)


async def disconnected(db: Db) -> list[Gone]:
    """Those that once were connected, the latest first."""
    return await db.many(q.disconnected, Gone)


async def connect(tenant: Tenant, credentials: Credentials) -> PhoneNumber:
    """Also renews the token of a number that is connected. Raises WrongField, ProviderError, NotSent or OutcomeUnknown."""
    again = await _refuse_what_others_have(tenant, credentials)
    info = await provider().connect(credentials, callback=callback(), verify_token=settings().meta_verify_token)
    owner = await provider().owner(credentials)
    try:
        async with tenant.tx() as db:
            number = await _save(db, vault.sealed(tenant.id, credentials), info, owner)
            if again:
                await take_over.later(db, waba=number.waba)
    except UniqueViolation as taken:
        # Somebody else was faster by a moment.
        field = "phone_number_id" if "phone_numbers" in (taken.diag.constraint_name or "") else "waba_id"
        raise WrongField(field, NUMBER_TAKEN if field == "phone_number_id" else ACCOUNT_TAKEN) from taken
    routing.forget(credentials.waba_id)
    return number


async def _refuse_what_others_have(tenant: Tenant, credentials: Credentials) -> bool:
    """What a workspace has given up is free; whether this is such an account."""
    async with platform_tx() as door:
        holders = await routing.holders(door, [credentials.phone_number_id], [credentials.waba_id])
        again = bool(await door.value(q.was_released, waba_id=credentials.waba_id))
    if holders.get(credentials.waba_id, tenant.id) != tenant.id:
        raise WrongField("waba_id", ACCOUNT_TAKEN)
    if holders.get(credentials.phone_number_id, tenant.id) != tenant.id:
        raise WrongField("phone_number_id", NUMBER_TAKEN)
    return again


async def _save(db: Db, sealed: vault.Sealed, info: NumberInfo, owner: Owner | None) -> PhoneNumber:
    keys = {"access_token": sealed.access_token, "app_secret": sealed.app_secret, "portfolio": owner.id if owner else ""}
    waba = await db.value(q.save_account, waba_id=sealed.waba_id, **keys)
    number_id = await db.value(q.save_number, waba=waba, phone_number_id=info.phone_number_id, **health_of(info))
    await db.run(q.start_pacing, number_id=number_id)
    await note_limits(db, await find(db, number_id), owner)
    await events.record(db, "number_connected", waba=waba)
    await live.announce(db, TOPIC, CHANGED, number_id)
    return await find(db, number_id)


async def note_limits(db: Db, number: PhoneNumber, owner: Owner | None) -> None:
    """What WhatsApp said of them, to where the engine looks: the rate to the number, the tier to the portfolio."""
    await levels.follow(db, number.id, levels.of(number))
    if owner is not None:
        await db.run(q.join_portfolio, waba=number.waba, meta_id=owner.id, name=owner.name)
    if number.tier not in NOT_SAID:
        await db.run(q.note_tier, waba_id=number.waba_id, tier=number.tier)


def health_of(info: NumberInfo) -> dict[str, str | bool]:
    """What is kept of the provider's answer."""
    return {
        "display": info.display_phone_number,
        "verified_name": info.verified_name,
        "quality": info.quality,
        "throughput": info.throughput,
        "tier": info.limit or "",
        "status": info.status,
        "name_status": info.name_status or "",
        "can_send": info.can_send,
        "obstacle": info.obstacle,
        "coexists": info.coexists,
    }


async def disconnect(db: Db, number: PhoneNumber) -> None:
    """Its conversations and campaigns stay to be read. An account without numbers is free for another workspace."""
    if await db.run(q.disconnect, id=number.id):
        await db.run(q.release, waba=number.waba)
        await events.record(db, "number_disconnected", number_id=number.id)
        await unsubscribe.later(db, at=now() + LETS_GO_AFTER, waba=number.waba)
        await live.announce(db, TOPIC, CHANGED, number.id)


@job(queue="maintenance")
async def take_over(tenant: Tenant, *, waba: int) -> None:
    """Whoever had the account before needs its keys no more, and may just be ending the webhooks that it had asked for."""
    async with tenant.tx() as db:
        credentials = await vault.of_account(db, waba)
    async with platform_tx() as door:
        await door.run(q.forget_keys, waba_id=credentials.waba_id)
    await provider().subscribe(credentials, callback=callback(), verify_token=settings().meta_verify_token)


@job(queue="maintenance")
async def unsubscribe(tenant: Tenant, *, waba: int) -> None:
    """Ends the webhooks of an account that nobody holds any more."""
    try:
        async with tenant.tx() as db:
            credentials = await vault.of_account(db, waba)
    except NotFound:
        return  # another workspace has it, and nobody here its keys
    if await _is_held(credentials.waba_id):
        return
    try:
        await provider().unsubscribe(credentials)
    except ProviderError as error:
        if error.failure.action is not Action.STOP_NUMBER:
            raise
        return  # the token has gone, and with it what it had asked for
    if await _is_held(credentials.waba_id):
        # Connected between the two: subscriptions belong to the app, not to a workspace.
        await provider().subscribe(credentials, callback=callback(), verify_token=settings().meta_verify_token)


async def _is_held(waba_id: str) -> bool:
    async with platform_tx() as door:
        return bool(await door.value(q.is_held, waba_id=waba_id))


def callback() -> str | None:
    """Where an account's webhooks go. None in development, where Meta reaches nothing: the app's own address has to do."""
    address = f"{settings().public_url}{INTAKE}"
    return address if address.startswith("https://") else None
