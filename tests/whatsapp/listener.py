"""A tiny HTTP server that answers as a test tells it to, down to closing the connection under a request."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

HANG_UP = None  # an answer that closes the connection without a word


class Heard(Struct, frozen=True):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Listener(Struct):
    """`answer` gives a status and a body (JSON or bytes); or raw bytes, after which the connection closes; or HANG_UP."""

    url: str
    answer: Callable[[Heard], Any]
    heard: list[Heard] = []
    pause: float = 0
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request = await read_request(head, reader)
                self.heard.append(request)
                await asyncio.sleep(self.pause)
                answer = self.answer(request)
                if not isinstance(answer, tuple):
                    writer.write(answer or b"")
                    break
                writer.write(response(*answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def read_request(head: bytes, reader: asyncio.StreamReader) -> Heard:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    method, target, _ = first.split(" ")
    split = urlsplit(target)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(method, split.path, {name: values[0] for name, values in parse_qs(split.query).items()}, headers, body)


def response(status: int, body: Any) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(content)) + content


@asynccontextmanager
async def listening(answer: Callable[[Heard], Any], *, pause: float = 0) -> AsyncIterator[Listener]:
    listener = Listener("", answer, pause=pause)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield listener
    finally:
        server.close()
