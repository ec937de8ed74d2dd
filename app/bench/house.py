"""A house to measure in: a simulator and a `serve` in processes of their own, a workspace, numbers, people."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from app.accounts import account
from app.bench import report
from app.bench.processes import Processes, Running, children_of, is_there, peak_mb
from app.bench.stock import Place
from app.bench.wire import Wire
from app.core import embedded
from app.core.db import Tenant, open_pool, platform_tx
from app.core.embedded import Embedded
from app.core.migrate import migrate
from app.core.secrets import new_token
from app.numbers import provider
from app.settings import change_environment, environment

STARTS_WITHIN = 60.0  # seconds
TAIL = 4000  # characters of a log that are shown when something goes wrong


class House(Place, kw_only=True):
    """All of it, and its processes."""

    database_url: str
    home: Path
    email: str
    password: str
    processes: Processes
    wire: Wire | None

    @property
    def server(self) -> Running:
        """The process that serves pages."""
        return next(each for each in self.processes.running if each.kind in ("serve", "web"))

    def peak_mb(self) -> float:
        return peak_mb(self.server.pid)

    @property
    def postgres(self) -> int:
        """The process of its server."""
        return int((self.home / "postgres" / "postmaster.pid").read_text().split("\n")[0])

    async def kill_postgres(self) -> None:
        """All of its processes at once, and a new server on what is on the disk."""
        pids = (self.postgres, *children_of(self.postgres))
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(STARTS_WITHIN):
            while any(map(is_there, pids)):
                await asyncio.sleep(0.02)
        await asyncio.to_thread(embedded.start, self.home)

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser of the owner, with as many tabs as one likes."""
        async with _browser(self.url, self.email, self.password) as browser:
            yield browser

    @asynccontextmanager
    async def neighbour(self) -> AsyncIterator[Place]:
        """Another workspace in the same house, with a browser of its owner."""
        tenant, email, password = await _workspace("neighbour@recado.example")
        async with _browser(self.url, email, password) as browser:
            yield Place(url=self.url, graph_url=self.graph_url, tenant=tenant, browser=browser)


@asynccontextmanager
async def _browser(url: str, email: str, password: str) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as browser:
        await browser.get("/sign-in")
        browser.headers["x-csrftoken"] = browser.cookies["csrf"]
        answer = await browser.post("/sign-in", data={"email": email, "password": password})
        if answer.status_code != 303:
            raise RuntimeError(f"sign-in answered {answer.status_code}")
        yield browser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def opened(*, commands: tuple[str, ...] = ("serve",), wired: bool = False) -> AsyncIterator[House]:
    """With META_GRAPH_URL set, that server is the provider; otherwise a simulator of our own, `wired` over a line that can be
    cut. All of it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="recado-bench-"))
    port, outside, wire = free_port(), environment("META_GRAPH_URL"), None
    graph_url = outside
    with (home / "log").open("wb") as log:
        processes = Processes(log)
        if not graph_url:
            graph_url = f"http://127.0.0.1:{(simulator := free_port())}"
            await processes.start("simulator", "-m", "app.simulator", "--port", str(simulator))
            if wired:
                wire = Wire(free_port(), simulator)
                await wire.mend()
        called = f"http://127.0.0.1:{wire.port}" if wire else graph_url
        change_environment({"META_GRAPH_URL": called, "RECADO_HOME": str(home), "PORT": str(port), "DATABASE_URL": ""})
        server = await asyncio.to_thread(embedded.start, home)
        try:
            await migrate(server.url)
            async with open_pool(server.url, size=4):
                tenant, email, password = await _workspace("bench@recado.example")
                for command in commands:
                    await processes.start(command)
                await answers(f"{graph_url}/simulator")
                url = f"http://127.0.0.1:{port}"
                await answers(f"{url}/health")
                yield House(
                    url=url, graph_url=graph_url, tenant=tenant, database_url=server.url, home=home, email=email,
                    password=password, processes=processes, wire=wire,
                )  # fmt: skip
        except BaseException:
            report.progress((home / "log").read_text(errors="replace")[-TAIL:])
            raise
        finally:
            await _close(processes, wire, server)
            change_environment({"META_GRAPH_URL": outside})
            shutil.rmtree(home, ignore_errors=True)


async def _close(processes: Processes, wire: Wire | None, server: Embedded) -> None:
    await provider.close()
    await processes.stop_all()
    if wire is not None:
        await wire.cut()
    await asyncio.to_thread(server.stop)
    # At the end of the program it would look after a folder that is gone, and make it anew.
    atexit.unregister(server.server._cleanup)


async def answers(url: str) -> None:
    """Returns when the address answers. Raises TimeoutError when it never does."""
    async with asyncio.timeout(STARTS_WITHIN), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(url)).status_code < 500:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def _workspace(email: str) -> tuple[Tenant, str, str]:
    password = new_token()
    async with platform_tx() as door:
        wish = account.SignUp(workspace="Bench", name="Bench", email=email, password=password)
        made = await account.sign_up(door, wish, language="es")
    return Tenant(made.tenant), email, password
