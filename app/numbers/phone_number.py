"""Phone numbers: checked with the provider before anything is saved, and disconnected without losing their history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core import events, live
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers import routing
from app.numbers.provider import provider
from app.settings import settings
from app.whatsapp.contract import Credentials, NumberInfo
from app.whatsapp.errors import Failure, WrongField, classify

TOPIC = "numbers"
CHANGED = "numbers_changed"
REFUSED = "REFUSED_"  # a status of ours: the check was refused with the code that follows

ACCOUNT_TAKEN = N_("Another workspace uses this account, and it belongs to one only. Connect a different one or sign in there.")
NUMBER_TAKEN = N_("Another workspace uses this number, and it belongs to one only. Connect a different one or sign in there.")

q = statements("numbers")


class PhoneNumber(msgspec.Struct, frozen=True):
    """`waba` is the row of its account, `waba_id` Meta's name for it; quality, tier and status are in Meta's words."""

    id: int
    waba: int
    waba_id: str
    phone_number_id: str
    display: str
    verified_name: str
    quality: str
    throughput: str
    tier: str
    status: str
    last_inbound_at: datetime | None
    checked_at: datetime | None
    disconnected_at: datetime | None
    created_at: datetime
    per_second: float
    burst: float

    @property
    def trouble(self) -> Failure | None:
        """Why the last check was refused, in plain words."""
        return classify(int(self.status.removeprefix(REFUSED))) if self.status.startswith(REFUSED) else None


class Pace(msgspec.Struct, frozen=True):
    per_second: Annotated[float, Meta(ge=1, le=1000)]
    burst: Annotated[float, Meta(ge=1, le=1500)]


# A little under what Meta allows (80, 1,000 and 20 a second), because answers in the chat count as well.
STANDARD = Pace(70, 100)
HIGH = Pace(800, 1000)
COEXISTENCE = Pace(18, 20)


def usual_pace(info: NumberInfo) -> Pace:
    if info.coexists:
        return COEXISTENCE
    return HIGH if info.throughput == "HIGH" else STANDARD


async def find(db: Db, number_id: int) -> PhoneNumber:
    return await db.one(q.find, PhoneNumber, id=number_id)


async def all(db: Db) -> list[PhoneNumber]:  # noqa: A001 - read as phone_number.all(db)
    """The connected ones."""
    return await db.many(q.connected, PhoneNumber)


async def connect(tenant: Tenant, credentials: Credentials) -> PhoneNumber:
    """Also renews the token of a number that is connected. Raises WrongField, ProviderError, NotSent or OutcomeUnknown."""
    await _refuse_what_others_have(tenant, credentials)
    callback = f"{settings().public_url}/intake/meta"
    info = await provider().connect(
        credentials,
        callback=callback if callback.startswith("https://") else None,
        verify_token=settings().meta_verify_token,
    )
    async with tenant.tx() as db:
        number = await _save(db, vault.sealed(tenant.id, credentials), info)
    routing.forget(credentials.waba_id)
    return number


async def _refuse_what_others_have(tenant: Tenant, credentials: Credentials) -> None:
    async with platform_tx() as door:
        owners = await routing.owners(door, [credentials.phone_number_id], [credentials.waba_id])
    if owners.get(credentials.waba_id, tenant.id) != tenant.id:
        raise WrongField("waba_id", ACCOUNT_TAKEN)
    if owners.get(credentials.phone_number_id, tenant.id) != tenant.id:
        raise WrongField("phone_number_id", NUMBER_TAKEN)


async def _save(db: Db, sealed: vault.Sealed, info: NumberInfo) -> PhoneNumber:
    keys = {"access_token": sealed.access_token, "app_secret": sealed.app_secret}
    waba = await db.value(q.save_account, waba_id=sealed.waba_id, **keys)
    if waba is None:
        raise WrongField("waba_id", ACCOUNT_TAKEN)
    number_id = await db.value(q.save_number, waba=waba, phone_number_id=info.phone_number_id, **health_of(info))
    if number_id is None:
        raise WrongField("phone_number_id", NUMBER_TAKEN)
    pace = usual_pace(info)
    await db.run(q.start_pacing, number_id=number_id, per_second=pace.per_second, burst=pace.burst)
    await events.record(db, "number_connected", waba=waba)
    await live.announce(db, TOPIC, CHANGED, number_id)
    return await find(db, number_id)


def health_of(info: NumberInfo) -> dict[str, str]:
    """What is kept of the provider's answer."""
    return {
        "display": info.display_phone_number,
        "verified_name": info.verified_name,
        "quality": info.quality,
        "throughput": info.throughput,
        "tier": info.limit or "",
        "status": info.status,
    }


async def set_pace(db: Db, number: PhoneNumber, pace: Pace) -> PhoneNumber:
    await db.run(q.set_pace, number_id=number.id, per_second=pace.per_second, burst=pace.burst)
    await live.announce(db, TOPIC, CHANGED, number.id)
    return await find(db, number.id)


async def disconnect(db: Db, number: PhoneNumber) -> None:
    """Its conversations and campaigns stay to be read."""
    if await db.run(q.disconnect, id=number.id):
        await events.record(db, "number_disconnected", number_id=number.id)
        await unsubscribe.later(db, waba=number.waba)
        await live.announce(db, TOPIC, CHANGED, number.id)


@job(queue="maintenance")
async def unsubscribe(tenant: Tenant, *, waba: int) -> None:
    """Ends the webhooks of an account whose last number has gone."""
    async with tenant.tx() as db:
        if await db.value(q.account_in_use, waba=waba):
            return
        credentials = await vault.of_account(db, waba)
    await provider().unsubscribe(credentials)
