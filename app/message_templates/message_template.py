"""Message templates: written here, reviewed by WhatsApp, and the only thing one may send after 24 hours of silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from app.access.viewer import Viewer
from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements
from app.whatsapp.template_draft import TemplateDraft

TOPIC = "message_templates"
CHANGED = "message_templates_changed"
EDITABLE = ("draft", "rejected", "paused")

# Meta's words, of webhooks and of its list, in ours; None keeps what it was.
STATUSES: dict[str, str | None] = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "UNARCHIVED": "approved",
    "PENDING": "pending",
    "REJECTED": "rejected",
    "PAUSED": "paused",
    "DISABLED": "disabled",
    "IN_APPEAL": "in_appeal",
    "PENDING_DELETION": "pending_deletion",
    "DELETED": "deleted",
    "LIMIT_EXCEEDED": "limit_exceeded",
    "ARCHIVED": "archived",
    "FLAGGED": None,
    "LOCKED": None,
}

q = statements("message_templates")


class MessageTemplate(msgspec.Struct, frozen=True):
    """`header` and `buttons` are as in a TemplateDraft; `reason` is Meta's word, and what it advises on the next line."""

    id: int
    waba: int
    name: str
    language: str
    category: str
    header: dict[str, Any] | None
    body: str
    footer: str
    buttons: list[dict[str, Any]]
    examples: dict[str, str]
    status: str
    reason: str
    provider_id: str | None
    quality: str
    created_at: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None

    @property
    def draft(self) -> TemplateDraft:
        """The same, as one writes it."""
        parts = {name: getattr(self, name) for name in ("name", "language", "category", "body", "footer", "header", "buttons")}
        parts |= {"examples": self.examples, "security_line": self.category == "AUTHENTICATION"}
        return msgspec.convert(parts, TemplateDraft)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE


class NameTaken(Exception):
    """A template is known by account, name and language."""

    message = N_("There is a template with this name in this language. Choose another name.")


class UnderReview(Exception):
    """Only drafts, rejected and paused templates can be changed."""

    message = N_("WhatsApp is reviewing this template now, so it cannot be changed.")


async def find(db: Db, template_id: int) -> MessageTemplate:
    return await db.one(q.find, MessageTemplate, id=template_id)


async def search(db: Db, words: str, *, status: str = "", category: str = "", page: str | None = None) -> Page[MessageTemplate]:
    """Newest first, by name or any word of the text."""
    (last,) = after(page, int)
    found = await db.many(q.search, MessageTemplate, words=words.strip(), status=status, category=category, last=last)
    return page_of(found, lambda template: (template.id,))


async def approved(db: Db, number_id: int) -> list[MessageTemplate]:
    """What this number may send."""
    return await db.many(q.approved, MessageTemplate, number_id=number_id)


async def create(db: Db, waba: int, draft: TemplateDraft, *, by: Viewer) -> MessageTemplate:
    async with db.unique(NameTaken):
        template_id = await db.value(q.create, waba=waba, by=by.id, **columns(draft))
    await live.announce(db, TOPIC, CHANGED, template_id)
    return await find(db, template_id)


async def change(db: Db, template: MessageTemplate, draft: TemplateDraft) -> MessageTemplate:
    """Makes it a draft again, which WhatsApp sees when it is submitted."""
    async with db.unique(NameTaken):
        changed = await db.value(q.change, id=template.id, **columns(draft))
    if changed is None:
        raise UnderReview
    await live.announce(db, TOPIC, CHANGED, template.id)
    return await find(db, template.id)


async def delete(db: Db, template: MessageTemplate) -> None:
    """One that a campaign has used stays for its history, out of sight."""
    try:
        async with db.conn.transaction():
            await db.run(q.delete, id=template.id)
    except ForeignKeyViolation:
        await db.run(q.mark_deleted, id=template.id)
    await live.announce(db, TOPIC, CHANGED, template.id)


def columns(draft: TemplateDraft) -> dict[str, Any]:
    """A draft as the row keeps it."""
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "header": Jsonb(draft.header) if draft.header else None,
        "body": draft.body,
        "footer": draft.footer,
        "buttons": Jsonb(draft.buttons),
        "examples": Jsonb(draft.examples),
    }
