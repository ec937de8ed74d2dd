"""A webhook as people look at it: a workspace sees its part of the journal, an operator all of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.core.db import Db
from app.core.paging import PAGE, Page, after, page_of
from app.core.statements import statements

COUNTED = 1000  # troubles of a kind; more are "more than"
NEWEST = 2**63 - 1
TOLD_AGAIN = timedelta(hours=1)  # after that, the same operator at the same webhook is another entry

q = statements("webhook_events")


class Event(msgspec.Struct, frozen=True):
    """`state` is waiting, done, dead or discarded; `unrouted` counts updates for numbers that nobody has connected."""

    id: int
    state: str
    kinds: list[str]
    numbers: list[str]
    updates: int
    unrouted: int
    unknown: int
    attempts: int
    error: str
    received_at: datetime
    processed_at: datetime | None


class Body(msgspec.Struct, frozen=True):
    """`whole` says that these are the bytes as they came, and not only one workspace's part of them."""

    body: bytes
    whole: bool


class Troubles(msgspec.Struct, frozen=True):
    dead: int
    unrouted: int


class Filter(msgspec.Struct, frozen=True):
    """What is empty does not narrow. `number` is digits of a display number or of an id; state may be unrouted as well."""

    kind: str = ""
    number: str = ""
    state: str = ""
    error: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        digits = "".join(each for each in self.number if each.isdigit())
        # Letters only are no number, and nobody's number.
        return msgspec.structs.asdict(self) | {"number": digits or self.number.strip()}


async def find(db: Db, event_id: int) -> Event:
    return await db.one(q.find, Event, id=event_id)


async def body(db: Db, event_id: int) -> Body:
    """What customers wrote: where an operator reads it, the workspaces to which it came see so in their logs."""
    if db.tenant_id is None:
        await db.run(q.tell_of_look, id=event_id, again=TOLD_AGAIN)
    return await db.one(q.body, Body, id=event_id)


async def search(db: Db, only: Filter, *, page: str | None = None) -> Page[Event]:
    """The newest first."""
    (last,) = after(page, int)
    return page_of(await newest(db, only, before=last or NEWEST, most=PAGE + 1), lambda event: (event.id,))


async def newest(db: Db, only: Filter, *, before: int = NEWEST, most: int) -> list[Event]:
    """Of a workspace, or through the platform's door of all."""
    statement = q.search_everywhere if db.tenant_id is None else q.search
    return await db.many(statement, Event, **only.values, last=before, most=most)


async def troubles(db: Db) -> Troubles:
    return await db.one(q.troubles, Troubles, most=COUNTED)


async def displays(db: Db, ids: list[str]) -> dict[str, str]:
    """How people know the numbers that are connected."""
    return {row["id"]: row["display"] for row in await db.rows(q.displays, ids=ids)}
