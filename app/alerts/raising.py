"""Opening and closing alerts: one open row for each kind and subject. It ends by hand, or when its cause is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from app.access.viewer import Viewer
from app.alerts import telling
from app.alerts.alert import Alert, find
from app.alerts.kinds import KINDS
from app.core import live
from app.core.db import Db
from app.core.statements import statements

TOPIC = "alerts"
CHANGED = "alerts_changed"
KEPT = timedelta(days=90)  # after they were resolved

q = statements("alerts")


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong now. Without a severity it is as grave as its kind."""

    kind: str
    key: str
    facts: dict[str, Any] = {}
    severity: str = ""


async def note(db: Db, findings: Sequence[Finding], *, again: bool = True) -> None:
    """Opens them or adds to those that are open, and tells whoever wants to know. `again`: each finding is one more time.

    Nothing at all where the feature is switched off.
    """
    if not await db.value(q.wanted):
        return
    noted = await db.rows(q.note, found=_rows(findings), counts=again) if findings else []
    if (noted and again) or any(row["is_new"] for row in noted):
        await live.announce(db, TOPIC, CHANGED)
    await telling.tell(db)


async def settle(db: Db, kind: str, key: str) -> None:
    """The cause is gone: an event says so."""
    await _over(db, await db.rows(q.settle, kind=kind, subject=KINDS[kind].subject, key=key))


async def settle_missing(db: Db, kinds: Sequence[str], findings: Sequence[Finding]) -> None:
    """Open ones of these kinds that were not found this time."""
    await _over(db, await db.rows(q.settle_missing, kinds=list(kinds), found=_rows(findings)))


async def settle_recovered(db: Db) -> None:
    """Open ones whose cause is gone, whoever removed it."""
    await _over(db, await db.rows(q.settle_recovered))


async def resolve(db: Db, alert: Alert, *, by: Viewer) -> Alert:
    """By hand. One that is resolved stays as it is."""
    await _over(db, await db.rows(q.resolve, id=alert.id, by=by.id))
    return await find(db, alert.id)


async def acknowledge(db: Db, alert: Alert, *, by: Viewer) -> Alert:
    """Somebody looks after it: channels repeat it no more."""
    if await db.run(q.acknowledge, id=alert.id, by=by.id):
        await live.announce(db, TOPIC, CHANGED)
    return await find(db, alert.id)


async def forget(door: Db) -> None:
    """Resolved long ago. Needs the platform's door."""
    await door.run(q.forget_resolved, kept=KEPT)


async def _over(db: Db, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await live.announce(db, TOPIC, CHANGED)
        await telling.tell_over(db, [row["id"] for row in rows])


def _rows(findings: Sequence[Finding]) -> Jsonb:
    return Jsonb([
        {"kind": each.kind, "severity": each.severity or KINDS[each.kind].severity, "subject": KINDS[each.kind].subject,
         "key": each.key, "facts": each.facts} for each in findings
    ])  # fmt: skip
