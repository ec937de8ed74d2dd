"""kill -9 of the worker in the middle of a campaign, three times; afterwards every person must have it exactly once."""

from __future__ import annotations

import asyncio
from typing import Any

from app.bench import stock
from app.bench.house import House, opened
from app.bench.receiving import counted
from app.campaigns import launch
from app.core.clock import seconds
from app.core.db import Db
from app.numbers.phone_number import PhoneNumber

KILLS = (0.2, 0.45, 0.7)  # shares of the people who have it by then
GRACE = 3  # seconds that an unknown outcome waits for its status; ten minutes in a campaign's own settings
OPEN = ("pending", "retry", "sending", "uncertain")
GIVES_UP_AFTER = 240.0  # seconds


async def run(messages: int) -> dict[str, Any]:
    """Keys: lost, twice, stuck (rows that never settled), kills, seconds."""
    async with opened(commands=("web", "worker")) as house:
        number = await stock.connected_number(house, per_second=1000, latency_ms=[5, 40])
        await stock.people(house, messages)
        label = await stock.labelled(house, "bench", share=0, of=1)
        draft = await stock.campaign(house, number, label_id=label)
        began = seconds()
        async with house.tenant.tx() as db:
            await db.conn.execute("update campaigns set grace_seconds = %s where id = %s", (GRACE, draft))
            await launch.launch(db, draft)
        for share in KILLS:
            await _reached(house, number, int(messages * share))
            (worker,) = house.processes.of("worker")
            await house.processes.kill(worker)
            await house.processes.start("worker")
        stuck = await _settled(house, draft)
        received = await counted(house, [number])
        return {
            "messages": messages, "kills": len(KILLS), "lost": messages - received["people"], "twice": received["twice"],
            "stuck": stuck, "seconds": round(seconds() - began, 1),
        }  # fmt: skip


async def _reached(house: House, number: PhoneNumber, people: int) -> None:
    async with asyncio.timeout(GIVES_UP_AFTER):
        while (await counted(house, [number]))["people"] < people:
            await asyncio.sleep(0.02)


async def _settled(house: House, campaign_id: int) -> int:
    end = seconds() + GIVES_UP_AFTER
    while seconds() < end:
        async with house.tenant.tx() as db:
            left = await _open(db, campaign_id)
        if not left:
            return 0
        await asyncio.sleep(0.3)
    return left


async def _open(db: Db, campaign_id: int) -> int:
    found = await db.conn.execute(
        "select count(*) from campaign_recipients where campaign_id = %s and status = any(%s)", (campaign_id, list(OPEN))
    )
    row = await found.fetchone()
    return int(row[0]) if row else 0
