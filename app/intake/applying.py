"""Which room takes which kind of news. Messages before statuses, so that a reply finds its conversation."""

from __future__ import annotations

from collections.abc import Sequence

from app.campaigns import delivery as campaign_delivery
from app.contacts import consent
from app.core import live
from app.core.clock import seconds
from app.core.db import Db
from app.inbox import delivery as inbox_delivery
from app.inbox import receiving
from app.message_templates import review
from app.numbers import health
from app.whatsapp.updates import (
    AccountUpdate,
    Echo,
    InboundMessage,
    NumberUpdate,
    PreferenceUpdate,
    StatusUpdate,
    SystemMessage,
    TemplateCategory,
    TemplateQuality,
    TemplateUpdate,
    Update,
)  # fmt: skip

DASHBOARD_EVERY = 1.0  # seconds

_announced: dict[int, float] = {}


async def apply(db: Db, news: Sequence[Update]) -> None:
    """All of it in the transaction of the caller; applied twice, it changes nothing."""
    if messages := [each for each in news if isinstance(each, InboundMessage | Echo | SystemMessage)]:
        await receiving.receive(db, messages)
        await health.note_inbound(db, [each.phone_number_id for each in messages if isinstance(each, InboundMessage)])
    if statuses := [each for each in news if isinstance(each, StatusUpdate)]:
        ours = await campaign_delivery.apply(db, statuses)
        await inbox_delivery.apply(db, ours)
    if reviews := [each for each in news if isinstance(each, TemplateUpdate | TemplateQuality | TemplateCategory)]:
        await review.apply(db, reviews)
    if changes := [each for each in news if isinstance(each, NumberUpdate | AccountUpdate)]:
        await health.apply(db, changes)
    if wishes := [each for each in news if isinstance(each, PreferenceUpdate)]:
        await consent.apply_preferences(db, wishes)
    if messages or statuses:
        await _announce_totals(db)


async def _announce_totals(db: Db) -> None:
    """At most once a second for a workspace and process: NOTIFY takes an instance-wide lock at commit."""
    tenant_id = db.tenant_id or 0
    if seconds() - _announced.get(tenant_id, 0.0) >= DASHBOARD_EVERY:
        _announced[tenant_id] = seconds()
        await live.announce(db, "dashboard", "dashboard_changed")
