"""A look over a number: everything that has to be true for it to work is asked live, and what was found is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from psycopg.types.json import Jsonb

from app.core import events, live
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.outbound import NotSent, OutcomeUnknown, exchange, open_client, request_to
from app.core.statements import statements
from app.numbers import credentials as vault
from app.numbers import health
from app.numbers.phone_number import CHANGED, INTAKE, TOPIC, callback
from app.numbers.provider import onboarding, provider
from app.settings import settings
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import ProviderError, WrongField
from app.whatsapp.meta import connecting
from app.whatsapp.meta.onboarding import Account, Hook, Registration, Subscription, Token

T = TypeVar("T")

q = statements("number_setups")
numbers = statements("numbers")


class Findings(msgspec.Struct, frozen=True):
    """As the provider said it; None is what it did not say. `reachable`: whether our own address answers from outside."""

    token: Token | None = None
    secret_fits: bool | None = None
    subscriptions: list[Subscription] | None = None
    reachable: bool = False
    hook: Hook | None = None
    registration: Registration | None = None
    account: Account | None = None
    answered: bool = True

    @property
    def subscription(self) -> Subscription | None:
        """That of the token's own app."""
        ours = self.token.app_id if self.token else ""
        return next((each for each in self.subscriptions or () if not ours or each.whatsapp_business_api_data.id == ours), None)


class Inspection(msgspec.Struct, frozen=True):
    at: datetime
    findings: Findings


class Kept(msgspec.Struct, frozen=True):
    at: datetime
    findings: dict[str, object]


async def of(db: Db, number_id: int) -> Inspection | None:
    """The last one."""
    kept = await db.maybe(q.inspection, Kept, number_id=number_id)
    return Inspection(kept.at, msgspec.convert(kept.findings, Findings)) if kept else None


async def inspect(tenant: Tenant, number_id: int) -> Findings:
    """Asks everything at once, and sends nothing to anybody."""
    async with tenant.tx() as db:
        credentials = await vault.of_number(db, number_id)
    checked = await _said(health.check(tenant, number_id))
    found = await _ask(credentials, answered=checked is not None)
    async with tenant.tx() as db:
        await db.run(q.keep_inspection, number_id=number_id, findings=Jsonb(msgspec.to_builtins(found)))
        if found.token and found.token.valid:
            await events.record(db, "token_inspected", number_id=number_id, ends_at=found.token.ends_at)
        await live.announce(db, TOPIC, CHANGED, number_id)
    return found


async def _ask(credentials: Credentials, *, answered: bool) -> Findings:
    meta = onboarding()
    token, fits, subscriptions, account, registration, reachable = await asyncio.gather(
        _said(meta.token(credentials.access_token)), _said(_secret_fits(credentials)), _said(meta.subscriptions(credentials)),
        _said(meta.account(credentials)), _said(meta.registration(credentials)), answers(),
    )  # fmt: skip
    hook = await _said(meta.hook(token.app_id, credentials.app_secret)) if token and token.app_id else None
    return Findings(token, fits, subscriptions, reachable, hook, registration, account, answered)


async def _said(question: Awaitable[T]) -> T | None:
    try:
        return await question
    except (ProviderError, NotSent, OutcomeUnknown):
        return None


async def _secret_fits(credentials: Credentials) -> bool:
    try:
        await connecting.check_secret(onboarding().graph, credentials)
    except WrongField:
        return False
    return True


async def answers() -> bool:
    """Whether our own address for webhooks answers as Meta asks it, by way of the public name."""
    challenge = secrets.token_hex(8)
    asked = {"hub.mode": "subscribe", "hub.verify_token": settings().meta_verify_token, "hub.challenge": challenge}
    url = f"{settings().public_url}{INTAKE}?{urlencode(asked)}"
    try:
        async with open_client(connections=1) as client:
            return (await exchange(client, request_to("GET", url, headers={}))).text == challenge
    except (NotSent, OutcomeUnknown):
        return False


async def subscribe(tenant: Tenant, number_id: int) -> None:
    """Asks for the account's webhooks once more. Raises ProviderError, NotSent or OutcomeUnknown."""
    async with tenant.tx() as db:
        credentials = await vault.of_number(db, number_id)
    await provider().subscribe(credentials, callback=callback(), verify_token=settings().meta_verify_token)


@job(queue="maintenance")
async def reinspect(tenant: Tenant, *, number_id: int) -> None:
    """By the hour. A subscription that has gone comes back by itself."""
    found = await inspect(tenant, number_id)
    if found.subscriptions is not None and found.token and found.token.valid and found.subscription is None:
        await _said(subscribe(tenant, number_id))
        await inspect(tenant, number_id)


async def reinspect_everywhere(db: Db) -> None:
    """Every connected number of every workspace. Needs the platform's door."""
    for row in await db.rows(numbers.connected_everywhere):
        await reinspect.later(db, once=f"inspect-number-{row['id']}", tenant_id=row["tenant_id"], number_id=row["id"])
