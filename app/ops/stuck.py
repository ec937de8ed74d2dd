"""What should have moved on by itself and did not: found here by looking, and set going again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from app.access.viewer import Viewer
from app.campaigns import upkeep
from app.core.db import Db
from app.core.statements import statements
from app.ops import queue

q = statements("ops")


class Stuck(msgspec.Struct, frozen=True):
    """`name` is a queue's for jobs, a campaign's for everything else; `n` is how many jobs or people."""

    kind: Literal["job", "lease", "uncertain", "launch", "still"]
    campaign_id: int | None
    name: str
    n: int
    since: datetime | None


async def all(db: Db) -> list[Stuck]:  # noqa: A001 - stuck.all reads as it should
    """The longest ago first."""
    return await db.many(q.stuck, Stuck)


async def everywhere(door: Db) -> list[Stuck]:
    """Recipients have no door for the platform, so each workspace that is at work is asked."""
    found = await all(door)
    for tenant in await upkeep.at_work():
        async with tenant.tx() as db:
            found += [each for each in await all(db) if each.kind in ("lease", "uncertain", "still")]
    return found


async def recover(viewer: Viewer, name: str = "") -> int:
    """Now, instead of when the schedule comes round: how many jobs run again. Raises NotFound for an unknown queue."""
    if name:
        queue.check(name)
    async with viewer.tx() as db:
        recovered = await queue.recover(db, queue=name)
        if name in ("", "campaigns") and not viewer.operates:
            await upkeep.recover_in(db)
    if name in ("", "campaigns") and viewer.operates:
        await upkeep.recover()
    return recovered
