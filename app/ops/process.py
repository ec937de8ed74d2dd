"""Processes: each tells every ten seconds that it lives, what it has in hand and what it did."""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
from psycopg.types.json import Jsonb

from app.core import metrics
from app.core.clock import now, seconds
from app.core.db import Db, platform_tx
from app.core.statements import statements
from app.ops import job_watch

SILENT = 30.0  # seconds, as for the queue's own workers
SENT = ("accepted", "held")

q = statements("ops")


class Worker(msgspec.Struct, frozen=True):
    """A row of a process; `silent` and `uptime` are in seconds, memory in bytes."""

    name: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    memory: int
    works: bool
    running: dict[str, int]
    silent: float
    uptime: float

    @property
    def alive(self) -> bool:
        return self.silent < SILENT


class Process:
    """This one."""

    def __init__(self, name: str) -> None:
        self.id: UUID = uuid4()
        self.name, self.works = name, name != "web"
        self.started_at = now()
        self.measured_at, self.sent = seconds(), _sent_so_far()
        self.per_second = 0.0

    @property
    def uptime(self) -> float:
        return (now() - self.started_at).total_seconds()

    def rates(self) -> dict[str, float]:
        """Messages a second since the last time, by Meta's id of the number; once more after it stopped, as zero."""
        at, sent = seconds(), _sent_so_far()
        elapsed = max(at - self.measured_at, 0.001)
        rates = {phone: (n - self.sent.get(phone, 0)) / elapsed for phone, n in sent.items()}
        self.measured_at, self.sent, self.per_second = at, sent, sum(rates.values())
        return rates


def _sent_so_far() -> Counter[str]:
    total: Counter[str] = Counter()
    for (phone, outcome), n in metrics.sends.items():
        total[phone] += n if outcome in SENT else 0
    return total


def memory() -> int:
    """Resident bytes; where the system does not tell, the most there ever were."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


async def arrive(process: Process) -> None:
    async with platform_tx() as door:
        await door.run(q.arrive, host=socket.gethostname(), name=process.name)
    await beat(process)


async def beat(process: Process) -> None:
    """The row and the news of this process, in one transaction. Raises what Postgres raises."""
    news = job_watch.take()
    try:
        async with platform_tx() as door:
            await _tell(door, process)
            await _tell_news(door, news)
    except BaseException:
        job_watch.put_back(news)
        raise


async def leave(process: Process) -> None:
    """What was done since the last beat is told before it goes."""
    await beat(process)
    async with platform_tx() as door:
        await door.run(q.leave, id=process.id)


async def all(door: Db) -> list[Worker]:  # noqa: A001 - process.all reads as it should
    """The living first, those that take jobs before those that do not."""
    return await door.many(q.workers, Worker)


async def _tell(door: Db, process: Process) -> None:
    running = Jsonb({queue: n for queue, n in job_watch.running.items() if n})
    await door.run(
        q.beat, id=process.id, name=process.name, host=socket.gethostname(), pid=os.getpid(),
        started_at=process.started_at, memory=memory(), works=process.works, running=running,
    )  # fmt: skip
    if rates := process.rates():
        await door.run(q.note_rates, worker=process.id, phones=list(rates), rates=list(rates.values()))


async def _tell_news(door: Db, news: job_watch.News) -> None:
    if news.minutes:
        tallies = list(news.minutes.values())
        await door.run(
            q.add_minutes,
            tenants=[tenant for tenant, _, _ in news.minutes],
            minutes=[minute for _, minute, _ in news.minutes],
            queues=[queue for _, _, queue in news.minutes],
            done=[each.done for each in tallies],
            failed=[each.failed for each in tallies],
            seconds=[each.seconds for each in tallies],
        )
    if latest := {each.job_id: each for each in news.failures}:
        await door.run(
            q.keep_errors,
            tenants=[each.tenant for each in latest.values()],
            jobs=list(latest),
            errors=[each.error for each in latest.values()],
            times=[each.failed_at for each in latest.values()],
        )
    if news.runs:
        await door.run(
            q.note_runs,
            tasks=list(news.runs),
            times=[each.ended_at for each in news.runs.values()],
            seconds=[each.seconds for each in news.runs.values()],
            failed=[each.failed for each in news.runs.values()],
        )
