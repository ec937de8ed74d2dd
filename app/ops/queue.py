"""Queues: how much waits in each, what failed in them, and how it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.core import jobs
from app.core.db import Db, NotFound
from app.core.statements import statements

KEPT = 500  # failed jobs of a queue and workspace; done ones are deleted at once
SHOWN = 50  # failed jobs on the page
SILENT = timedelta(seconds=jobs.SILENT)

q = statements("ops")


class Queue(msgspec.Struct, frozen=True):
    """`delayed` are scheduled for later; `oldest` is how many seconds the first waiting one has waited."""

    name: str
    waiting: int
    running: int
    delayed: int
    failed: int
    oldest: float | None
    per_second: float | None

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.running or self.failed)


class DeadLetter(msgspec.Struct, frozen=True):
    """A failed job: no further attempt comes by itself. Only ids of its arguments are shown."""

    id: int
    queue: str
    task: str
    arguments: dict[str, Any]
    attempts: int
    error: str
    workspace: str
    failed_at: datetime

    @property
    def ids(self) -> dict[str, int]:
        return {name: value for name, value in self.arguments.items() if isinstance(value, int)}


async def all(db: Db, *, number_id: int | None = None) -> list[Queue]:  # noqa: A001 - queue.all reads as it should
    """As far as this door sees: a workspace's jobs, or everybody's."""
    return await db.many(q.queues, Queue, names=jobs.queues(), number_id=number_id)


async def find(db: Db, name: str) -> Queue:
    """Raises NotFound for a queue that does not exist."""
    check(name)
    return next(each for each in await all(db) if each.name == name)


def check(name: str) -> None:
    if name not in jobs.queues():
        raise NotFound(name)


async def dead_letters(db: Db, *, queue: str = "", most: int = SHOWN) -> list[DeadLetter]:
    """The newest first."""
    return await db.many(q.dead_letters, DeadLetter, queue=queue, most=most)


async def retry(db: Db, *, queue: str = "", job_id: int | None = None) -> int:
    """All that failed, those of a queue, or one: with all their attempts again. Raises NotFound for one that is not there."""
    await _find_failed(db, job_id)
    return int(await db.value(q.retry, queue=queue, id=job_id))


async def clear(db: Db, *, queue: str = "", job_id: int | None = None) -> int:
    """Forgets them for good; what an operator does to their work, workspaces read in their logs. Raises NotFound for one
    that is not there."""
    await _find_failed(db, job_id)
    if db.tenant_id is None:
        await db.run(q.tell_of_clearing, queue=queue, id=job_id)
    return int(await db.value(q.clear, queue=queue, id=job_id))


async def _find_failed(db: Db, job_id: int | None) -> None:
    if job_id is not None and await db.value(q.dead_letter, id=job_id) is None:
        raise NotFound("job")


async def recover(db: Db, *, queue: str = "") -> int:
    """Jobs whose worker is gone run again, except one that took its worker with it too often: that one has failed."""
    await db.run(q.give_up, queue=queue, silent=SILENT, most_runs=jobs.MOST_RUNS)
    return int(await db.value(q.recover, queue=queue, silent=SILENT))


async def tidy(door: Db) -> None:
    """What nobody looks at any more."""
    await door.run(q.forget_failed, kept=KEPT)
    await door.run(q.forget_minutes)
    await door.run(q.forget_silent)
