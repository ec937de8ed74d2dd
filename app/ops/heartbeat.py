"""The heartbeat of a process, and its health line in the log every half minute."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from psycopg import Error
from psycopg_pool import PoolTimeout

from app.core import db
from app.core.clock import seconds
from app.ops import job_watch, process, queue
from app.ops.process import Process

EVERY = 10.0  # seconds
LINE_EVERY = 30.0  # seconds
SOON = 0.5  # seconds after a failure, so that several are told together

log = structlog.get_logger()


async def run(name: str) -> None:
    """Until it is cancelled. Without Postgres there is no heartbeat, and that is what others see."""
    this, line_at = Process(name), seconds() + LINE_EVERY
    try:
        await _tried(process.arrive(this))
        while True:
            await _wait()
            await _tried(process.beat(this))
            if seconds() >= line_at:
                line_at = seconds() + LINE_EVERY
                await _tried(say(this))
    finally:
        await asyncio.shield(_tried(process.leave(this)))


async def say(this: Process) -> None:
    """Waiting, running and failed jobs of each queue that has any; of the whole installation."""
    async with db.platform_tx() as door:
        sizes = await queue.all(door)
    busy = {each.name: f"{each.waiting}/{each.running}/{each.failed}" for each in sizes if each.busy}
    pool = db.pool().get_stats()
    log.info(
        "health", process=this.name, uptime_s=int(this.uptime), memory_mb=process.memory() >> 20,
        sends_per_second=round(this.per_second, 1), queues=busy,
        pool_used=pool.get("pool_size", 0) - pool.get("pool_available", 0), pool_size=pool.get("pool_size", 0),
        pool_waiting=pool.get("requests_waiting", 0),
    )  # fmt: skip


async def _wait() -> None:
    job_watch.failed.clear()
    with suppress(TimeoutError):
        await asyncio.wait_for(job_watch.failed.wait(), EVERY)
        await asyncio.sleep(SOON)


async def _tried(step) -> None:  # type: ignore[no-untyped-def]
    try:
        await step
    except (Error, PoolTimeout) as problem:
        log.warning("no heartbeat", reason=str(problem))
