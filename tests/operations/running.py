"""A Recado of its own: a process with its own home and port, started, watched, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.conftest import eventually, free_port

ROOT = Path(__file__).parent.parent.parent
# What only the shell of whoever runs the tests knows must not reach the process.
INHERITED = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
PRODUCTION = {
    "RECADO_ENV": "production", "RECADO_SECRET_KEY": "s" * 40, "RECADO_ENCRYPTION_KEYS": "k" * 40,
    "RECADO_PUBLIC_URL": "https://recado.example", "META_VERIFY_TOKEN": "palabra",
}  # fmt: skip


async def command(*arguments: str, home: Path, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", *arguments, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**INHERITED, "RECADO_HOME": str(home), **environment},
    )  # fmt: skip


async def refusal(*arguments: str, home: Path, **environment: str) -> str:
    """What a command says that must not start. It says one line, on stderr, and ends with 1."""
    process = await command(*arguments, home=home, **environment)
    said, complaint = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, said) == (1, b""), (process.returncode, said, complaint)
    assert complaint.decode().count("\n") == 1, complaint.decode()
    return complaint.decode()


class Running:
    def __init__(self, process: asyncio.subprocess.Process, port: int, home: Path) -> None:
        self.process, self.port, self.home = process, port, home
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)

    async def answers(self) -> bool:
        assert self.process.returncode is None, (await self.process.communicate())[1].decode()
        try:
            return (await self.http.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        if self.process.returncode is None:
            self.process.send_signal(by)
        await asyncio.wait_for(self.process.communicate(), 15)
        return self.process.returncode or 0

    def postgres(self) -> int | None:
        """The process of the embedded server, while it is there."""
        lock = self.home / "postgres" / "postmaster.pid"
        pid = int(lock.read_text().split("\n")[0]) if lock.exists() else 0
        return pid if pid and Path(f"/proc/{pid}").exists() else None


@asynccontextmanager
async def running(*arguments: str, home: Path, **environment: str) -> AsyncIterator[Running]:
    port = free_port()
    process = await command(*arguments, "--port", str(port), home=home, **environment)
    recado = Running(process, port, home)
    try:
        await eventually(recado.answers, within=30)
        yield recado
    finally:
        await recado.http.aclose()
        await recado.stop()
