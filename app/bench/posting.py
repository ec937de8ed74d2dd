"""A client that costs so little that the server is what is measured: ready-made requests on sockets that stay open.

Each process has its own loop and connections; a connection waits for its answer before it writes the next request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from urllib.parse import urlsplit

import msgspec
import uvloop

from app.core.clock import seconds

PROCESSES = 2
CONNECTIONS = 64  # of each process

Address = tuple[str, int]


class Posted(msgspec.Struct, frozen=True):
    """How long each request waited, when the first was sent and how long all of them took, in seconds."""

    waits: list[float]
    began: float
    took: float


class Connection(asyncio.Protocol):
    """Takes the next request as soon as the last one is answered, until there are none."""

    def __init__(self, left: list[bytes], waits: list[float]) -> None:
        self.left, self.waits = left, waits
        self.done = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self.heard = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        if not self.left:
            self.transport.close()
            self.done.set_result(None)
            return
        self.began = seconds()
        self.transport.write(self.left.pop())

    def data_received(self, data: bytes) -> None:
        # The answer to a webhook has no body, so it ends where its headers do.
        self.heard += data
        if not self.heard.endswith(b"\r\n\r\n"):
            return
        status, self.heard = self.heard[9:12], b""
        if status != b"200":
            self.done.set_exception(RuntimeError(f"a webhook was answered with {status.decode()}"))
            return
        self.waits.append(seconds() - self.began)
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection with work on it"))


def request(url: str, body: bytes, signature: str) -> bytes:
    """As bytes, so that asking costs one write."""
    head = f"POST {urlsplit(url).path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    return f"{head}x-hub-signature-256: {signature}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


async def post(url: str, requests: Sequence[bytes]) -> Posted:
    """All of them, from PROCESSES processes. Raises RuntimeError when one is answered with anything but 200."""
    where = urlsplit(url)
    address, loop = (where.hostname or "", where.port or 80), asyncio.get_running_loop()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        # Processes that have not begun are started one by one, as work comes.
        await asyncio.gather(*(loop.run_in_executor(pool, _share, address, []) for _ in range(PROCESSES * 4)))
        began = seconds()
        shares = (loop.run_in_executor(pool, _share, address, requests[turn::PROCESSES]) for turn in range(PROCESSES))
        waits = await asyncio.gather(*shares)
        return Posted(list(chain.from_iterable(waits)), began, seconds() - began)


def _share(address: Address, requests: Sequence[bytes]) -> list[float]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_all(address, list(reversed(requests))))


async def _all(address: Address, left: list[bytes]) -> list[float]:
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Connection(left, waits), *address) for _ in range(min(CONNECTIONS, len(left)))
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    return waits
