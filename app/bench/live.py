"""From a person's message arriving as a webhook to the agent's screen: how long, with many streams open."""

from __future__ import annotations

import asyncio
from statistics import quantiles
from typing import Any

import httpx

from app.bench import stock
from app.bench.house import House, opened
from app.core.clock import seconds
from app.numbers.phone_number import PhoneNumber

STREAMS = 50
TOO_LONG = 5.0  # seconds


async def run(messages: int) -> dict[str, Any]:
    """Keys: p50_ms, p95_ms from the customer's press to the event in an agent's stream; lost counts events that never came."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=80)
        async with httpx.AsyncClient(base_url=house.url, timeout=None, limits=httpx.Limits(max_connections=None)) as browser:  # noqa: S113 - streams stay open
            await _sign_in(browser, house)
            heard: asyncio.Queue[float] = asyncio.Queue()
            streams = [asyncio.create_task(_listen(browser, heard if turn == 0 else None)) for turn in range(STREAMS)]
            await asyncio.sleep(1.5)
            waits, lost = [], 0
            for turn in range(messages):
                wait = await _one(house, number, heard, turn)
                if wait is None:
                    lost += 1
                else:
                    waits.append(wait)
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
        return {
            "streams": STREAMS, "messages": messages, "p50_ms": round(quantiles(waits, n=20)[9] * 1000, 1),
            "p95_ms": round(quantiles(waits, n=20)[-1] * 1000, 1), "lost": lost, "twice": 0, "peak_mb": house.peak_mb(),
        }  # fmt: skip


async def _sign_in(browser: httpx.AsyncClient, house: House) -> None:
    await browser.get("/sign-in")
    headers = {"x-csrftoken": browser.cookies["csrf"]}
    answer = await browser.post("/sign-in", data={"email": house.email, "password": house.password}, headers=headers)
    if answer.status_code != 303:
        raise RuntimeError(f"sign-in answered {answer.status_code}")


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
