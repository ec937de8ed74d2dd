"""Statuses of campaign messages, found by the id that every status echoes; they may come before we know the wamid."""

from __future__ import annotations

from collections.abc import Sequence

from app.campaigns import lanes, sending
from app.core.db import Db
from app.core.statements import statements
from app.whatsapp.updates import StatusUpdate

q = statements("campaign_sending")


async def apply(db: Db, statuses: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Raises rows, in any order and any number of times; answers the statuses that are not of campaigns."""
    ours: list[tuple[int, int, StatusUpdate]] = []
    others = []
    for status in statuses:
        kind, _, ids = (status.callback or "").partition(":")
        recipient_id, _, attempt = ids.partition(":")
        if kind == "c" and recipient_id.isdigit() and attempt.isdigit():
            ours.append((int(recipient_id), int(attempt), status))
        else:
            others.append(status)
    if ours:
        await _raise(db, ours)
    return others


async def _raise(db: Db, ours: list[tuple[int, int, StatusUpdate]]) -> None:
    codes = [status.trouble.code or 0 if status.trouble else None for *_, status in ours]
    touched = await db.rows(
        q.deliver,
        ids=[recipient_id for recipient_id, *_ in ours],
        attempts=[attempt for _, attempt, _ in ours],
        statuses=[status.status for *_, status in ours],
        ats=[status.at for *_, status in ours],
        wamids=[status.wamid for *_, status in ours],
        codes=codes,
        details=[_detail(status) for *_, status in ours],
    )
    campaign_ids = {row["campaign_id"] for row in touched}
    if stopping := {code for code in codes if code}:
        await sending.heed_codes(db, {(campaign_id, code) for campaign_id in campaign_ids for code in stopping})
    await lanes.announce(db, campaign_ids)


def _detail(status: StatusUpdate) -> str | None:
    if status.trouble is None:
        return None
    return (status.trouble.details or status.trouble.title or "")[:500]
