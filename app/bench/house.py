"""A house to measure in: a simulator and a `serve` in processes of their own, a workspace, numbers, people."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.accounts import account
from app.bench.stock import Place
from app.core import embedded
from app.core.db import Tenant, open_pool, platform_tx
from app.core.migrate import migrate
from app.core.secrets import new_token
from app.numbers import provider
from app.settings import change_environment, environment

STARTS_WITHIN = 60.0  # seconds


class House(Place, kw_only=True):
    """All of it, and the process that serves."""

    database_url: str
    home: Path
    email: str
    password: str
    server: asyncio.subprocess.Process
    started: list[asyncio.subprocess.Process]

    def peak_mb(self) -> float:
        """The most memory that `serve` ever held: VmHWM of the kernel."""
        status = Path(f"/proc/{self.server.pid}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return round(int(kilobytes) / 1024, 1)

    async def kill(self) -> None:
        """No signal that it could answer: as when the power goes."""
        self.server.kill()
        await self.server.wait()

    async def start_again(self, command: str) -> None:
        """The same half once more."""
        self.server = await _python("-m", "app", command)
        self.started.append(self.server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def opened(*, commands: tuple[str, ...] = ("serve",)) -> AsyncIterator[House]:
    """With META_GRAPH_URL set, that server is the provider; otherwise a simulator of our own. All of it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="recado-bench-"))
    port, simulator = free_port(), None
    graph_url = environment("META_GRAPH_URL")
    started: list[asyncio.subprocess.Process] = []
    if not graph_url:
        simulator = free_port()
        graph_url = f"http://127.0.0.1:{simulator}"
        started.append(await _python("-m", "app.simulator", "--port", str(simulator)))
    change_environment({"META_GRAPH_URL": graph_url, "RECADO_HOME": str(home), "PORT": str(port), "DATABASE_URL": ""})
    server = await asyncio.to_thread(embedded.start, home)
    try:
        await migrate(server.url)
        async with open_pool(server.url, size=4):
            tenant, email, password = await _workspace()
            for command in commands:
                started.append(await _python("-m", "app", command))
            if simulator is not None:
                await answers(f"{graph_url}/simulator")
            url = f"http://127.0.0.1:{port}"
            await answers(f"{url}/health")
            yield House(
                url=url, graph_url=graph_url, tenant=tenant, database_url=server.url, home=home,
                email=email, password=password, server=started[-1], started=started,
            )  # fmt: skip
    finally:
        await provider.close()
        for process in reversed(started):
            await _stop(process)
        await asyncio.to_thread(server.stop)
        shutil.rmtree(home, ignore_errors=True)


async def _python(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.DEVNULL)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 8)
        except TimeoutError:
            process.kill()
            await process.wait()


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


async def _workspace() -> tuple[Tenant, str, str]:
    email, password = "bench@recado.example", new_token()
    async with platform_tx() as door:
        wish = account.SignUp(workspace="Bench", name="Bench", email=email, password=password)
        made = await account.sign_up(door, wish, language="es")
    return Tenant(made.tenant), email, password
