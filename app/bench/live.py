"""From a person's message arriving as a webhook to the agent's stream: how long, with many streams open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.bench import stock
from app.bench.house import House, opened
from app.bench.receiving import counted
from app.campaigns import launch
from app.core.clock import seconds
from app.numbers import credentials
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.signature import sign

TOO_LONG = 5.0  # seconds
PER_NUMBER = 1000  # messages per second of the campaign beside it: Meta's ceiling for a number
PEOPLE = 60_000  # for each number, more than go out while it is measured


async def run(messages: int, *, streams: int = 50, numbers: int = 0) -> dict[str, Any]:
    """Keys: p50_ms, p95_ms from the webhook to the event in an agent's stream; lost counts events that never came;
    with campaigns, each from a number of its own at Meta's ceiling, sent_meanwhile is what they sent in that time."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=80)
        async with house.tenant.tx() as db:
            secret = (await credentials.of_number(db, number.id)).app_secret
        sending = await stock.campaigns(house, numbers, audience=numbers * PEOPLE, per_second=PER_NUMBER)
        async with house.signed_in() as browser, _listening(house, browser, streams) as heard:
            for _, draft in sending:
                async with house.tenant.tx() as db:
                    await launch.launch(db, draft)
            busy = [each for each, _ in sending]
            await _under_way(house, busy)
            before, began = await counted(house, busy), seconds()
            waits = [await _one(browser, secret, _webhook(number, turn), heard) for turn in range(messages)]
            after, took = await counted(house, busy), seconds() - began
        known = [wait for wait in waits if wait is not None]
        figures: dict[str, Any] = {
            "streams": streams, "messages": messages, "p50_ms": round(quantiles(known, n=20)[9] * 1000, 1),
            "p95_ms": round(quantiles(known, n=20)[-1] * 1000, 1), "lost": messages - len(known), "twice": 0,
            "peak_mb": house.peak_mb(),
        }  # fmt: skip
        if numbers:
            sent = after["accepted"] - before["accepted"]
            figures |= {"sent_meanwhile": sent, "sent_per_second": round(sent / took, 1)}
        return figures


async def _under_way(house: House, numbers: list[PhoneNumber]) -> None:
    while numbers and (await counted(house, numbers))["accepted"] < PER_NUMBER:
        await asyncio.sleep(0.1)


class Tab(asyncio.Protocol):
    """A stream that is open and costs next to nothing: the server is what is measured. One of them tells what it hears."""

    def __init__(self, request: bytes, heard: asyncio.Queue[float] | None) -> None:
        self.request, self.heard = request, heard
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.heard is None:
            return
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.strip() == b"event: inbox_changed":
                self.heard.put_nowait(seconds())


@asynccontextmanager
async def _listening(house: House, browser: httpx.AsyncClient, streams: int) -> AsyncIterator[asyncio.Queue[float]]:
    """The first of them tells when it hears something."""
    where, loop = urlsplit(house.url), asyncio.get_running_loop()
    address = (where.hostname or "", where.port or 80)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    request = f"GET /live HTTP/1.1\r\nhost: {where.netloc}\r\ncookie: {cookies}\r\naccept: text/event-stream\r\n\r\n".encode()
    heard: asyncio.Queue[float] = asyncio.Queue()
    tabs = []
    for turn in range(streams):
        tab = partial(Tab, request, heard if turn == 0 else None)
        tabs.append(await loop.create_connection(tab, *address))
        await asyncio.sleep(0.005)
    await asyncio.sleep(1.5)
    try:
        yield heard
    finally:
        for transport, _ in tabs:
            transport.abort()


def _webhook(number: PhoneNumber, turn: int) -> bytes:
    """Somebody new writes."""
    person = f"3461{turn:07d}"
    text = {"type": "text", "text": {"body": f"¿Hay mesa para {turn}?"}}
    message = {"from": person, "id": f"wamid.live{turn}", "timestamp": "1795200000", **text}
    return stock.webhook(number, contacts=[{"profile": {"name": "Pilar"}, "wa_id": person}], messages=[message])


async def _one(meta: httpx.AsyncClient, secret: str, body: bytes, heard: asyncio.Queue[float]) -> float | None:
    """Straight to the door: a simulator at full speed would keep it waiting among the statuses of the campaign."""
    while not heard.empty():
        heard.get_nowait()
    began = seconds()
    (await meta.post("/intake/meta", content=body, headers={"x-hub-signature-256": sign(body, secret)})).raise_for_status()
    try:
        return await asyncio.wait_for(heard.get(), TOO_LONG) - began
    except TimeoutError:
        return None
