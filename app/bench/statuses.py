"""Statuses of a campaign's messages, shuffled and repeated, through the real webhook into the rows."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from app.bench import posting, recount, report, stock
from app.bench.house import House, opened
from app.core.clock import seconds
from app.core.db import platform_tx
from app.numbers import credentials
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.signature import sign

IN_A_BODY = 1000
REPEATED = 0.1  # of all statuses
READ = 0.6  # of the people
LOOKS_EVERY = 0.05  # seconds
SENT = """
    with sent as (
      insert into campaign_recipients (campaign_id, contact_id, address, status, attempt, wamid, sent_at)
      select %s, id, '+346' || id, 'sent', 1, 'wamid.bench' || id, to_timestamp(1795000000) from contacts returning id)
    select array_agg(id) from sent"""


async def run(messages: int) -> dict[str, Any]:
    """Keys: per_second of statuses until the last one is in its row, rises_per_second of those that were news, lost (people
    whose row is behind), unequal counters, peak_mb."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=1000)
        await stock.people(house, messages)
        ids = await _sent(house, number)
        read = set(random.sample(ids, int(messages * READ)))
        async with house.tenant.tx() as db:
            secret = (await credentials.of_number(db, number.id)).app_secret
        statuses = _shuffled(ids, read)
        url = f"{house.url}/intake/meta"
        bodies = [
            stock.webhook(number, statuses=statuses[first : first + IN_A_BODY]) for first in range(0, len(statuses), IN_A_BODY)
        ]
        requests = [posting.request(url, body, sign(body, secret)) for body in bodies]
        report.progress(f"{len(statuses):,} statuses of {messages:,} messages")
        began = seconds()
        await posting.post(url, requests)
        behind = await _applied(house, len(read), messages)
        took = seconds() - began
        return {
            "per_second": round(len(statuses) / took, 1), "rises_per_second": round((messages + len(read)) / took, 1),
            "statuses": len(statuses), "lost": behind, "twice": 0, "unequal": len(await recount.unequal(house)),
            "seconds": round(took, 2), "peak_mb": house.peak_mb(),
        }  # fmt: skip


async def _sent(house: House, number: PhoneNumber) -> list[int]:
    campaign_id = await stock.campaign(house, number)
    ids = await recount.value(house, SENT, campaign_id)
    async with house.tenant.tx() as db:
        await db.conn.execute(
            "update campaigns set status = 'completed', launched_at = now(), finished_at = now() where id = %s", (campaign_id,)
        )
        await db.conn.execute("analyze campaign_recipients")
    return list(ids)


def _shuffled(ids: list[int], read: set[int]) -> list[dict[str, str]]:
    """delivered and read come before sent as often as after it."""
    told = [_status(id_, status) for id_ in ids for status in ("sent", "delivered")]
    told += [_status(id_, "read") for id_ in read]
    told += random.sample(told, int(len(told) * REPEATED))
    random.shuffle(told)
    return told


def _status(id_: int, status: str) -> dict[str, str]:
    return {
        "id": f"wamid.bench{id_}", "status": status, "timestamp": "1795000100", "recipient_id": "34600000000",
        "biz_opaque_callback_data": f"c:{id_}:1",
    }  # fmt: skip


async def _applied(house: House, read: int, messages: int) -> int:
    """Waits until the journal is read; how many rows do not say what they should."""
    while await _waiting():
        await asyncio.sleep(LOOKS_EVERY)
    statement = "select count(*) filter (where read_at is not null), count(*) filter (where delivered_at is not null)"
    async with house.tenant.tx() as db:
        row = await (await db.conn.execute(f"{statement} from campaign_recipients")).fetchone()
    return abs(row[0] - read) + abs(row[1] - messages) if row else messages


async def _waiting() -> bool:
    async with platform_tx() as door:
        found = await door.conn.execute("select exists (select from intake_events where state = 'waiting')")
        row = await found.fetchone()
    return bool(row and row[0])
