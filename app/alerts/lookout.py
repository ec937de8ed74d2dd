"""Workers look for alerts, and nobody would say that all of them are gone: so a process that only serves pages looks too."""

from __future__ import annotations

import asyncio

import structlog
from procrastinate import PsycopgConnector
from psycopg import Error
from psycopg_pool import PoolTimeout

from app.alerts import watch
from app.alerts.raising import Finding
from app.core import jobs
from app.core.db import platform_tx
from app.core.statements import statements

EVERY = 30.0  # seconds

log = structlog.get_logger()
q = statements("alert_watch")


async def run(url: str) -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            if await look():
                await _deliver(url)
        except (Error, PoolTimeout) as problem:
            log.warning("no lookout", reason=str(problem))


async def look() -> bool:
    """Whether nobody works. Then it looks in their place."""
    async with platform_tx() as door:
        alone: bool = await door.value(q.nobody_works, silent=watch.SILENT)
    if alone:
        await watch.look([Finding("nobody_works", "")])
    return alone


async def _deliver(url: str) -> None:
    """What is to be told waits in a queue, and there is nobody to empty it."""
    with jobs.app.replace_connector(PsycopgConnector(conninfo=url, min_size=1, max_size=2)) as app:
        async with app.open_async():
            await app.run_worker_async(queues=["webhooks"], wait=False, listen_notify=False, install_signal_handlers=False)
