"""The set-up guide: six steps from nothing to a number that writes, each tried live and kept, so that one may leave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_
from app.core.secrets import Unreadable, new_token, seal, unseal
from app.core.statements import statements
from app.numbers import access, phone_number
from app.numbers import credentials as vault
from app.numbers.phone_number import CHANGED, TOPIC, PhoneNumber
from app.numbers.provider import onboarding
from app.settings import settings
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import ProviderError, WrongField
from app.whatsapp.meta.onboarding import SharedNumber

NOT_THIS_APP = N_("Meta does not know an app with this id and secret. Copy both from the app's basic settings.")
TOKEN_OF_ANOTHER_APP = N_("Another app made this token. Create one for the app of the first step.")
NO_KEYS_YET = N_("Do the first and the third step before, so that Recado may ask Meta.")
NOTHING_CHOSEN = N_("Choose a number.")

StepName = Literal["app", "product", "token", "number", "webhook", "message"]
STEPS: tuple[StepName, ...] = ("app", "product", "token", "number", "webhook", "message")

q = statements("number_setups")


class App(msgspec.Struct, frozen=True):
    app_id: Annotated[str, Meta(pattern=r"^[0-9]{5,30}$")]
    app_secret: Annotated[str, Meta(min_length=1, max_length=200)]


class PermanentToken(msgspec.Struct, frozen=True):
    access_token: Annotated[str, Meta(min_length=1, max_length=2000)]


class Choice(msgspec.Struct, frozen=True):
    """Each is the account's id and the number's, joined by a colon."""

    numbers: Annotated[list[Annotated[str, Meta(pattern=r"^[0-9]{5,30}:[0-9]{5,30}$")]], Meta(min_length=1, max_length=50)]


class Setup(msgspec.Struct, frozen=True):
    """How far it has come. Secret and token are sealed, and gone as soon as a number has them."""

    app_id: str
    app_name: str
    app_secret: bytes | None
    product_added_at: datetime | None
    access_token: bytes | None
    token_expires_at: datetime | None
    waba_id: str
    number_id: int | None
    verify_token: str
    verified_at: datetime | None
    hooked_at: datetime | None
    started_at: datetime

    def done(self, number: PhoneNumber | None) -> set[StepName]:
        connected = number is not None and number.disconnected_at is None
        heard = number is not None and number.last_inbound_at is not None
        done: dict[StepName, bool] = {
            "app": bool(self.app_name), "product": self.product_added_at is not None,
            "token": self.access_token is not None or connected, "number": connected,
            "webhook": bool(self.verified_at or self.hooked_at or heard),
            "message": heard and number is not None and number.status == "CONNECTED",
        }  # fmt: skip
        return {name for name in STEPS if done[name]}


async def begun(db: Db) -> Setup:
    """The one that is under way, or a new one."""
    await db.run(q.begin, verify_token=re.sub(r"\W", "", new_token())[:24])
    return await db.one(q.find, Setup)


async def number_of(db: Db, setup: Setup) -> PhoneNumber | None:
    return await phone_number.find(db, setup.number_id) if setup.number_id else None


async def save_app(tenant: Tenant, app: App) -> None:
    """Raises WrongField, NotSent or OutcomeUnknown."""
    try:
        name = await onboarding().app_name(app.app_id, app.app_secret)
    except ProviderError as error:
        raise WrongField("app_secret", NOT_THIS_APP, detail=error.detail) from error
    async with tenant.tx() as db:
        await begun(db)
        await db.run(q.note_app, app_id=app.app_id, app_name=name or app.app_id, app_secret=_sealed(tenant, app.app_secret))


async def note_product(db: Db, *, added: bool) -> None:
    await begun(db)
    await db.run(q.note_product, added=added)


async def save_token(tenant: Tenant, access_token: str) -> None:
    """Raises WrongField, ProviderError, NotSent or OutcomeUnknown."""
    await access.check(access_token)
    token = await onboarding().token(access_token)
    async with tenant.tx() as db:
        setup = await begun(db)
        if setup.app_id and token.app_id and setup.app_id != token.app_id:
            raise WrongField("access_token", TOKEN_OF_ANOTHER_APP)
        await db.run(q.note_token, access_token=_sealed(tenant, access_token), expires_at=token.ends_at)


async def choices(tenant: Tenant, waba_id: str = "") -> list[SharedNumber]:
    """The numbers that the token sees: of the accounts it names, and of one that a person names. Raises WrongField,
    ProviderError, NotSent or OutcomeUnknown."""
    access_token, _ = await _keys(tenant)
    token = await onboarding().token(access_token)
    async with tenant.tx() as db:
        if waba_id:
            await db.run(q.note_account, waba_id=waba_id)
        named = (await begun(db)).waba_id
    return await onboarding().shared(access_token, dict.fromkeys([*token.accounts, *([named] if named else [])]))


async def connect(tenant: Tenant, numbers: Sequence[str]) -> PhoneNumber:
    """All of the chosen ones; the guide goes on with the first. Raises what phone_number.connect raises, and those before it
    are connected."""
    access_token, app_secret = await _keys(tenant)
    connected = []
    for each in numbers:
        waba_id, _, phone_number_id = each.partition(":")
        keys = Credentials(access_token, app_secret, phone_number_id, waba_id)
        connected.append(await phone_number.connect(tenant, keys))
    async with tenant.tx() as db:
        await db.run(q.note_number, number_id=connected[0].id)
    return connected[0]


async def set_hook(tenant: Tenant) -> None:
    """Tells Meta the address of the app's webhooks, in place of a person. Raises WrongField, ProviderError, NotSent or
    OutcomeUnknown."""
    _, app_secret = await _keys(tenant)
    async with tenant.tx() as db:
        setup = await begun(db)
    await onboarding().set_hook(setup.app_id, app_secret, address(), setup.verify_token)
    async with tenant.tx() as db:
        await db.run(q.note_hook)


async def start_anew(db: Db) -> None:
    """For another number; what is connected stays."""
    await db.run(q.start_anew)


async def note_verification(verify_token: str) -> bool:
    """Whether a guide gave out this token: then Meta has just verified our address for that workspace."""
    async with platform_tx() as door:
        tenant_id = await door.value(q.note_verification, verify_token=verify_token)
    if tenant_id is not None:
        async with Tenant(tenant_id).tx() as db:
            await live.announce(db, TOPIC, CHANGED)
    return tenant_id is not None


def address() -> str:
    return f"{settings().public_url}{phone_number.INTAKE}"


async def _keys(tenant: Tenant) -> tuple[str, str]:
    """Token and secret, from the guide or from the number that has them by now. Raises WrongField."""
    async with tenant.tx() as db:
        setup = await begun(db)
        if setup.number_id and not setup.access_token:
            known = await vault.of_number(db, setup.number_id)
            return known.access_token, known.app_secret
    if not setup.access_token or not setup.app_secret:
        raise WrongField("numbers", NO_KEYS_YET)
    keys, name = settings().encryption_keys, _context(tenant)
    try:
        return unseal(setup.access_token, keys, context=name), unseal(setup.app_secret, keys, context=name)
    except Unreadable as lost:
        raise WrongField("numbers", NO_KEYS_YET) from lost


def _sealed(tenant: Tenant, text: str) -> bytes:
    return seal(text, settings().encryption_keys, context=_context(tenant))


def _context(tenant: Tenant) -> str:
    return f"number-setup:{tenant.id}"
