"""What opens a number: its token, which is tried before it replaces the one in use, and its registration with a PIN."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from app.core import live
from app.core.db import Tenant
from app.core.i18n import N_
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers import phone_number, routing
from app.numbers.phone_number import CHANGED, TOPIC, callback
from app.numbers.provider import onboarding, provider
from app.settings import settings
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import ProviderError, WrongField
from app.whatsapp.meta.onboarding import MANAGEMENT, MESSAGING

# A webhook that was signed before may still be on its way: Meta tries for seven days.
FORMER_SECRET = timedelta(days=7)
WRONG_PIN = 133005

TOKEN_ENDS = N_("This token is no longer valid. Create a new one and paste it whole.")
TOKEN_LACKS = N_("This token lacks a permission. Give it whatsapp_business_management and whatsapp_business_messaging.")
OTHER_NUMBERS = N_("This token does not see every number of this account that is connected here.")
PIN_IS_WRONG = N_("This is not the PIN of this number. Who set it may change it in WhatsApp Manager.")
PIN_IS_SIX_DIGITS = N_("A PIN has six digits.")

Deed: TypeAlias = Awaitable[None]

q = statements("numbers")


class NewKeys(msgspec.Struct, frozen=True):
    """Without a secret the one in use stays. `leaked`: what was signed with the secret before is refused at once."""

    access_token: Annotated[str, Meta(min_length=1, max_length=2000)]
    app_secret: Annotated[str, Meta(max_length=2000)] = ""
    leaked: bool = False


class Pin(msgspec.Struct, frozen=True):
    pin: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]


class Refused(Exception):
    """Meta said no: a translation key, and what Meta itself says."""

    def __init__(self, message: str, advice: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message, self.advice, self.detail = message, advice, detail


async def rotate(tenant: Tenant, number_id: int, keys: NewKeys) -> None:
    """The token in use stays until the new one has done all that it will have to do.

    Raises WrongField, ProviderError, NotSent or OutcomeUnknown, and nothing has changed.
    """
    async with tenant.tx() as db:
        number = await phone_number.find(db, number_id)
        before = await vault.of_number(db, number_id)
        siblings = [each.phone_number_id for each in await phone_number.all(db) if each.waba == number.waba]
    after = Credentials(
        access_token=keys.access_token, app_secret=keys.app_secret or before.app_secret,
        phone_number_id=before.phone_number_id, waba_id=before.waba_id,
    )  # fmt: skip
    await check(after.access_token)
    await provider().connect(after, callback=callback(), verify_token=settings().meta_verify_token)
    seen = {each.id for each in await onboarding().shared(after.access_token, [after.waba_id])}
    if not seen.issuperset(siblings):
        raise WrongField("access_token", OTHER_NUMBERS)
    fresh = vault.sealed(tenant.id, after)
    wish = {"stays": not keys.leaked and after.app_secret == before.app_secret, "keeps": None if keys.leaked else FORMER_SECRET}
    async with tenant.tx() as db:
        await db.run(q.rotate, waba=number.waba, access_token=fresh.access_token, app_secret=fresh.app_secret, **wish)
        await live.announce(db, TOPIC, CHANGED, number_id)
    routing.forget(after.waba_id)


async def check(access_token: str) -> None:
    """Raises WrongField for a token that has ended or lacks a permission."""
    token = await onboarding().token(access_token)
    if not token.valid:
        raise WrongField("access_token", TOKEN_ENDS, detail=token.refusal)
    if not {MANAGEMENT, MESSAGING}.issubset(token.scopes):
        raise WrongField("access_token", TOKEN_LACKS)


async def register(tenant: Tenant, number_id: int, pin: str) -> None:
    """For sending over the Cloud API; the PIN becomes that of the two-step verification, or has to be it. Raises Refused,
    NotSent or OutcomeUnknown."""
    await _explained(provider().register(await _credentials(tenant, number_id), pin))


async def deregister(tenant: Tenant, number_id: int) -> None:
    """Raises Refused, NotSent or OutcomeUnknown."""
    await _explained(onboarding().deregister(await _credentials(tenant, number_id)))


async def set_pin(tenant: Tenant, number_id: int, pin: str) -> None:
    """Raises Refused, NotSent or OutcomeUnknown."""
    await _explained(onboarding().set_pin(await _credentials(tenant, number_id), pin))


async def _credentials(tenant: Tenant, number_id: int) -> Credentials:
    async with tenant.tx() as db:
        return await vault.of_number(db, number_id)


async def _explained(call: Deed) -> None:
    try:
        await call
    except ProviderError as error:
        title = PIN_IS_WRONG if error.failure.code == WRONG_PIN else error.failure.title
        advice = "" if error.failure.code == WRONG_PIN else error.failure.advice
        raise Refused(title, advice, error.detail) from error
