"""How long a workspace keeps what it has: rules in days, and a nightly job that keeps to them in small steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import Statement, statements

SHORTEST = 30  # days
WEBHOOKS = 30  # days, where nobody has said otherwise
BATCH = 2000  # rows of one transaction: some tens of milliseconds
COUNTED = 10_001  # rows that the page counts before it says "more than"
KINDS = ("messages", "files", "webhooks", "audit")
CHOICES = (30, 60, 90, 180, 365, 730, 1095, 1825, 3650)  # days that the page offers

Days = Annotated[int, Meta(ge=SHORTEST, le=36_500)]

q = statements("retention")
audit = statements("audit_log")


class Rules(msgspec.Struct, frozen=True):
    """None is for ever."""

    messages_days: Days | None = None
    files_days: Days | None = None
    webhooks_days: Days | None = None
    audit_days: Days | None = None


class Due(msgspec.Struct, frozen=True):
    """What the coming night takes, and what it would be from before which day."""

    kind: str
    before: datetime
    rows: int

    @property
    def many(self) -> bool:
        """More than were counted."""
        return self.rows >= COUNTED


async def current(db: Db) -> Rules:
    return await db.maybe(q.current, Rules) or Rules(webhooks_days=WEBHOOKS)


def shorter(kept: Rules, wished: Rules) -> bool:
    """Whether something goes that would have stayed."""
    pairs = [(getattr(kept, f"{kind}_days"), getattr(wished, f"{kind}_days")) for kind in KINDS]
    return any(after is not None and (before is None or after < before) for before, after in pairs)


async def keep(db: Db, rules: Rules) -> None:
    await db.run(q.keep, **msgspec.structs.asdict(rules))


async def due(db: Db, rules: Rules) -> dict[str, Due]:
    """By kind; those that are kept for ever are not in it."""
    counts = (q.count_messages, q.count_files, q.count_webhooks, q.count_audit)
    found = {}
    for kind, count in zip(KINDS, counts, strict=True):
        if (days := getattr(rules, f"{kind}_days")) is not None:
            before = now() - timedelta(days=days)
            found[kind] = Due(kind, before, await db.value(count, before=before, most=COUNTED))
    return found


async def forget_everywhere(door: Db) -> None:
    """Every workspace that does not keep everything, each in a job of its own."""
    for row in await door.rows(q.due):
        await forget.later(door, once=f"forget:{row['tenant_id']}", tenant_id=row["tenant_id"])


@job(queue="maintenance", priority=-1)
async def forget(tenant: Tenant) -> None:
    """Each step commits, so a stop in the middle loses nothing."""
    async with tenant.tx() as db:
        rules = await current(db)
    if rules.messages_days is not None:
        before = now() - timedelta(days=rules.messages_days)
        await _along_the_key(tenant, q.forget_messages, before)
        await _in_steps(tenant, q.forget_conversations, before=before, most=BATCH)
    if rules.files_days is not None:
        before = now() - timedelta(days=rules.files_days)
        await _along_the_key(tenant, q.let_go_of_files, before)
        async with tenant.tx() as db:
            await db.run(q.forget_exports, before=before)
    if rules.audit_days is not None:
        await _in_steps(tenant, audit.forget, kept=timedelta(days=rules.audit_days), most=BATCH)


async def _along_the_key(tenant: Tenant, step: Statement, before: datetime) -> None:
    """Each step says where the next one begins; the last one says nothing."""
    last = 0
    while True:
        async with tenant.tx() as db:
            await db.run(q.forgetting)
            done = await db.rows(step, last=last, before=before, size=BATCH)
            if not done:
                return
            if files := done[0]["files"]:
                await db.run(q.forget_files, ids=files)
        last = done[0]["last"]


async def _in_steps(tenant: Tenant, step: Statement, **values: Any) -> None:
    while True:
        async with tenant.tx() as db:
            await db.run(q.forgetting)
            if await db.run(step, **values) < BATCH:
                return
