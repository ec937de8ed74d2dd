"""What nobody says is found by looking, every half minute: failures, silence, lateness, and causes that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

from app.alerts import raising
from app.alerts.kinds import WATCHED, WATCHED_PLATFORM
from app.alerts.raising import Finding
from app.core.db import Db, Tenant, platform_tx
from app.core.statements import statements

SHARE = 0.2  # of the messages of a quarter of an hour that failed
AT_LEAST = 50  # messages, before a share means something
UNHEARD = 20  # messages of a number for which WhatsApp should have said something by now
SILENT = timedelta(seconds=60)  # a process says every ten that it lives
# Seconds that the oldest job of a queue may wait; '' is every other queue.
LATE = {"": 300, "chat": 60, "imports": 900, "maintenance": 900}

q = statements("alert_watch")


async def look(known: Sequence[Finding] = ()) -> None:
    """Safe to repeat and safe to share: what was found is raised once, what is gone is settled once.

    `known` is what the caller has found wrong with the house.
    """
    async with platform_tx() as door:
        busy = [row["tenant_id"] for row in await door.rows(q.tenants_to_watch)]
        operators = [row["tenant_id"] for row in await door.rows(q.operators)]
        ours = [*known, *_findings(await door.rows(q.look_at_platform, silent=SILENT, late=Jsonb(LATE)))] if operators else []
    for tenant_id in sorted({*busy, *operators}):
        async with Tenant(tenant_id).tx() as db:
            await db.run(q.sample)
            await judge(db, ours if tenant_id in operators else [])


async def judge(db: Db, ours: Sequence[Finding]) -> None:
    """What this workspace's own figures say; `ours` is what is wrong with the house."""
    found = [*ours, *_findings(await db.rows(q.look, at_least=AT_LEAST, share=SHARE, unheard=UNHEARD))]
    await raising.settle_missing(db, (*WATCHED, *WATCHED_PLATFORM), found)
    await raising.settle_recovered(db)
    await raising.note(db, found, again=False)


def _findings(rows: list[dict[str, Any]]) -> list[Finding]:
    return [Finding(row["kind"], row["key"], row["facts"]) for row in rows]
