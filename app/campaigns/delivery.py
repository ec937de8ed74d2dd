"""Statuses of campaign messages, found by the id that every status echoes; they may come before we know the wamid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.campaigns import lanes, progress, refusals, sending
from app.core.db import Db
from app.core.statements import statements
from app.whatsapp.updates import StatusUpdate

q = statements("campaign_delivery")


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
    news = [_news(*each) for each in ours]
    touched = await db.rows(q.deliver, news=msgspec.json.encode(news).decode())
    if failed := [row for row in touched if row["status"] == "failed" and row["error_code"]]:
        await _try_again(db, [row["id"] for row in failed], {row["error_code"] for row in failed})
        await refusals.heed(db, ((row["id"], row["error_code"]) for row in failed))
        await sending.heed_codes(db, {(row["campaign_id"], row["variant"], row["error_code"]) for row in failed})
    await progress.announce(db, {row["campaign_id"] for row in touched})


async def _try_again(db: Db, failed: list[int], codes: set[int]) -> None:
    """Whom a failure struck that may pass: they wait for their next attempt, and a completed campaign runs again."""
    waits = {code: wait for code in codes if (wait := sending.wait_after(code)) is not None}
    if not waits:
        return
    rows = await db.rows(q.fail_better, ids=failed, codes=list(waits), waits=list(waits.values()))
    await lanes.reopen(db, {row["campaign_id"] for row in rows})


def _news(recipient_id: int, attempt: int, status: StatusUpdate) -> dict[str, Any]:
    news = {"id": recipient_id, "attempt": attempt, "status": status.status, "at": status.at, "wamid": status.wamid}
    if status.status == "failed":
        news |= {"code": status.trouble.code or 0 if status.trouble else None, "detail": _detail(status)}
    return news


def _detail(status: StatusUpdate) -> str | None:
    if status.trouble is None:
        return None
    return (status.trouble.details or status.trouble.title or "")[:500]
