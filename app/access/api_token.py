"""API tokens: a program acts as the person who made its token. Kept hashed, so it is shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.db import Db
from app.core.secrets import digest, new_token
from app.core.statements import statements

PREFIX = "rcd_"
HINT = 4  # characters of it that the list shows

q = statements("api_tokens")


class ApiToken(msgspec.Struct, frozen=True):
    id: int
    name: str
    hint: str
    created_at: datetime
    used_at: datetime | None
    author: str
    # Whoever made it is still here: tokens of people who left are refused.
    works: bool


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]


async def all(db: Db) -> list[ApiToken]:  # noqa: A001 - api_token.all reads as it should
    """The newest first; a workspace has a handful."""
    return await db.many(q.in_use, ApiToken)


async def find(db: Db, token_id: int) -> ApiToken:
    return await db.one(q.find, ApiToken, id=token_id)


async def create(db: Db, wish: Wish, *, user_id: int, token: str = "") -> str:
    """The token itself, for the only time."""
    token = token or new_token(PREFIX)
    await db.run(q.create, by=user_id, name=wish.name, token_hash=digest(token), hint=token[-HINT:])
    return token


async def renew(db: Db, name: str, *, user_id: int) -> str:
    """A new token of this name in place of the one before."""
    await db.run(q.revoke_named, user_id=user_id, name=name)
    return await create(db, Wish(name), user_id=user_id)


async def revoke(db: Db, token: ApiToken) -> None:
    """At once: the next request with it is refused."""
    await db.run(q.revoke, id=token.id)
