"""What WhatsApp decides about templates: approval, rejection, pauses, quality, category. It comes by webhook."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from app.core import events, live
from app.core.db import Db
from app.core.statements import statements
from app.message_templates import syncing
from app.message_templates.message_template import CHANGED, STATUSES, TOPIC
from app.whatsapp.updates import TemplateCategory, TemplateQuality, TemplateUpdate

log = structlog.get_logger()

STOPPED = frozenset({"rejected", "paused", "disabled", "pending_deletion", "deleted", "archived"})

q = statements("message_templates")


async def apply(db: Db, updates: Sequence[TemplateUpdate | TemplateQuality | TemplateCategory]) -> None:
    """One that we do not know was made elsewhere: the account's list is fetched."""
    for update in updates:
        rows = await db.rows(q.note_quality if isinstance(update, TemplateQuality) else q.review, **_values(update))
        for row in rows:
            if row["status"] in STOPPED:
                await events.record(db, "template_stopped", template_id=row["id"])
            await live.announce(db, TOPIC, CHANGED, row["id"])
        if not rows and (waba := await db.value(q.account, waba_id=update.waba_id)):
            await syncing.resync.later(db, once=f"sync-templates-{waba}", waba=waba)


def _values(update: TemplateUpdate | TemplateQuality | TemplateCategory) -> dict[str, object]:
    if isinstance(update, TemplateQuality):
        return {"waba_id": update.waba_id, "provider_id": update.template_id, "quality": update.quality}
    values: dict[str, object] = {
        "waba_id": update.waba_id, "provider_id": update.template_id, "name": update.name, "language": update.language,
        "at": update.at, "category": update.category,
    }  # fmt: skip
    if isinstance(update, TemplateUpdate):
        if update.event not in STATUSES:
            log.warning("unknown template status", event=update.event, template=update.template_id)
        return values | {"status": STATUSES.get(update.event), "reason": reason_of(update)}
    reason = f"CATEGORY_COMING\n{update.coming}" if update.coming else category_changed(update.previous or "")
    return values | {"status": None, "reason": reason}


def reason_of(update: TemplateUpdate) -> str:
    """Meta's word, then its advice on a line of its own."""
    return "\n".join(part for part in (update.reason, update.advice) if part)


def category_changed(before: str) -> str:
    """A reason of ours: WhatsApp put the template into another category."""
    return f"CATEGORY\n{before}"
