"""Links that prove an address: mailed, kept hashed, good for once and not for long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from app.core.db import Db
from app.core.secrets import digest, new_token
from app.core.statements import statements
from app.settings import settings

Purpose = Literal["confirm", "change_email", "reset"]

q = statements("accounts")


class Link(msgspec.Struct, frozen=True):
    """`email` is the address that it proves, which may be another than the person's."""

    user_id: int
    purpose: Purpose
    email: str
    name: str
    language: str
    current_email: str
    two_factor: bool


class Expired(Exception):
    """Used, too old, or never made: the three look the same."""


async def make(db: Db, user_id: int, *, purpose: Purpose, email: str, lasts: timedelta) -> str:
    """The token. Needs the platform's door."""
    token = new_token()
    await db.run(q.make_link, token_hash=digest(token), user_id=user_id, purpose=purpose, email=email.lower(), lasts=lasts)
    return token


async def find(db: Db, token: str, *purposes: Purpose) -> Link:
    """Raises Expired."""
    found = await db.maybe(q.find_link, Link, token_hash=digest(token), purposes=list(purposes))
    if found is None:
        raise Expired
    return found


async def use(db: Db, token: str, *purposes: Purpose) -> Link:
    """The same, for the only time. Raises Expired."""
    found = await find(db, token, *purposes)
    if not await db.run(q.use_link, token_hash=digest(token)):
        raise Expired
    return found


async def drop(db: Db, user_id: int, purposes: Sequence[Purpose]) -> None:
    """Those that are under way are worth nothing any more."""
    await db.run(q.drop_links, user_id=user_id, purposes=list(purposes))


def url(path: str) -> str:
    return f"{settings().public_url}{path}"
