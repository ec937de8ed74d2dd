"""What becomes an alert at once: events of other rooms, in their transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.alerts.alert import is_told, template_status
from app.alerts.raising import Finding, note, settle
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.numbers.board import ENDS_SOON

# Templates that end by somebody's decision are nobody's emergency.
ENDED = frozenset({"rejected", "pending_deletion", "deleted", "archived"})
# The number and the template have alerts of their own.
BY_CAMPAIGN = frozenset({"guard", "canary"})
NO_REASON = N_("A limit of the campaign was reached")

ENDS_NOW = timedelta(days=3)


async def number_stopped(db: Db, number_id: int, reason: str = "") -> None:
    await note(db, [Finding("number_stopped", str(number_id), {"reason": reason})])


async def breaker_opened(db: Db, number_id: int) -> None:
    await note(db, [Finding("breaker_open", str(number_id))])


async def breaker_closed(db: Db, number_id: int) -> None:
    await settle(db, "breaker_open", str(number_id))


async def quality_fell(db: Db, number_id: int, quality: str) -> None:
    severity = "critical" if quality == "RED" else "warning"
    await note(db, [Finding("quality_fell", str(number_id), {"quality": quality}, severity)])


async def token_inspected(db: Db, number_id: int, ends_at: datetime | None) -> None:
    """By the hour, and after a rotation. It is told once for each end, and once more when that is near."""
    key, left = str(number_id), ends_at - now() if ends_at else None
    if ends_at is None or left is None or left > ENDS_SOON:
        await settle(db, "token_ends", key)
        return
    severity, day = "critical" if left <= ENDS_NOW else "warning", ends_at.date().isoformat()
    if not await is_told(db, "token_ends", key, severity=severity, day=day):
        await note(db, [Finding("token_ends", key, {"day": day}, severity)])


async def template_stopped(db: Db, template_id: int) -> None:
    status = await template_status(db, template_id)
    if status and status not in ENDED:
        await note(db, [Finding("template_stopped", str(template_id), {"status": status})])


async def campaign_paused(db: Db, campaign_id: int, by: str, reason: str = "") -> None:
    if by in BY_CAMPAIGN:
        await note(db, [Finding("campaign_paused", str(campaign_id), {"reason": reason or NO_REASON})])
