"""Accepting an invitation: by somebody new, by somebody with an account, or by whoever is signed in already."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from psycopg.errors import CheckViolation

from app.access.member import CHANGED, TOPIC, NoSeats
from app.accounts import account, deed, signing_in
from app.accounts.account import FreshPassword, SignedUp
from app.accounts.origin import Origin
from app.core import live
from app.core.db import Db, platform_tx
from app.core.secrets import digest
from app.core.statements import statements
from app.tenants import logo

q = statements("invitations")


class Offer(msgspec.Struct, frozen=True):
    """What a link leads to; `user_id` when somebody has an account with this address."""

    email: str
    language: str
    message: str
    tenant_id: int
    workspace: str
    brand_colour: str
    accent_colour: str
    logo_file: int | None
    inviter: str
    is_open: bool
    is_used: bool
    # Whoever wrote it has left, or may no longer give what it offers.
    is_void: bool
    user_id: int | None
    name: str
    two_factor: bool

    @property
    def logo(self) -> str:
        """Where it is; empty where Recado's own sign stands."""
        return logo.path(self.tenant_id, self.logo_file) if self.logo_file else ""


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody without an account."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    password: FreshPassword


class Known(msgspec.Struct, frozen=True):
    """Somebody with one. The code only where they have set up a second step."""

    password: str
    code: str = ""


class Over(Exception):
    """Used, taken back, too old, void, or never made."""


async def offer(token: str) -> Offer | None:
    """None for a link that nobody ever made."""
    async with platform_tx() as db:
        return await db.maybe(q.by_token, Offer, token_hash=digest(token))


async def by_newcomer(token: str, found: Offer, wish: Newcomer) -> SignedUp:
    """The link came by mail, so the address is proven. Raises Over, EmailTaken or NoSeats."""
    deed.arrives(wish.name)
    async with platform_tx() as db:
        user_id = await account.join(db, found.email, name=wish.name, password=wish.password, language=found.language)
        return await _accept(db, token, found, user_id)


async def by_known(token: str, found: Offer, wish: Known, origin: Origin) -> SignedUp:
    """Raises WrongPassword, WrongCode, TooMany, Over or NoSeats."""
    user_id = found.user_id or 0
    await signing_in.prove_again(user_id, found.email, wish.password)
    if found.two_factor:
        await signing_in.prove_code(user_id, found.email, wish.code, origin)
    return await by_member(token, found)


async def by_member(token: str, found: Offer) -> SignedUp:
    """Somebody who is signed in with this address, or has just proven it. Raises Over or NoSeats."""
    deed.arrives(found.name, found.user_id)
    async with platform_tx() as db:
        return await _accept(db, token, found, found.user_id or 0)


async def _accept(db: Db, token: str, found: Offer, user_id: int) -> SignedUp:
    try:
        tenant_id = await db.value(q.accept, token_hash=digest(token), user_id=user_id)
    except CheckViolation as full:
        if full.diag.constraint_name != "plan_memberships":
            raise
        raise NoSeats from None
    if tenant_id is None:
        raise Over
    await db.run(account.q.confirm_email, id=user_id, email=found.email)
    await live.announce(Db(db.conn, tenant_id), TOPIC, CHANGED)
    return SignedUp(tenant_id, user_id)
