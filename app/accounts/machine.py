"""Programs that sign in for a person: an access token for a quarter of an hour, and a refresh token that changes with each use.

A refresh token that comes a second time was stolen or lost, so everything that descends from that sign-in ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec

from app.accounts.origin import Origin
from app.core.clock import now
from app.core.db import Db, platform_tx
from app.core.i18n import N_
from app.core.secrets import digest, key_for, new_token
from app.core.statements import statements
from app.settings import settings

LASTS = timedelta(minutes=15)
REFRESHES_FOR = timedelta(days=30)
ALGORITHM = "HS256"
AUDIENCE = "recado-api"
PREFIX = "rcr_"
CLAIMS = ["exp", "iat", "sub", "tenant", "aud"]

q = statements("sessions")
access = statements("access")


class Tokens(msgspec.Struct, frozen=True):
    """`refresh_token` is null for an API token, which lasts longer than any."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    token_type: str = "Bearer"  # noqa: S105 - the word of RFC 6750


class Holder(msgspec.Struct, frozen=True):
    """Whose access token it is, and for which workspace; `token` is the API token that it was made from."""

    user_id: int
    tenant_id: int
    token: str = ""


class NoLonger(Exception):
    """A refresh token or an API token that is over, was used before, or never was."""

    message = N_("This token is worth nothing any more. Sign in again.")


class SecondFactorMissing(Exception):
    """The workspace asks for one, and this person has none yet."""

    message = N_("This workspace asks for two-factor sign-in. Set it up in the browser first.")


async def sign_in(user_id: int, tenant_id: int, origin: Origin, *, two_factor: bool) -> Tokens:
    """Somebody has proven who they are. Raises SecondFactorMissing."""
    secret = new_token()
    async with platform_tx() as db:
        if not two_factor and await db.value(q.needs_second_factor, tenant_id=tenant_id):
            raise SecondFactorMissing
        session_id = await db.value(
            q.start, token_hash=_hash(secret), user_id=user_id, tenant_id=tenant_id, kind="program", lasts=REFRESHES_FOR,
            address=origin.address, agent=origin.agent, two_factor=two_factor,
        )  # fmt: skip
    return _tokens(user_id, tenant_id, {"sid": str(session_id)}, refresh=f"{PREFIX}{session_id}.{secret}")


async def exchange(api_token: str) -> Tokens:
    """A long-lived token for a short-lived one, which may be handed on. Raises NoLonger."""
    async with platform_tx() as db:
        found = await db.rows(q.by_api_token, token_hash=digest(api_token))
        await db.run(access.note_use, token_hash=digest(api_token))
    if not found:
        raise NoLonger
    (token,) = found
    return _tokens(token["user_id"], token["tenant_id"], {"tok": token["id"]})


async def refresh(refresh_token: str) -> Tokens:
    """Both anew. Raises NoLonger; when this one was used before, whoever has the newer one is out as well."""
    session_id, secret = _read(refresh_token)
    fresh = new_token()
    async with platform_tx() as db:
        rows = await db.rows(q.rotate, id=session_id, token_hash=_hash(secret), new_hash=_hash(fresh), lasts=REFRESHES_FOR)
        if not rows:
            await db.run(q.end_family, id=session_id)
    if not rows:
        raise NoLonger
    (person,) = rows
    known = {"sid": str(session_id)}
    return _tokens(person["user_id"], person["tenant_id"], known, refresh=f"{PREFIX}{session_id}.{fresh}")


async def sign_out(refresh_token: str) -> None:
    """Its access tokens end with it. Raises NoLonger."""
    session_id, _ = _read(refresh_token)
    async with platform_tx() as db:
        if not await db.run(q.end_family, id=session_id):
            raise NoLonger


async def holder(db: Db, token: str) -> Holder | None:
    """None when it is over or not ours. Needs the platform's door."""
    try:
        claims = jwt.decode(token, _key(), algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": CLAIMS})
        person = Holder(int(claims["sub"]), int(claims["tenant"]))
        asked = {"user_id": person.user_id, "tenant_id": person.tenant_id}
        if "sid" in claims:
            return person if await db.value(q.is_alive, id=UUID(claims["sid"]), **asked) else None
        name = await db.value(q.name_of_token, id=int(claims["tok"]), **asked)
    except (jwt.InvalidTokenError, ValueError, KeyError):
        return None
    return None if name is None else msgspec.structs.replace(person, token=name)


def is_one(token: str) -> bool:
    """A JWT has two dots, an API token none."""
    return token.count(".") == 2


def _tokens(user_id: int, tenant_id: int, known_by: dict[str, Any], *, refresh: str | None = None) -> Tokens:
    at = now()
    claims = {
        "sub": str(user_id), "tenant": tenant_id, "aud": AUDIENCE, "iat": at, "exp": at + LASTS, "jti": new_token()[:16],
        **known_by,
    }  # fmt: skip
    return Tokens(jwt.encode(claims, _key(), algorithm=ALGORITHM), int(LASTS.total_seconds()), refresh)


def _key() -> bytes:
    return key_for("access token", settings().secret_key)


def _read(refresh_token: str) -> tuple[UUID, str]:
    name, _, secret = refresh_token.removeprefix(PREFIX).partition(".")
    try:
        return UUID(name), secret
    except ValueError:
        raise NoLonger from None


def _hash(secret: str) -> bytes:
    """Another hash than a cookie's, so that neither is worth anything as the other."""
    return digest(f"refresh:{secret}")
