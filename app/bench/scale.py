"""How sending grows with workers and with numbers: what a thousand sends cost each kind of process, and what bends first."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import httpx

from app.bench import recount, report, stock
from app.bench.house import House, opened
from app.bench.processes import cpu_ms
from app.bench.trial import DELAYS
from app.campaigns import launch
from app.core.clock import seconds
from app.numbers.phone_number import PhoneNumber

WORKERS = (1, 2, 4)
NUMBERS = (1, 10, 100)
PER_NUMBER = 1000  # messages per second: Meta's upgraded throughput
AT_A_TIME = 5  # numbers that are connected at once
NEARLY = 0.9  # of what there is: then that is what bends
GIVES_UP_AFTER = 120.0  # seconds
FLUSHED = 1.2  # seconds until the server's own figures are up to date
COMMITS = "select xact_commit from pg_stat_database where datname = current_database()"


async def run(messages: int) -> dict[str, Any]:
    """Keys: scale, a row for each number of workers and numbers; lost and twice in all."""
    async with opened(commands=("web",)) as house:
        await house.processes.start("worker")
        numbers = await _connected(house, max(NUMBERS))
        await stock.people(house, messages)
        labels = {count: [await _labelled(house, count, share) for share in range(count)] for count in NUMBERS}
        async with house.tenant.tx() as db:
            await db.conn.execute("analyze contacts, contact_identities, contact_labels")
        rows, lost, twice = [], 0, 0
        for workers in WORKERS:
            while len(house.processes.of("worker")) < workers:
                await house.processes.start("worker")
            await asyncio.sleep(2)
            for count in NUMBERS:
                row, told = await _cell(house, numbers[:count], labels[count], messages)
                rows.append({"workers": workers, "numbers": count, **row})
                lost, twice = lost + messages - told["people"], twice + told["twice"]
                report.progress(f"{workers} workers, {count} numbers: {row['per_second']:,} a second; {row['bends']}")
        return {"scale": rows, "lost": lost, "twice": twice, "peak_mb": house.peak_mb()}


async def _connected(house: House, count: int) -> list[PhoneNumber]:
    numbers: list[PhoneNumber] = []
    while len(numbers) < count:
        wave = (
            stock.connected_number(house, per_second=PER_NUMBER, delay_ms=DELAYS)
            for _ in range(min(AT_A_TIME, count - len(numbers)))
        )
        numbers += await asyncio.gather(*wave)
    report.progress(f"{count} numbers are connected")
    return numbers


async def _labelled(house: House, count: int, share: int) -> int:
    return await stock.labelled(house, f"{share} of {count}", share=share, of=count)


async def _cell(
    house: House, numbers: list[PhoneNumber], labels: list[int], messages: int
) -> tuple[dict[str, Any], dict[str, int]]:
    drafts = [await stock.campaign(house, number, label_id=label) for number, label in zip(numbers, labels, strict=True)]
    async with httpx.AsyncClient(base_url=house.graph_url, timeout=30) as graph:
        await graph.delete("/simulator/received")
        before, commits, began = _spent(house), await recount.value(house, COMMITS), seconds()
        # While the last of a hundred are launched, the first ones are sending.
        beginning = asyncio.create_task(_accepted(graph, 1))
        for draft in drafts:
            async with house.tenant.tx() as db:
                await launch.launch(db, draft)
        first, last = await beginning, await _accepted(graph, messages)
        busy = sum(_difference(before, _spent(house)).values()) / ((last - began) * 1000 * (os.cpu_count() or 1))
        await _settled(house)
        await asyncio.sleep(FLUSHED)
        spent = _difference(before, _spent(house))
        told = dict((await graph.get("/simulator/received")).json())
    per_second = messages / max(last - first, 0.001)
    thousands = messages / 1000
    row = {
        "per_second": round(per_second, 1),
        "commits": round((await recount.value(house, COMMITS) - commits) / thousands, 1),
        **{f"{kind}_ms": round(used / thousands, 1) for kind, used in spent.items()},
        "busy": f"{busy:.0%}",
        "bends": _bends(per_second, len(numbers), busy, spent),
    }
    return row, told


def _spent(house: House) -> dict[str, float]:
    """Milliseconds of the processors so far, by kind of process."""
    kinds = {kind: cpu_ms(*(each.pid for each in house.processes.of(kind))) for kind in ("web", "worker", "simulator")}
    return {**kinds, "postgres": cpu_ms(house.postgres, children=True)}


def _difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {kind: after[kind] - before[kind] for kind in before}


def _bends(per_second: float, numbers: int, busy: float, spent: dict[str, float]) -> str:
    if per_second >= NEARLY * PER_NUMBER * numbers:
        return "the numbers' own limit"
    if busy >= NEARLY:
        return f"the processors, mostly {max(spent, key=lambda kind: spent[kind])}"
    return "waiting: for commits, locks and turns"


async def _accepted(graph: httpx.AsyncClient, messages: int) -> float:
    """When so many were accepted."""
    end = seconds() + GIVES_UP_AFTER
    while seconds() < end and (await graph.get("/simulator/received")).json()["accepted"] < messages:
        await asyncio.sleep(0.05)
    return seconds()


async def _settled(house: House) -> None:
    """Until every status is in its row."""
    statement = (
        "select exists (select from campaign_recipients where status in ('pending', 'retry', 'sending', 'uncertain', 'sent'))"
    )
    end = seconds() + GIVES_UP_AFTER
    while seconds() < end and await recount.value(house, statement):
        await asyncio.sleep(0.2)
