"""`recado demo`: fills the demo workspace, beside a running Recado or alone, and says how to get in."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from app import log, serve
from app.demo import workspace
from app.settings import Settings, SettingsError, choose_port, settings

STARTS_WITHIN = 10.0  # seconds for a server of our own


async def run(chosen: argparse.Namespace) -> None:
    """Raises SettingsError in production, unless it is asked for by name."""
    if settings().production and not chosen.in_production:
        raise SettingsError("This is production. A demo workspace is made here only with: recado demo --in-production.")
    if chosen.port is None and (port := running_port(settings().home)):
        choose_port(port)
    log.configure(production=settings().production)
    async with serve.ready(settings()), simulator_up(settings()):
        made = await workspace.fill()
    sys.stdout.write(msgspec.json.encode(made).decode() + "\n" if chosen.json else greeting(made))


def greeting(made: workspace.Demo) -> str:
    return (
        f"\n  The demo workspace is {made.workspace}.\n"
        f"  Sign in at {made.url}/sign-in with {made.email} and the password {made.password}\n"
        f"  API token: {made.token}\n\n"
    )


def running_port(home: Path) -> int | None:
    """Of the Recado that serves this home, if one does; it holds the lock and has written its port into it."""
    with suppress(OSError, ValueError), (home / "serve.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    return None


@asynccontextmanager
async def simulator_up(settings: Settings) -> AsyncIterator[None]:
    """The simulator is part of a running Recado; where none runs, one runs for as long as this takes."""
    if not settings.simulator or await _answers(settings.port):
        yield
        return
    server = serve.web_server(settings)
    running = asyncio.create_task(server.serve([serve.listen(settings.port)]))
    async with asyncio.timeout(STARTS_WITHIN):
        while not server.started:
            await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await running


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
