"""A repeating campaign is a pattern that never goes itself: for each of its times a copy is made, once, and launched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from app.campaigns import launch, repeating
from app.core import live
from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.pages import local
from app.core.statements import statements

SEVERAL_A_DAY = timedelta(hours=20)  # closer together, the names need the hour as well

q = statements("campaign_timing")


class Pattern(msgspec.Struct, frozen=True):
    id: int
    cron: str
    cron_zone: str
    scheduled_at: datetime
    late_policy: Literal["ask", "send", "skip"]
    late_after: timedelta
    ready: bool

    def status_at(self, at: datetime) -> str:
        """What the copy for this time begins as. Without template or number a person has to look."""
        if at > now() - self.late_after or self.late_policy == "send":
            return "launching" if self.ready else "late"
        return "cancelled" if self.late_policy == "skip" else "late"


class Run(msgspec.Struct, frozen=True):
    """One time of a pattern."""

    id: int
    name: str
    status: str
    scheduled_at: datetime
    launched_at: datetime | None


async def start_due(door: Db) -> None:
    """Patterns whose time has come, of every workspace."""
    for row in await door.rows(q.repeating_due):
        await go_out.later(door, once=f"series:{row['id']}", tenant_id=row["tenant_id"], campaign_id=row["id"])


@job(queue="campaigns", priority=5)
async def go_out(tenant: Tenant, *, campaign_id: int) -> None:
    """The copy, its launch and the next time are one transaction. Of several times missed, only the latest has its copy."""
    async with tenant.tx() as db:
        pattern = await db.maybe(q.pattern, Pattern, id=campaign_id)
        if pattern is None:
            return
        at, coming = _latest(pattern)
        await _copy(db, pattern, at, coming)
        await db.run(q.move_on, id=campaign_id, next=coming)
        await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


def _latest(pattern: Pattern) -> tuple[datetime, datetime | None]:
    """The last time that has come, and the one after it."""
    at = pattern.scheduled_at
    for later in repeating.times(pattern.cron, pattern.cron_zone, at):
        if later > now():
            return at, later
        at = later
    return at, None


async def _copy(db: Db, pattern: Pattern, at: datetime, coming: datetime | None) -> None:
    status = pattern.status_at(at)
    several = coming is not None and coming - at < SEVERAL_A_DAY
    date = f"{local(at, pattern.cron_zone):{'%Y-%m-%d %H:%M' if several else '%Y-%m-%d'}}"
    reason = launch.TOO_LATE if status == "cancelled" else ""
    made = await db.value(q.copy, id=pattern.id, at=at, date=date, status=status, reason=reason)
    if made is None:
        return
    await db.run(q.copy_variants, id=pattern.id, copy=made)
    if status == "launching":
        await launch.fill.later(db, campaign_id=made)
    await live.announce(db, "campaigns", "campaigns_changed", made)


async def runs(db: Db, campaign_id: int) -> list[Run]:
    return await db.many(q.runs, Run, id=campaign_id)
