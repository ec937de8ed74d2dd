"""From a person's message arriving as a webhook to the agent's screen: how long, with many streams open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Any

import httpx

from app.bench import report, stock
from app.bench.house import House, opened
from app.bench.receiving import counted
from app.campaigns import launch
from app.core.clock import seconds
from app.numbers.phone_number import PhoneNumber

TOO_LONG = 5.0  # seconds
NUMBERS, PER_NUMBER = 4, 1000  # of the campaign beside it, in messages per second
PEOPLE = 80_000  # more than go out while it is measured
OPEN_AT_ONCE = 20  # streams


async def run(messages: int, *, streams: int = 50, campaign: bool = False) -> dict[str, Any]:
    """Keys: p50_ms, p95_ms from the customer's press to the event in an agent's stream; lost counts events that never came;
    with a campaign, sent_meanwhile is what it sent in that time."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=80)
        sending = await _campaigns(house) if campaign else []
        async with house.signed_in() as browser, _listening(browser, streams) as heard:
            for draft in [draft for _, draft in sending]:
                async with house.tenant.tx() as db:
                    await launch.launch(db, draft)
            numbers = [each for each, _ in sending]
            await _under_way(house, numbers)
            before, began = await counted(house, numbers), seconds()
            waits = [await _one(house, number, heard, turn) for turn in range(messages)]
            after, took = await counted(house, numbers), seconds() - began
        known = [wait for wait in waits if wait is not None]
        figures: dict[str, Any] = {
            "streams": streams, "messages": messages, "p50_ms": round(quantiles(known, n=20)[9] * 1000, 1),
            "p95_ms": round(quantiles(known, n=20)[-1] * 1000, 1), "lost": messages - len(known), "twice": 0,
            "peak_mb": house.peak_mb(),
        }  # fmt: skip
        if campaign:
            sent = after["accepted"] - before["accepted"]
            figures |= {"sent_meanwhile": sent, "sent_per_second": round(sent / took, 1)}
        return figures


async def _campaigns(house: House) -> list[tuple[PhoneNumber, int]]:
    await stock.people(house, PEOPLE)
    made = []
    for place in range(NUMBERS):
        number = await stock.connected_number(house, per_second=PER_NUMBER)
        label = await stock.labelled(house, f"bench {place}", share=place, of=NUMBERS)
        made.append((number, await stock.campaign(house, number, label_id=label)))
    async with house.tenant.tx() as db:
        await db.conn.execute("analyze contacts, contact_identities, contact_labels")
    report.progress(f"{PEOPLE:,} people for the campaign beside it")
    return made


async def _under_way(house: House, numbers: list[PhoneNumber]) -> None:
    while numbers and (await counted(house, numbers))["accepted"] < PER_NUMBER:
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _listening(browser: httpx.AsyncClient, streams: int) -> AsyncIterator[asyncio.Queue[float]]:
    """The first of them tells when it hears something."""
    browser.timeout = httpx.Timeout(None)
    heard: asyncio.Queue[float] = asyncio.Queue()
    opened_streams: list[asyncio.Task[None]] = []
    for turn in range(streams):
        opened_streams.append(asyncio.create_task(_listen(browser, heard if turn == 0 else None)))
        if turn % OPEN_AT_ONCE == 0:
            await asyncio.sleep(0.1)
    await asyncio.sleep(1.5)
    try:
        yield heard
    finally:
        for stream in opened_streams:
            stream.cancel()
        await asyncio.gather(*opened_streams, return_exceptions=True)


async def _listen(browser: httpx.AsyncClient, heard: asyncio.Queue[float] | None) -> None:
    async with browser.stream("GET", "/live") as stream:
        async for line in stream.aiter_lines():
            if heard is not None and line.strip() == "event: inbox_changed":
                heard.put_nowait(seconds())


async def _one(house: House, number: PhoneNumber, heard: asyncio.Queue[float], turn: int) -> float | None:
    while not heard.empty():
        heard.get_nowait()
    message = {"type": "text", "text": {"body": f"¿Hay mesa para {turn}?"}}
    wish = {"phone_number_id": number.phone_number_id, "from": f"3461{turn:07d}", "name": "Pilar", "message": message}
    async with httpx.AsyncClient(base_url=house.graph_url, timeout=20) as graph:
        began = seconds()
        (await graph.post("/simulator/inbound", json=wish)).raise_for_status()
    try:
        return await asyncio.wait_for(heard.get(), TOO_LONG) - began
    except TimeoutError:
        return None
