"""Conversations: one person on one number. Who may not see one does not find it; the database sees to that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from psycopg.errors import InsufficientPrivilege

from app.access.viewer import Viewer
from app.contacts import contact
from app.core import live, phone
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.paging import Page, after, page_of
from app.core.statements import statements
from app.inbox.window import Window, window_of
from app.numbers import credentials
from app.numbers.provider import provider

TOPIC = "inbox"
CHANGED = "inbox_changed"
HANDLED = "conversation_changed"
FOUND = 200  # people that a search looks at
PAGE = 40

q = statements("conversations")


class Label(msgspec.Struct, frozen=True):
    id: int
    name: str
    tone: str


class Conversation(msgspec.Struct, frozen=True):
    id: int
    contact_id: int
    number_id: int
    status: str
    assignee_id: int | None
    assignee: str
    assignee_state: str
    team_id: int | None
    team: str
    team_tone: str
    unread: int
    last_inbound_at: datetime | None
    last_message_at: datetime
    snippet: str
    snippet_kind: str
    snippet_direction: str
    resolved_at: datetime | None
    name: str
    email: str
    company: str
    language: str
    variables: dict[str, Any]
    opted_out_at: datetime | None
    opted_out_scope: str
    opt_out_reason: str
    phone: str
    username: str
    number: str
    verified_name: str
    disconnected: bool
    labels: list[dict[str, Any]]
    snippet_status: str | None

    @property
    def title(self) -> str:
        """How the person is called, as far as we know."""
        return self.name or self.handle or f"#{self.contact_id}"

    @property
    def handle(self) -> str:
        """Their number as people of its country group it, else their username; nothing for a bare user id."""
        return phone.pretty(self.phone) if self.phone else f"@{self.username}" if self.username else ""

    @property
    def window(self) -> Window:
        return window_of(self.last_inbound_at)

    @property
    def is_new(self) -> bool:
        """Nobody has said anything in it."""
        return not self.snippet_kind

    @property
    def topic(self) -> str:
        return f"conversation:{self.id}"


class Filter(msgspec.Struct, frozen=True):
    """What the list shows; kept in the address, so that a reload and the back button show the same."""

    view: Literal["all", "mine", "team", "unassigned"] = "all"
    team: int = 0
    status: Literal["open", "resolved"] = "open"
    unread: bool = False
    q: Annotated[str, Meta(max_length=120)] = ""
    # How many pages are on the screen: a refresh brings all of them, so that nothing jumps.
    pages: Annotated[int, Meta(ge=1, le=25)] = 1


class SomebodyElses(Exception):
    """There is one already, and the asker does not see it."""

    message = N_("A colleague is looking after this person. Ask them to hand the conversation over to you.")


class Received(msgspec.Struct, frozen=True):
    id: int
    name: str
    status: str
    answered: bool
    at: datetime | None


async def find(db: Db, conversation_id: int) -> Conversation:
    return await db.one(q.find, Conversation, id=conversation_id)


async def search(db: Db, wish: Filter, *, page: str = "") -> Page[Conversation]:
    """Newest first. Words look for people by name and number."""
    narrow = {"view": wish.view, "team": wish.team, "status": wish.status, "unread": wish.unread}
    if wish.q:
        return Page(await db.many(q.of_contacts, Conversation, contact_ids=await _people(db, wish.q), size=FOUND, **narrow))
    at, last = after(page, datetime, int)
    size = PAGE if page else PAGE * wish.pages
    statement = q.of_teams if wish.team or wish.view == "team" else q.page
    found = await db.many(statement, Conversation, at=at, last=last, size=size + 1, **narrow)
    return page_of(found, lambda row: (row.last_message_at, row.id), size=size)


async def _people(db: Db, words: str) -> list[int]:
    ids: list[int] = []
    page = await contact.search(db, words)
    while True:
        ids += [person.id for person in page]
        if not page.next or len(ids) >= FOUND:
            return ids
        page = await contact.search(db, words, page=page.next)


async def unread(db: Db) -> int:
    """Conversations that wait for this viewer; counts to a hundred."""
    waiting: int = await db.value(q.unread)
    return waiting


async def received(db: Db, conversation: Conversation) -> list[Received]:
    return await db.many(q.received, Received, contact_id=conversation.contact_id)


async def open_for(db: Db, contact_id: int, number_id: int) -> Conversation:
    """The conversation of this person on this number; a new one stays out of the list until something is sent.

    Raises SomebodyElses.
    """
    try:
        async with db.conn.transaction():
            return await find(db, await db.value(q.open_for, contact_id=contact_id, number_id=number_id))
    except InsufficientPrivilege:
        raise SomebodyElses from None


async def mark_read(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    """Their ticks turn blue only when somebody who may answer has looked."""
    marked = await db.rows(q.mark_read, id=conversation.id)
    if marked:
        await live.announce(db, TOPIC, CHANGED)
        if marked[0]["wamid"] and by.can("messages.send") and not conversation.disconnected:
            await tell_read.later(db, number_id=conversation.number_id, wamid=marked[0]["wamid"])


async def mark_unread(db: Db, conversation: Conversation) -> None:
    await db.run(q.mark_unread, id=conversation.id)
    await live.announce(db, TOPIC, CHANGED)


@job(queue="chat", priority=-1)
async def tell_read(tenant: Tenant, *, number_id: int, wamid: str) -> None:
    """Marks this message and all before it; doing it twice does no harm."""
    async with tenant.tx() as db:
        key = await credentials.of_number(db, number_id)
    await provider().mark_read(key, wamid)
