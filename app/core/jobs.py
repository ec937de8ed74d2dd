"""A job is a domain function with @job on it: enqueued in the caller's transaction, it carries its tenant."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import procrastinate
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status

from app.core.clock import now
from app.core.db import Db, Tenant

# Queues and how many of each run at once in one worker: a campaign can never delay a reply. A lane mostly waits for its number.
QUEUES = {"chat": 16, "intake": 4, "campaigns": 32, "automations": 4, "webhooks": 4, "maintenance": 2, "imports": 2}
ATTEMPTS = 3
BASE_WAIT = 2.0  # seconds
LONGEST_WAIT = 30.0  # seconds
SILENT = 30.0  # seconds; workers say every ten that they live
# A job that takes its process with it must not do so for ever. Deploys count as well, so this is more than ATTEMPTS.
MOST_RUNS = 8

app = App(connector=PsycopgConnector())

# Set when this process is about to stop: long jobs take no new work and finish what they have in hand.
stopping = asyncio.Event()


class Jittered(BaseRetryStrategy):
    """Decorrelated jitter. A deploy cancels running jobs, and a job without a retry is lost by that: so all have one."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        """None ends the job as failed, which is the dead-letter list."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts >= ATTEMPTS - 1:
            return None
        seconds = min(LONGEST_WAIT, random.uniform(BASE_WAIT, BASE_WAIT * 3 ** (job.attempts + 1)))  # noqa: S311
        return RetryDecision(retry_in={"seconds": int(seconds) + 1})


class Job:
    """A function that runs later. `.later(db, …)` enqueues it on the caller's transaction: no commit, no job."""

    def __init__(self, task: Any) -> None:
        self.task = task

    async def later(self, db: Db, *, at: datetime | None = None, once: str | None = None, **arguments: Any) -> None:
        """`once` names a wake-up: while one with that name waits, another is not added (and that is no error)."""
        if once is not None and await _is_waiting(db, once):
            return
        options: dict[str, Any] = {"connection": db.conn}
        if at is not None:
            options["schedule_at"] = at
        if once is not None:
            options["queueing_lock"] = once
        if db.tenant_id is not None:
            arguments["tenant_id"] = db.tenant_id
        try:
            # A clash aborts the transaction, so it is confined to a savepoint.
            async with db.conn.transaction():
                await self.task.configure(**options).defer_async(**arguments)
        except procrastinate.exceptions.AlreadyEnqueued:
            return


async def _is_waiting(db: Db, once: str) -> bool:
    found = await db.conn.execute(
        "select from procrastinate_jobs where queueing_lock = %s and status = 'todo'"
        " and (scheduled_at is null or scheduled_at <= %s)",
        (once, now() + timedelta(seconds=1)),
    )
    return found.rowcount > 0


def job(*, queue: str, priority: int = 0) -> Callable[[Callable[..., Awaitable[None]]], Job]:
    """Decorates `async def verb(tenant: Tenant, *, …)`. Larger priorities go first."""

    def decorate(function: Callable[..., Awaitable[None]]) -> Job:
        async def run(*, tenant_id: int, **arguments: Any) -> None:
            await function(Tenant(tenant_id), **arguments)

        name = f"{function.__module__.removeprefix('app.')}.{function.__name__}"
        return Job(app.task(name=name, queue=queue, priority=priority, retry=Jittered())(run))

    return decorate


def platform_job(*, queue: str, priority: int = 0) -> Callable[[Callable[..., Awaitable[None]]], Job]:
    """Decorates `async def verb(*, …)`: work of no tenant, whoever asks for it."""

    def decorate(function: Callable[..., Awaitable[None]]) -> Job:
        async def run(*, tenant_id: int = 0, **arguments: Any) -> None:  # noqa: ARG001 - whoever asked for it
            await function(**arguments)

        name = f"{function.__module__.removeprefix('app.')}.{function.__name__}"
        return Job(app.task(name=name, queue=queue, priority=priority, retry=Jittered())(run))

    return decorate


def queues() -> list[str]:
    """Those that a job of this version uses."""
    used = {task.queue for task in app.tasks.values()}
    return [name for name in QUEUES if name in used]


async def rescue() -> None:
    """What a killed worker had in hand runs again; jobs know what to do with work that was begun."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        if job.attempts >= MOST_RUNS:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            continue
        try:
            await app.job_manager.retry_job(job)
        except procrastinate.exceptions.UniqueViolation:
            # A wake-up of the same name waits already.
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)


def periodic(cron: str, *, queue: str = "maintenance") -> Callable[[Callable[[], Awaitable[None]]], Any]:
    """A platform job on a cron line (six fields: seconds last). Used by schedule.py only."""

    def decorate(function: Callable[[], Awaitable[None]]) -> Any:
        async def run(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the due time
            await function()

        name = f"schedule.{function.__name__}"
        return app.periodic(cron=cron)(app.task(name=name, queue=queue, queueing_lock=name, retry=Jittered())(run))

    return decorate
