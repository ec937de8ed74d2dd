"""A workspace and what a newcomer gets in it."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.clock import now
from app.core.db import Db
from app.core.i18n import DEFAULT_LANGUAGE, N_
from app.core.secrets import new_token
from app.core.statements import statements

# What a visitor would take for a part of Recado itself.
RESERVED = frozenset({
    "account", "admin", "api", "app", "backoffice", "demo", "health", "help", "login", "mail", "recado", "root", "sign-in",
    "sign-up", "simulator", "static", "status", "support", "system", "www",
})  # fmt: skip

q = statements("tenants")


class Workspace(msgspec.Struct, frozen=True):
    id: int
    name: str
    slug: str
    country: str
    time_zone: str
    language: str
    # Those that its people can choose from.
    languages: list[str]
    # Empty is Recado's own.
    brand_colour: str
    accent_colour: str
    logo_file: int | None
    delete_at: datetime | None
    delete_asked_at: datetime | None

    @property
    def erased(self) -> bool:
        """Its rows are going: it is too late to keep it."""
        return self.delete_at is not None and self.delete_at <= now()


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    slug: Annotated[str, Meta(pattern=r"^[a-z0-9](?:-?[a-z0-9]){1,59}$", max_length=60)]
    country: str
    time_zone: str
    language: str = DEFAULT_LANGUAGE
    languages: list[str] = []
    # That links with the old address stop working is known.
    moves: bool = False


class SlugTaken(Exception):
    """Of another workspace, or of ours."""

    message = N_("This address belongs to somebody else. Choose a different one.")


async def current(db: Db) -> Workspace:
    """The workspace whose door is open."""
    return await db.one(q.current, Workspace)


async def change(db: Db, wish: Wish) -> Workspace:
    """Raises SlugTaken."""
    if wish.slug in RESERVED:
        raise SlugTaken
    given = {name: value for name, value in msgspec.structs.asdict(wish).items() if name != "moves"}
    async with db.unique(SlugTaken):
        return await db.one(q.change, Workspace, **given)


async def paint(db: Db, brand: str, accent: str) -> None:
    """Both as #rrggbb; empty for Recado's own."""
    await db.run(q.paint, brand=brand, accent=accent)


async def ends(db: Db) -> bool:
    """Whether its owner wants it deleted; then nothing is sent."""
    return bool(await db.value(q.ends))


async def free_slug(db: Db, name: str) -> str:
    """The name as a URL part; with a few random letters when somebody has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "workspace"
    if len(slug) < 2 or slug in RESERVED or await db.value(q.slug_taken, slug=slug):
        suffix = re.sub(r"[^a-z0-9]", "", new_token().lower())[:6]
        slug = f"{slug}-{suffix}"
    return slug
