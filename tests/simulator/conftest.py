"""A simulator on a port of its own, and businesses whose webhooks are really received."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import uvicorn

from app.simulator.main import application
from tests.conftest import eventually, free_port
from tests.whatsapp.listener import Heard, Listener, listening

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SECRET = "a secret between Meta and the app"
AT_ONCE = {"sent": [0, 0], "delivered": [0, 0], "read": [0, 0]}
GREETING = [
    {"type": "HEADER", "format": "TEXT", "text": "Para {{1}}", "example": {"header_text": ["Ana"]}},
    {"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} llega mañana.", "example": {"body_text": [["Ana", "A-17"]]}},
    {"type": "BUTTONS", "buttons": [
        {"type": "QUICK_REPLY", "text": "Gracias"},
        {"type": "URL", "text": "Ver", "url": "https://olmo.example/{{1}}", "example": ["https://olmo.example/A-17"]},
    ]},
]  # fmt: skip

_people = itertools.count(34_600_100_004, 10)


def somebody() -> str:
    """Digits that no other test uses, with no fate in their ending."""
    return str(next(_people))


def well_received(_: Heard) -> tuple[int, bytes]:
    return 200, b""


def client(url: str, **headers: str) -> httpx.AsyncClient:
    # Reading the system's certificates takes longer than a whole test, and nothing here is encrypted.
    return httpx.AsyncClient(base_url=url, headers=headers, verify=NO_TLS)


class Business:
    """A simulated number, an HTTP client with its token, and what its webhook address has heard."""

    def __init__(self, url: str, made: dict[str, str], listener: Listener) -> None:
        self.made, self.listener = made, listener
        self.id, self.waba_id = made["phone_number_id"], made["waba_id"]
        self.graph = client(f"{url}/v25.0", authorization=f"Bearer {made['access_token']}")
        self.door = client(f"{url}/simulator")

    async def send(self, to: str, kind: str = "text", content: Any = None, **more: Any) -> httpx.Response:
        content = {"body": "Hola"} if content is None else content
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content, **more}
        return await self.graph.post(f"/{self.id}/messages", json=body)

    async def refused(self, to: str, kind: str = "text", content: Any = None, **more: Any) -> int:
        answer = await self.send(to, kind, content, **more)
        assert answer.status_code >= 400, answer.text
        return int(answer.json()["error"]["code"])

    async def hears(self, sender: str, kind: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
        """The person writes; the webhook's message."""
        message = {"type": kind, kind: {"body": "Hola"} if content is None else content}
        wish = {"phone_number_id": self.id, "from": sender, "message": message, **more}
        made = (await self.door.post("/inbound", json=wish)).json()
        return await eventually(lambda: next((one for one in self.values("messages") if one["id"] == made["id"]), None))

    async def template(self, name: str = "envio", components: Any = None, **more: Any) -> httpx.Response:
        wish = {"name": name, "language": "es", "category": "UTILITY", "components": components or GREETING, **more}
        return await self.graph.post(f"/{self.waba_id}/message_templates", json=wish)

    async def behave(self, **wishes: Any) -> None:
        answer = await self.door.put("/behaviour", json={"phone_number_id": self.id, **wishes})
        assert answer.status_code == 200, answer.text

    async def received(self) -> dict[str, Any]:
        counted: dict[str, Any] = (await self.door.get(f"/received?phone_number_id={self.id}&detail=1")).json()
        return counted

    def changes(self) -> list[dict[str, Any]]:
        bodies = [json.loads(heard.body) for heard in self.posts()]
        return [change for body in bodies for entry in body["entry"] for change in entry["changes"]]

    def posts(self) -> list[Heard]:
        return [heard for heard in self.listener.heard if heard.method == "POST"]

    def values(self, name: str) -> list[dict[str, Any]]:
        return [item for change in self.changes() for item in change["value"].get(name, [])]

    def story_of(self, wamid: str) -> list[str]:
        return [status["status"] for status in self.values("statuses") if status["id"] == wamid]

    def is_signed(self, heard: Heard) -> bool:
        digest = hmac.new(SECRET.encode(), heard.body, hashlib.sha256).hexdigest()
        return heard.headers["x-hub-signature-256"] == f"sha256={digest}"


@pytest.fixture(scope="session")
async def simulator() -> AsyncIterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application(), port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture
async def a_business(simulator: str) -> AsyncIterator[Callable[..., Awaitable[Business]]]:
    async with AsyncExitStack() as opened:

        async def make(
            *, subscribed: bool = True, answer: Callable[[Heard], Any] = lambda _: (200, b""), **wish: Any
        ) -> Business:
            listener = await opened.enter_async_context(listening(answer))
            wish = {
                "webhook_url": f"{listener.url}/webhook", "app_secret": SECRET, "verify_token": "v",
                "delay_ms": AT_ONCE, "review_ms": 0, **wish,
            }  # fmt: skip
            async with client(simulator) as door:
                made = (await door.post("/simulator/numbers", json=wish)).json()
            business = Business(simulator, made, listener)
            opened.push_async_callback(business.graph.aclose)
            opened.push_async_callback(business.door.aclose)
            if subscribed:
                await business.graph.post(f"/{business.waba_id}/subscribed_apps")
            return business

        yield make


@pytest.fixture
async def olmo(a_business: Callable[..., Awaitable[Business]]) -> Business:
    """A subscribed business whose messages get along at once."""
    return await a_business()
