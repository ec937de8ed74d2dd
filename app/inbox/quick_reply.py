"""Quick replies: texts that agents send often, found in the composer by typing / and a few letters."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.access.viewer import Viewer
from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements

TOPIC = "quick_replies"
CHANGED = "quick_replies_changed"

q = statements("quick_replies")


class QuickReply(msgspec.Struct, frozen=True):
    id: int
    shortcut: str
    category: str
    body: str


class Wish(msgspec.Struct, frozen=True):
    shortcut: Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}$")]
    body: Annotated[str, Meta(min_length=1, max_length=4096)]
    category: Annotated[str, Meta(max_length=60)] = ""


class ShortcutTaken(Exception):
    """Two replies cannot answer to the same letters."""

    message = N_("Another quick reply has this shortcut. Choose a different one.")


async def find(db: Db, reply_id: int) -> QuickReply:
    return await db.one(q.find, QuickReply, id=reply_id)


async def search(db: Db, words: str, *, page: str | None = None) -> Page[QuickReply]:
    """By shortcut, category or any word of the text; in the order of the shortcuts."""
    (last,) = after(page, str)
    found = await db.many(q.search, QuickReply, words=words.strip().lstrip("/"), last=last or "")
    return page_of(found, lambda reply: (reply.shortcut,))


async def create(db: Db, wish: Wish, *, by: Viewer) -> QuickReply:
    async with db.unique(ShortcutTaken):
        made = await db.one(q.create, QuickReply, by=by.id, **msgspec.structs.asdict(wish))
    await live.announce(db, TOPIC, CHANGED)
    return made


async def change(db: Db, reply: QuickReply, wish: Wish) -> QuickReply:
    async with db.unique(ShortcutTaken):
        changed = await db.one(q.change, QuickReply, id=reply.id, **msgspec.structs.asdict(wish))
    await live.announce(db, TOPIC, CHANGED)
    return changed


async def delete(db: Db, reply: QuickReply) -> None:
    await db.run(q.delete, id=reply.id)
    await live.announce(db, TOPIC, CHANGED)
