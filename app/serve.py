"""Web and worker in one loop; if either half stops, the process ends with an error and is restarted."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import uvicorn

from app import worker
from app.alerts import lookout
from app.api import description
from app.core import db, embedded, jobs
from app.core.live import hub
from app.core.migrate import migrate
from app.intake import receiving
from app.main import application
from app.numbers import provider
from app.ops import heartbeat
from app.settings import Settings, SettingsError
from app.teams import availability

# The router of a host is on a private network. What it says of the client is believed, what the client says itself is not.
ROUTERS = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7"]
STREAMS_END_WITHIN = 2  # seconds; open live streams would otherwise hold a stop for ever


class Server(uvicorn.Server):
    """Signals are ours: web, worker and database stop in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(settings: Settings, *, web: bool, work: bool) -> None:
    """Until a signal. Raises SettingsError, EmbeddedError or MigrationError with a sentence for the operator."""
    listening = listen(settings.port) if web else None
    with _only_one(settings.home, settings.port) if settings.embedded and web and work else nullcontext():
        async with ready(settings) as url:
            await _run(settings, url, listening, work=work)


async def _run(settings: Settings, url: str, listening: socket.socket | None, *, work: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = web_server(settings) if listening else None
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(hub.run(url), name="hub")]
    if server and listening:
        tasks.append(asyncio.create_task(server.serve([listening]), name="web"))
        tasks.append(asyncio.create_task(availability.watch_streams(), name="availability"))
    if work:
        tasks.append(asyncio.create_task(worker.run(url), name="worker"))
    else:
        tasks.append(asyncio.create_task(lookout.run(url), name="lookout"))
    half = "web" if not work else "serve" if server else "worker"
    tasks.append(asyncio.create_task(heartbeat.run(half), name="heartbeat"))
    aside = [asyncio.create_task(description.prepare(), name="description")] if server else []
    if server:
        sys.stdout.write(greeting(settings))
        sys.stdout.flush()
    _collect_seldom()
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    hub.close()
    jobs.stopping.set()
    if server:
        server.should_exit = True
        await asyncio.wait([task for task in tasks if task.get_name() == "web"], timeout=STREAMS_END_WITHIN + 1)
    for task in [*tasks, *aside]:
        task.cancel()
    await asyncio.wait(tasks, timeout=worker.STOPS_WITHIN + 1)
    for task in done - {stopping}:
        task.result()
        raise SettingsError(f"The {task.get_name()} stopped by itself. Start Recado again; the log above says more.")


def _collect_seldom() -> None:
    """What is loaded stays, so the collector need not look at it; and a batch of a thousand messages is no reason to look."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def web_server(settings: Settings) -> Server:
    """Not started yet."""
    return Server(
        uvicorn.Config(
            _with_intake(_with_simulator(settings)), lifespan="on", log_config=None, access_log=False, server_header=False,
            timeout_graceful_shutdown=STREAMS_END_WITHIN, proxy_headers=settings.production, forwarded_allow_ips=ROUTERS,
        )
    )  # fmt: skip


def _with_simulator(settings: Settings) -> Callable[..., object]:
    """In development the simulator answers on the same port, under the paths that the Graph API has."""
    if not settings.simulator:
        return application()
    from app.simulator.main import application as simulator  # noqa: PLC0415 - production never loads it

    # Kept, because approved templates and numbers must outlive a restart of ours.
    stand_in = simulator(settings.public_url, settings.home / "simulator.json")
    app = application(lifespan=[lambda _: living(stand_in)])

    async def either(scope, receive, send):  # type: ignore[no-untyped-def]
        path = scope.get("path", "")
        simulated = path.startswith(("/simulator", "/v2")) and scope["type"] == "http"
        await (stand_in if simulated else app)(scope, receive, send)

    return either


def _with_intake(app: Callable[..., Any]) -> Callable[..., object]:
    """Webhooks go past the application: see receiving.answer."""

    async def either(scope, receive, send):  # type: ignore[no-untyped-def]
        webhook = scope["type"] == "http" and scope["path"] == receiving.PATH and scope["method"] == "POST"
        await (receiving.answer if webhook else app)(scope, receive, send)

    return either


@asynccontextmanager
async def living(app: Callable[..., Any]) -> AsyncIterator[None]:
    """Tells an application inside ours when it starts and ends, in ASGI's lifespan protocol."""
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, told.get, heard.put))
    told.put_nowait({"type": "lifespan.startup"})
    await heard.get()
    try:
        yield
    finally:
        told.put_nowait({"type": "lifespan.shutdown"})
        await heard.get()
        await life


@asynccontextmanager
async def ready(settings: Settings) -> AsyncIterator[str]:
    """A migrated database whose role cannot bypass row-level security, and a pool to it."""
    server = await asyncio.to_thread(embedded.start, settings.home) if settings.embedded else None
    url = server.url if server else settings.database_url or ""
    try:
        if role := await db.bypasses_row_security(url):
            raise SettingsError(
                f"The database role {role} can bypass row-level security, so workspaces would not be sealed from each"
                " other. Use a plain role without SUPERUSER and BYPASSRLS that owns its database."
            )
        await migrate(url)
        async with db.open_pool(url):
            try:
                yield url
            finally:
                await provider.close()
    finally:
        if server:
            await asyncio.to_thread(server.stop)


def listen(port: int) -> socket.socket:
    """Raises SettingsError when somebody else does."""
    # TCP by name: otherwise asyncio's own loop leaves Nagle's algorithm on, which is 44 ms for each answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("0.0.0.0", port))  # noqa: S104 - a dyno is reached from outside
    except OSError:
        raise SettingsError(f"Port {port} is in use. Stop what uses it, or choose another: ./recado serve --port N.") from None
    listening.listen(2048)
    return listening


@contextmanager
def _only_one(home: Path, port: int) -> Iterator[None]:
    """The lock goes with the process, so nothing is left behind by kill -9. Whoever finds it held reads the port in it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(f"Recado already runs on {home}. Stop it, or set RECADO_HOME to another folder.") from None
        lock.truncate(0)
        lock.write(str(port))
        lock.flush()
        yield


def greeting(settings: Settings) -> str:
    """Where to go."""
    lines = [f"\n  Recado is at {settings.public_url}"]
    if settings.simulator:
        lines.append(f"  The simulated phones are at {settings.public_url}/simulator")
    return "\n".join([*lines, "  Ctrl-C stops it.\n\n"])
