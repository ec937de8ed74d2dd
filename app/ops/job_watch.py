"""Around every job: ids for the log, counts by the minute, and why it failed. Kept here until the next heartbeat."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
import structlog
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from app.core import metrics
from app.core.clock import now, seconds
from app.core.discretion import discreet

LONGEST_ERROR = 1000  # characters
MOST_ERRORS = 1000  # kept between two heartbeats

log = structlog.get_logger()


class Tally(msgspec.Struct):
    """Of one tenant's queue in one minute."""

    done: int = 0
    failed: int = 0
    seconds: float = 0.0


class Failure(msgspec.Struct, frozen=True):
    job_id: int
    tenant: int
    error: str
    failed_at: datetime


class Run(msgspec.Struct, frozen=True):
    """The last one of a periodic job here."""

    ended_at: datetime
    seconds: float
    failed: bool


class News(msgspec.Struct, frozen=True):
    """What happened since the last heartbeat."""

    minutes: dict[tuple[int, datetime, str], Tally]
    failures: list[Failure]
    runs: dict[str, Run]


def nothing() -> News:
    return News({}, [], {})


# How many jobs of each queue this process has in hand.
running: Counter[str] = Counter()
# A failure does not wait for the next heartbeat: somebody may be looking.
failed = asyncio.Event()
_news = nothing()


def take() -> News:
    """What is new; the next call answers what came after it."""
    global _news
    taken, _news = _news, nothing()
    return taken


def put_back(news: News) -> None:
    """Postgres was not there: errors and runs are told the next time, counts of the meantime are lost."""
    _news.failures[:0] = news.failures[-MOST_ERRORS:]
    for task, run in news.runs.items():
        _news.runs.setdefault(task, run)


async def watch(call_next: Callable[[], Awaitable[Any]], context: JobContext, _: Any) -> Any:
    """A middleware of the worker."""
    job = context.job
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(job_id=job.id, task=job.task_name, **_ids(job))
    running[job.queue] += 1
    began, problem = seconds(), None
    try:
        return await call_next()
    except Exception as raised:
        problem = raised
        raise
    finally:
        running[job.queue] -= 1
        _note(job, seconds() - began, problem)


def _ids(job: Job) -> dict[str, int]:
    known = {name: value for name, value in job.task_kwargs.items() if name.endswith("_id") and isinstance(value, int)}
    tenant = known.pop("tenant_id", None)
    return known if tenant is None else {"tenant": tenant, **known}


def _note(job: Job, lasted: float, problem: Exception | None) -> None:
    ended, tenant = now(), _ids(job).get("tenant", 0)
    tally = _news.minutes.setdefault((tenant, ended.replace(second=0, microsecond=0), job.queue), Tally())
    tally.done, tally.failed = tally.done + (problem is None), tally.failed + (problem is not None)
    tally.seconds += lasted
    metrics.JOBS.labels(job.queue, "failed" if problem else "done").inc()
    metrics.JOB_SECONDS.labels(job.queue).observe(lasted)
    if job.task_name.startswith("schedule."):
        _news.runs[job.task_name] = Run(ended, lasted, problem is not None)
    if problem is not None and job.id is not None:
        # The library tells the traceback.
        log.warning("job failed", queue=job.queue, attempt=job.attempts + 1, reason=type(problem).__name__)
        _news.failures.append(Failure(job.id, tenant, _said(problem), ended))
        failed.set()


def _said(problem: Exception) -> str:
    said = " ".join(discreet(str(problem)).split())
    return f"{type(problem).__name__}: {said}"[:LONGEST_ERROR] if said else type(problem).__name__
