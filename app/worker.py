"""The worker: procrastinate's queues, each group with its own concurrency, and the loops that wait for a wake-up."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from procrastinate import App, PsycopgConnector

from app import reactions, schedule
from app.core import jobs
from app.intake import processing
from app.ops import job_watch

# Each group is a procrastinate worker with its own LISTEN connection. Chat has one to itself: an agent is waiting;
# imports have one because each can take a minute.
GROUPS = (("chat",), ("campaigns",), ("intake", "automations", "webhooks", "maintenance"), ("imports",))
STOPS_WITHIN = 2.0  # seconds, then running jobs are cancelled and go back to their queue

__all__ = ["run", "schedule"]


class Ended(Exception):
    """A group of queues that nobody works on any more."""


async def run(url: str) -> None:
    """Works until it is cancelled. A failing part ends all of it, and the process is restarted."""
    reactions.register()
    async with AsyncExitStack() as stack:
        connector = PsycopgConnector(conninfo=url, min_size=1, max_size=6)
        app = stack.enter_context(jobs.app.replace_connector(connector))
        await stack.enter_async_context(app.open_async())
        async with asyncio.TaskGroup() as group:
            group.create_task(processing.run())
            for queues in GROUPS:
                group.create_task(_work(app, queues))


async def _work(app: App, queues: tuple[str, ...]) -> None:
    """Only ends with an error: a group whose listener or heartbeat fails stops by itself and says nothing."""
    await app.run_worker_async(
        queues=list(queues),
        name=queues[0],
        concurrency=sum(jobs.QUEUES[queue] for queue in queues),
        install_signal_handlers=False,
        fetch_job_polling_interval=5.0,
        shutdown_graceful_timeout=STOPS_WITHIN,
        delete_jobs="successful",
        update_heartbeat_interval=10,
        stalled_worker_timeout=30,
        worker_middleware=[job_watch.watch],
    )
    raise Ended(queues[0])
