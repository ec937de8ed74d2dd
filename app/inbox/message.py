"""What stands in a thread: messages of both sides, campaign messages among them, notes, and what happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from app.core.clock import midnight, now, today
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements
from app.inbox.wording import marked
from app.whatsapp.errors import Action, Failure, classify
from app.whatsapp.template_text import in_order, render

PAGE = 40
CONFIRMED_WITHIN = timedelta(minutes=10)  # then a person may decide to send it again

MEDIA = ("image", "video", "audio", "document", "sticker")
UNREACHABLE = Failure(
    code=None,
    action=Action.RETRY,
    title=N_("WhatsApp could not be reached"),
    advice=N_("Nothing has left. Check the connection of the server and try again."),
)

q = statements("messages")


class Quote(msgspec.Struct, frozen=True):
    """The message that another one answers to. Without an id it was before our time."""

    public_id: str | None
    ours: bool
    kind: str
    text: str


class Message(msgspec.Struct, frozen=True):
    """`key` is its id, negative for a campaign message. `direction` is in, out, note or event."""

    key: int
    conversation_id: int
    public_id: str
    direction: str
    kind: str
    text: str
    payload: dict[str, Any]
    file_id: int | None
    wamid: str | None
    reaction_theirs: str
    reaction_ours: str
    status: str
    error_code: int | None
    error_detail: str
    author: str
    at: datetime
    edited_at: datetime | None
    revoked_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    quote_id: str | None
    quote_direction: str | None
    quote_kind: str | None
    quote_text: str | None
    quote_payload: dict[str, Any] | None

    @property
    def sort(self) -> str:
        """Where it stands in the thread: microseconds, then the key."""
        return f"{int(self.at.timestamp() * 1_000_000)}-{abs(self.key)}"

    def day(self, zone: str) -> date:
        """On the workspace's calendar."""
        return self.at.astimezone(ZoneInfo(zone)).date()

    def days_ago(self, zone: str) -> int:
        return (today(zone) - self.day(zone)).days

    def day_sort(self, zone: str) -> str:
        """Where the line with its day stands: before everything said on it."""
        return f"{int(midnight(self.day(zone), zone).timestamp() * 1_000_000)}-0"

    @property
    def ours(self) -> bool:
        return self.direction == "out"

    @property
    def campaign(self) -> str:
        return str(self.payload.get("campaign", ""))

    @property
    def html(self) -> Markup:
        return marked(filled(self.text, self.payload))

    @property
    def failure(self) -> Failure | None:
        """Why it did not arrive, in plain words."""
        if self.status != "failed":
            return None
        return UNREACHABLE if self.error_code is None else classify(self.error_code)

    @property
    def may_try_again(self) -> bool:
        return self.status == "failed" or (self.status == "uncertain" and now() - self.tried_at > CONFIRMED_WITHIN)

    @property
    def tried_at(self) -> datetime:
        """When its latest attempt was asked for."""
        attempts = self.payload.get("attempts")
        return datetime.fromisoformat(attempts[-1]["at"]) if attempts else self.at

    @property
    def filename(self) -> str:
        return str(self.payload.get("filename") or "")

    @property
    def answerable(self) -> bool:
        """Whether one can quote it or react to it."""
        return bool(self.wamid) and self.direction in ("in", "out") and not self.revoked_at and self.key > 0

    @property
    def quote(self) -> Quote | None:
        if self.quote_id is None:
            return None
        text = filled(self.quote_text or "", self.quote_payload or {})
        return Quote(self.quote_id, self.quote_direction == "out", self.quote_kind or "text", text)


def filled(text: str, payload: dict[str, Any]) -> str:
    """A campaign message keeps the words of its template and the person's values apart."""
    if "campaign_id" not in payload:
        return text
    values = payload.get("values") or []
    named = {value["name"]: value["text"] for value in values if isinstance(value, dict)}
    return render(text, named or dict(zip(in_order(text), map(str, values), strict=False)))


async def thread(db: Db, conversation_id: int, *, page: str = "") -> Page[Message]:
    """Newest first; the next page is what was said before."""
    at, key = after(page, datetime, int)
    found = await db.many(q.thread, Message, conversation_id=conversation_id, at=at, key=key, size=PAGE + 1)
    return page_of(found, lambda row: (row.at, row.key), size=PAGE)


async def find(db: Db, message_id: int) -> Message:
    return await db.one(q.find, Message, id=message_id)


async def by_public_id(db: Db, conversation_id: int, public_id: UUID) -> Message:
    """Raises NotFound for a message of another conversation."""
    message_id = await db.value(q.by_public_id, public_id=public_id, conversation_id=conversation_id)
    return await find(db, message_id or 0)
