"""Entries of the audit log: found, told in words, taken out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from app.accounts.user_agent import Device, device
from app.core.db import Db
from app.core.paging import PAGE, Page, after, page_of
from app.core.statements import statements

NEWEST = 2**63 - 1
AT_ONCE = 1000  # entries of an export in one statement

q = statements("audit_log")


class Entry(msgspec.Struct, frozen=True):
    """`action` is a table and a verb, a word of ours, or the route that was asked. `rows` are more than one when many were
    changed at once."""

    id: int
    at: datetime
    actor: str
    user_id: int | None
    actor_name: str
    action: str
    subject_id: int | None
    subject_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    rows: int
    route: str
    reason: str
    address: str
    agent: str
    request_id: str

    @property
    def table(self) -> str:
        return self.action.partition(".")[0]

    @property
    def device(self) -> Device:
        return device(self.agent)


class Filter(msgspec.Struct, frozen=True):
    """What is empty does not narrow."""

    words: str = ""
    person: int | None = None
    area: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Known(msgspec.Struct, frozen=True):
    id: int
    name: str


async def search(db: Db, only: Filter, *, page: str | None = None) -> Page[Entry]:
    """The newest first."""
    (last,) = after(page, int)
    return page_of(await _older(db, only, last or NEWEST, PAGE + 1), lambda entry: (entry.id,))


async def find(db: Db, entry_id: int) -> Entry:
    return await db.one(q.find, Entry, id=entry_id)


async def people(db: Db) -> list[Known]:
    return await db.many(q.people, Known)


async def all_of(db: Db, only: Filter) -> AsyncIterator[list[Entry]]:
    """Page by page, so that a year needs no more memory than a day."""
    last = NEWEST
    while found := await _older(db, only, last, AT_ONCE):
        yield found
        last = found[-1].id


async def _older(db: Db, only: Filter, last: int, most: int) -> list[Entry]:
    return await db.many(q.search, Entry, **msgspec.structs.asdict(only), last=last, most=most)
