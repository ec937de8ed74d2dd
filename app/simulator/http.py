"""The little HTTP that the simulator needs. There is no framework: the send path answers thousands of requests a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON = b"application/json; charset=UTF-8"
HTML = b"text/html; charset=utf-8"
POLICY = (
    b"default-src 'self'; img-src 'self' http: https: data:; media-src 'self' http: https:; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class Answer(msgspec.Struct, frozen=True, gc=False):
    body: bytes = b""
    status: int = 200
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Stream(msgspec.Struct, frozen=True):
    """Server-sent events, already in their wire form."""

    chunks: AsyncIterator[bytes]


class Hangup(msgspec.Struct, frozen=True):
    """No answer at all: the connection breaks, as it does when a proxy dies at the wrong moment."""


class BadRequest(Exception):
    """Something the control door or the phone screen cannot work with; shown as it is."""


class Request:
    __slots__ = ("body", "method", "path", "scope")

    def __init__(self, scope: Scope, body: bytes) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = body

    def header(self, name: bytes) -> bytes:
        for key, value in self.scope["headers"]:
            if key == name:
                return bytes(value)
        return b""

    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode(), keep_blank_values=True))

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        try:
            return msgspec.json.decode(self.body or b"{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise BadRequest(f"The body is not a JSON object: {broken}") from broken

    @property
    def origin(self) -> str:
        return f"{self.scope['scheme']}://{self.header(b'host').decode() or 'localhost'}"

    @property
    def is_local(self) -> bool:
        client = self.scope.get("client")
        return client is None or client[0] in {"127.0.0.1", "::1", "testclient"}

    @property
    def is_foreign(self) -> bool:
        """Sent by another site's page through the visitor's browser."""
        origin = self.header(b"origin")
        return bool(origin) and origin.split(b"//")[-1] != self.header(b"host")


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(msgspec.json.encode(value), status)


def html_answer(html: str, status: int = 200) -> Answer:
    headers = ((b"content-security-policy", POLICY), (b"cache-control", b"no-store"))
    return Answer(html.encode(), status, HTML, headers)


async def read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def write(answer: Answer, send: Send) -> None:
    headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body)), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def write_stream(stream: Stream, receive: Receive, send: Send) -> None:
    """To its end, or until the browser has gone, of which only `receive` knows."""
    writing = asyncio.ensure_future(pour(stream, send))
    leaving = asyncio.ensure_future(receive())
    try:
        await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        writing.cancel()
        leaving.cancel()


async def pour(stream: Stream, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for chunk in stream.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def hang_up(receive: Receive, send: Send) -> None:
    # ASGI has no word for breaking a connection without an answer, so this reaches through uvicorn's bound `send`.
    send.__self__.transport.abort()  # type: ignore[attr-defined]
    while (await receive())["type"] != "http.disconnect":
        pass
