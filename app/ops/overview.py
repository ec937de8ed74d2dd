"""Everything that the page of operations shows, as far as its reader sees."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.access.viewer import Viewer
from app.core.db import Db, platform_tx
from app.core.statements import statements
from app.numbers.breaker import REST
from app.ops import process, queue, stuck
from app.ops.process import Worker
from app.ops.queue import DeadLetter, Queue
from app.ops.stuck import Stuck

LATE = 60.0  # seconds that a job may wait before somebody should know

q = statements("ops")


class NumberState(msgspec.Struct, frozen=True):
    """`now` is what goes out, `target` the campaigns' part, `ceiling` what WhatsApp allows; all a second. Through the
    platform's door the last two are not seen. People are those of the portfolio in the last 24 hours."""

    id: int
    display: str
    verified_name: str
    status: str
    last_inbound_at: datetime | None
    target: float | None
    ceiling: float | None
    slowed_to: float | None
    breaker: str
    reason: str
    now: float
    people_limit: int | None
    tier: str
    people_used: int


class Platform(msgspec.Struct, frozen=True):
    """`alone`: the installation of one company, whose members may see its machines."""

    alone: bool
    looked_at: datetime | None
    webhooks_waiting: int
    webhooks_dead: int
    webhooks_oldest: float | None


class Overview(msgspec.Struct, frozen=True):
    """`workers` and the figures of the journal are facts of the installation: None for who does not see it."""

    queues: list[Queue]
    numbers: list[NumberState]
    dead_letters: list[DeadLetter]
    stuck: list[Stuck]
    platform: Platform
    workers: list[Worker] | None

    @property
    def failed(self) -> int:
        return sum(each.failed for each in self.queues)

    @property
    def late(self) -> list[Queue]:
        return [each for each in self.queues if (each.oldest or 0) > LATE]

    @property
    def open_breakers(self) -> list[NumberState]:
        return [each for each in self.numbers if each.breaker != "closed"]

    @property
    def silent(self) -> list[Worker]:
        return [each for each in self.workers or [] if not each.alive]

    @property
    def idle(self) -> bool:
        """Nobody takes jobs."""
        return self.workers is not None and not any(each.alive and each.works for each in self.workers)

    @property
    def moving(self) -> bool:
        dead = self.platform.webhooks_dead if self.workers is not None else 0
        return not (self.failed or self.late or self.open_breakers or self.stuck or self.silent or self.idle or dead)


async def of(viewer: Viewer, *, only: str = "") -> Overview:
    """`only` is the queue whose failed jobs are listed."""
    async with viewer.tx() as db:
        queues = await queue.all(db)
        states = await numbers(db)
        letters = await queue.dead_letters(db, queue=only) if any(each.failed for each in queues) else []
        still = await stuck.everywhere(db) if viewer.operates else await stuck.all(db)
    async with platform_tx() as door:
        facts = await door.one(q.platform, Platform)
        workers = await process.all(door) if viewer.operates or facts.alone else None
    return Overview(queues, states, letters, still, facts, workers)


async def numbers(db: Db) -> list[NumberState]:
    """Those in trouble first, then the busiest."""
    return await db.many(q.numbers, NumberState, rest=REST)
