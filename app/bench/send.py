"""How fast a campaign goes out of one `serve` process under every limit, beside a bare loop of the same HTTP client."""

from __future__ import annotations

import asyncio
from statistics import quantiles
from typing import Any

import httpx

from app.bench import stock
from app.bench.house import House, opened
from app.bench.receiving import counted, span
from app.campaigns import launch
from app.core.clock import seconds
from app.core.outbound import new_client
from app.numbers import credentials, portfolio, sending_cap
from app.numbers.phone_number import PhoneNumber
from app.numbers.sending_cap import Cap
from app.whatsapp.meta.client import Meta
from app.whatsapp.template_sending import Parameters, Template, template_request

NUMBERS = 4
PER_NUMBER = 1000  # messages per second: Meta's upgraded throughput
PORTFOLIO = {"business_id": "700100000000017", "limit": "TIER_100K"}  # one for all of them
CAP = 50_000.0  # messages per second of the workspace
BARE_SECONDS = 5.0
BARE_IN_FLIGHT = 100
GIVES_UP_AFTER = 600.0  # seconds
LOOKS_EVERY = 1.0  # seconds


async def run(messages: int) -> dict[str, Any]:
    """Keys: per_second, share_of_client, client_per_second, lost, twice, p95_ms (a page meanwhile), seconds, peak_mb."""
    async with opened() as house:
        sending = await stock.campaigns(house, NUMBERS, audience=messages, per_second=PER_NUMBER, **PORTFOLIO)
        await _limited(house, messages)
        numbers = [number for number, _ in sending]
        client = await bare(house, await stock.connected_number(house, per_second=100_000, statuses=False))
        for _, draft in sending:
            async with house.tenant.tx() as db:
                await launch.launch(db, draft)
        paging = asyncio.create_task(pages(house))
        first, last = await _received(house, numbers, messages)
        waits = await _end(paging)
        told = await counted(house, numbers)
        per_second = messages / max(last - first, 0.001)
        return {
            "per_second": round(per_second, 1), "share_of_client": round(per_second / client, 3),
            "client_per_second": round(client, 1), "lost": messages - told["people"], "twice": told["twice"],
            "p95_ms": round(quantiles(waits, n=20)[-1] * 1000, 1), "seconds": round(last - first, 2),
            "peak_mb": house.peak_mb(),
        }  # fmt: skip


async def bare(house: House, number: PhoneNumber) -> float:
    """Sends per second of the client alone: no database, no rows, no limits."""
    async with house.tenant.tx() as db:
        known = await credentials.of_number(db, number.id)
    meta, sent, end = Meta(new_client(), house.graph_url), 0, seconds() + BARE_SECONDS
    template = Template(stock.TEMPLATE, "es")

    async def loop(worker: int) -> None:
        nonlocal sent
        turn = 0
        while seconds() < end:
            turn += 1
            to = f"+346{20_000_000 + worker * 100_000 + turn:08d}"
            await meta.send(known, template_request(template, to, Parameters(body=["Ana", "A-1"]), "bare"))
            sent += 1

    began = seconds()
    await asyncio.gather(*(loop(worker) for worker in range(BARE_IN_FLIGHT)))
    took = seconds() - began
    await meta.graph.client.aclose()
    return sent / took


async def pages(house: House) -> list[float]:
    """Seconds that a page takes, asked for four times a second while the campaign runs."""
    waits: list[float] = []
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as browser:
        while True:
            began = seconds()
            try:
                (await browser.get("/sign-in")).raise_for_status()
                waits.append(seconds() - began)
                await asyncio.sleep(0.25)
            except asyncio.CancelledError:
                return waits


async def _end(paging: asyncio.Task[list[float]]) -> list[float]:
    paging.cancel()
    return await paging


async def _limited(house: House, messages: int) -> None:
    """What each claim asks besides the number: the workspace's cap, and the people of the day that all numbers share. Neither
    is reached."""
    async with house.tenant.tx() as db:
        await sending_cap.change(db, Cap(per_second=CAP, burst=CAP))
        for each in await portfolio.all(db):
            await portfolio.change(db, each.id, people_by_hand=messages * 2, reserve=messages // 10)


async def _received(house: House, numbers: list[PhoneNumber], messages: int) -> tuple[float, float]:
    """When the first and when the last message arrived. Whoever asks the receiving side takes its time, so seldom."""
    end = seconds() + GIVES_UP_AFTER
    while seconds() < end and (await counted(house, numbers))["people"] < messages:
        await asyncio.sleep(LOOKS_EVERY)
    return await span(house, numbers)
