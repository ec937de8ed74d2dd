"""What everybody on the installation should know for a while: a banner on every page, in each language."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from psycopg.types.json import Jsonb

from app.access.viewer import Viewer
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import LANGUAGES, N_
from app.core.statements import statements

TONES = {"info": N_("News"), "warning": N_("Heads-up"), "danger": N_("Trouble")}
LASTS = {"1": N_("A day"), "3": N_("Three days"), "7": N_("A week"), "30": N_("A month")}
LONGEST = 300  # characters

q = statements("backoffice")


class Announcement(msgspec.Struct, frozen=True):
    id: int
    texts: dict[str, str]
    tone: str
    starts_at: datetime
    ends_at: datetime
    author: str
    shown: bool


class Wish(msgspec.Struct, frozen=True):
    texts: dict[str, str]
    tone: str
    days: int


async def all(db: Db) -> list[Announcement]:  # noqa: A001 - announcement.all reads as it should
    """The newest first. Needs the platform's door."""
    return await db.many(q.announcements, Announcement)


async def make(db: Db, wish: Wish, *, by: Viewer) -> None:
    texts = {code: text for code, text in wish.texts.items() if code in LANGUAGES and text}
    begins = now()
    await db.run(
        q.announce, texts=Jsonb(texts), tone=wish.tone, starts_at=begins, ends_at=begins + timedelta(days=wish.days), by=by.id
    )


async def withdraw(db: Db, announcement_id: int) -> None:
    """At once; nothing happens to one that is over."""
    await db.run(q.withdraw, id=announcement_id)
