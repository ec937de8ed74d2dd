"""How many signed webhooks one process keeps durably, and how many updates a second it reads from large ones."""

from __future__ import annotations

import asyncio
from statistics import quantiles
from typing import Any

import msgspec
import psycopg

from app.bench import stock
from app.bench.house import House, opened
from app.core.clock import seconds
from app.core.outbound import exchange, new_client, request_to
from app.numbers import credentials
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.contract import Credentials
from app.whatsapp.signature import sign

IN_FLIGHT = 64


async def run(webhooks: int) -> dict[str, Any]:
    """Keys: per_second and p95/p99 of small webhooks until they are durable; updates_per_second of 1,000-status bodies until
    they are read and applied."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=1000)
        async with house.tenant.tx() as db:
            known = await credentials.of_number(db, number.id)
        waits, took = await _post(house, known, [_body(number, [turn]) for turn in range(webhooks)])
        kept = _count(house, "true")
        await _read(house)
        large = [_body(number, range(webhooks + turn * 1000, webhooks + turn * 1000 + 1000)) for turn in range(20)]
        began = seconds()
        await _post(house, known, large)
        await _read(house)
        took_large = seconds() - began
        return {
            "per_second": round(webhooks / took, 1), "p95_ms": round(quantiles(waits, n=20)[-1] * 1000, 1),
            "p99_ms": round(quantiles(waits, n=100)[-1] * 1000, 1), "lost": webhooks - kept, "twice": 0,
            "updates_per_second": round(len(large) * 1000 / took_large, 1), "seconds": round(took, 2),
            "peak_mb": house.peak_mb(),
        }  # fmt: skip


def _body(number: PhoneNumber, turns: range | list[int]) -> bytes:
    statuses = [
        {"id": f"wamid.bench{turn}", "status": "delivered", "timestamp": "1795000000", "recipient_id": "34600000000",
         "biz_opaque_callback_data": f"c:{turn + 1}:1"}
        for turn in turns
    ]  # fmt: skip
    value = {"messaging_product": "whatsapp", "statuses": statuses,
             "metadata": {"display_phone_number": number.display, "phone_number_id": number.phone_number_id}}  # fmt: skip
    return msgspec.json.encode({
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [{"field": "messages", "value": value}]}],
    })  # fmt: skip


async def _post(house: House, known: Credentials, bodies: list[bytes]) -> tuple[list[float], float]:
    client, waits, left = new_client(), [], list(reversed(bodies))

    async def loop() -> None:
        while left:
            body = left.pop()
            headers = {"content-type": "application/json", "x-hub-signature-256": sign(body, known.app_secret)}
            began = seconds()
            answer = await exchange(client, request_to("POST", f"{house.url}/intake/meta", headers=headers, content=body))
            answer.raise_for_status()
            waits.append(seconds() - began)

    began = seconds()
    await asyncio.gather(*(loop() for _ in range(IN_FLIGHT)))
    took = seconds() - began
    await client.aclose()
    return waits, took


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
