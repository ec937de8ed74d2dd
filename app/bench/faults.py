"""What a campaign survives: nobody twice, nobody left out, nothing stuck, every counter equal to its recount."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import msgspec

from app.bench import process_faults, provider_faults, report, stock
from app.bench.house import opened
from app.bench.process_faults import WORKERS
from app.bench.trial import Verdict, endure
from app.core.clock import seconds

GROUPS = ("provider", "processes")
# A small campaign is slower, or it would be over before anybody is killed.
LASTS = 10  # seconds
SLOWEST, FASTEST = 50, 1000  # messages per second


async def run(people: int, *, only: str = "") -> dict[str, Any]:
    """Keys: faults (a row each), lost, twice, stuck and unequal in all, seconds. `only` is one of GROUPS."""
    began, rows = seconds(), list[Verdict]()
    if only in ("", "provider"):
        rows += await _provider(people)
    if only in ("", "processes"):
        rows += await _processes(people)
    return {
        "faults": [msgspec.to_builtins(row) for row in rows], "lost": sum(row.lost for row in rows),
        "twice": sum(row.twice for row in rows), "stuck": sum(row.stuck for row in rows),
        "unequal": sum(len(row.unequal) for row in rows), "seconds": round(seconds() - began, 1),
    }  # fmt: skip


async def _provider(people: int) -> list[Verdict]:
    """All at the same time, each on a number of its own: harder than one after the other, and sooner done."""
    report.progress(f"faults of the provider, {people:,} people each, all at once")
    async with opened() as house:
        await stock.people(house, people)
        async with house.signed_in() as browser:
            place = stock.Place(url=house.url, graph_url=house.graph_url, tenant=house.tenant, browser=browser)
            return list(await asyncio.gather(*(endure(place, fault, people=people) for fault in provider_faults.FAULTS)))


async def _processes(people: int) -> list[Verdict]:
    report.progress(f"faults of our own processes, {people:,} people each, one after the other")
    # Of a server that was killed, lost connections are no news.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    async with opened(commands=("web", *["worker"] * WORKERS), wired=True) as house:
        await stock.people(house, people)
        keeping = asyncio.create_task(house.processes.keep_running())
        try:
            per_second = min(FASTEST, max(SLOWEST, people // LASTS))
            faults = process_faults.faults(house)
            return [await endure(house, fault, people=people, per_second=per_second) for fault in faults]
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
