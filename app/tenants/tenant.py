"""A workspace and what a newcomer gets in it."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.db import Db
from app.core.secrets import new_token
from app.core.statements import statements

q = statements("tenants")


class Workspace(msgspec.Struct, frozen=True):
    id: int
    name: str
    slug: str
    country: str
    time_zone: str
    language: str


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    country: str
    time_zone: str
    language: str


async def current(db: Db) -> Workspace:
    """The workspace whose door is open."""
    return await db.one(q.current, Workspace)


async def change(db: Db, wish: Wish) -> Workspace:
    """The slug stays: it may be written down somewhere."""
    return await db.one(q.change, Workspace, **msgspec.structs.asdict(wish))


async def free_slug(db: Db, name: str) -> str:
    """The name as a URL part; with a few random letters when somebody has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "workspace"
    if await db.value(q.slug_taken, slug=slug):
        suffix = re.sub(r"[^a-z0-9]", "", new_token().lower())[:6]
        slug = f"{slug}-{suffix}"
    return slug
