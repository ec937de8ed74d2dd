"""How many signed webhooks one process keeps durably, and how many updates a second it reads from large ones."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg

from app.bench import posting, stock
from app.bench.house import House, opened
from app.bench.posting import Posted
from app.core.clock import seconds
from app.numbers import credentials
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.signature import sign

TICKS = os.sysconf("SC_CLK_TCK")  # the kernel's, in a second
LARGE, UPDATES = 20, 1000


async def run(webhooks: int) -> dict[str, Any]:
    """Keys: per_second, p95 and p99 of small webhooks until they are durable, cpu_per_1000 milliseconds of `serve` for
    them; read_per_second while it catches up; updates_per_second of 1,000-status bodies until they are applied."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=1000)
        async with house.tenant.tx() as db:
            secret = (await credentials.of_number(db, number.id)).app_secret
        before = _cpu(house)
        small = await _post(house, secret, [_body(number, [turn]) for turn in range(webhooks)])
        spent, unread = _cpu(house) - before, _count(house, "state = 'waiting'")
        await _read(house)
        caught_up = seconds() - small.began
        large = [_body(number, range(first, first + UPDATES)) for first in range(webhooks, webhooks + LARGE * UPDATES, UPDATES)]
        began = (await _post(house, secret, large)).began
        await _read(house)
        took_large = seconds() - began
        kept = _count(house, "state = 'done' and unrouted = 0")
        return {
            "per_second": round(webhooks / small.took, 1), "p95_ms": round(quantiles(small.waits, n=20)[-1] * 1000, 1),
            "p99_ms": round(quantiles(small.waits, n=100)[-1] * 1000, 1), "lost": webhooks + LARGE - kept, "twice": 0,
            "cpu_per_1000": round(spent / webhooks * 1_000_000, 1), "unread": unread,
            "read_per_second": round(webhooks / caught_up, 1),
            "updates_per_second": round(LARGE * UPDATES / took_large, 1), "seconds": round(small.took, 2),
            "peak_mb": house.peak_mb(),
        }  # fmt: skip


def _cpu(house: House) -> float:
    """Seconds of processor time that `serve` has had."""
    user, system = Path(f"/proc/{house.server.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def _body(number: PhoneNumber, turns: range | list[int]) -> bytes:
    statuses = [
        {"id": f"wamid.bench{turn}", "status": "delivered", "timestamp": "1795000000", "recipient_id": "34600000000",
         "biz_opaque_callback_data": f"c:{turn + 1}:1"}
        for turn in turns
    ]  # fmt: skip
    return stock.webhook(number, statuses=statuses)


async def _post(house: House, secret: str, bodies: list[bytes]) -> Posted:
    url = f"{house.url}/intake/meta"
    return await posting.post(url, [posting.request(url, body, sign(body, secret)) for body in bodies])


async def _read(house: House) -> None:
    while _count(house, "state = 'waiting'"):
        await asyncio.sleep(0.05)


def _count(house: House, which: str) -> int:
    """Of ours only: the number's own events, such as an approved template, are not counted."""
    with psycopg.connect(house.database_url) as conn:
        conn.execute("select set_config('app.platform', 'on', false)")
        ours = b"wamid.bench"
        found = conn.execute(
            f"select count(*) from intake_events where {which} and position(%s::bytea in body) > 0".encode(), (ours,)
        ).fetchone()
        return int(found[0]) if found else 0
