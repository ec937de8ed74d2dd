"""Thirty days of totals in a workspace with ten million messages, beside a recount of every row."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from statistics import quantiles
from typing import Any

import httpx
from psycopg import AsyncConnection

from app.bench import recount, report, stock
from app.bench.house import House, opened
from app.core.clock import now, seconds
from app.core.statements import statements

CAMPAIGNS, DAYS = 100, 90
FILLERS = 2  # connections that fill at the same time
ASKED, LOADED = 300, 30  # times
ZONE = "Europe/Madrid"

# The rows come without the checks and the indexes that totals do not need, or filling would take an hour; the triggers that
# count are the real ones.
DROP_INDEXES = """
    do $$ declare found record; begin
      for found in select conname from pg_constraint where conrelid = 'campaign_recipients'::regclass and contype = 'u' loop
        execute format('alter table campaign_recipients drop constraint %I', found.conname);
      end loop;
      for found in select indexrelid::regclass as name from pg_index
                    where indrelid = 'campaign_recipients'::regclass and not indisprimary loop
        execute format('drop index %s', found.name);
      end loop;
      for found in select tgname from pg_trigger where tgrelid = 'campaign_recipients'::regclass and not tgisinternal loop
        execute format('alter table campaign_recipients enable always trigger %I', found.tgname);
      end loop;
    end $$"""
FILL = """
    insert into campaign_recipients
      (campaign_id, contact_id, address, status, attempt, sent_at, delivered_at, read_at, failed_at, answered_at)
    select %(campaign)s, %(first)s + n, '+34600000000',
           case when failed then 'failed' when read then 'read' else 'delivered' end, 1, sent_at,
           case when not failed then sent_at + n %% 60 * interval '1 second' end,
           case when read then sent_at + n %% 7200 * interval '1 second' end,
           case when failed then sent_at + interval '2 seconds' end,
           case when read and n %% 12 = 1 then sent_at + interval '3 hours' end
      from (select n, %(at)s::timestamptz + n * interval '21 hours' / %(people)s as sent_at, n %% 33 = 0 as failed,
                   n %% 33 <> 0 and n %% 5 < 3 as read from generate_series(0, %(people)s - 1) n) message"""

q = statements("dashboard")


async def run(messages: int) -> dict[str, Any]:
    """Keys: p50_ms and p95_ms of get_dashboard_stats, 30 days, through the tenant's door; page_p50_ms; equal to the recount."""
    async with opened() as house:
        number = await stock.connected_number(house, per_second=70)
        people = messages // CAMPAIGNS
        await stock.people(house, people)
        campaigns = [await stock.campaign(house, number) for _ in range(CAMPAIGNS)]
        began = seconds()
        await _fill(house, campaigns, people)
        took = seconds() - began
        report.progress(f"{people * CAMPAIGNS:,} messages in {took:.0f} s; asking for their totals")
        waits = [await _ask(house) for _ in range(ASKED)]
        async with house.signed_in() as browser:
            loads = [await _load(browser) for _ in range(LOADED)]
        report.progress("recounting all of them")
        unequal = await recount.unequal(house)
        return {
            "messages": people * CAMPAIGNS, "p50_ms": round(quantiles(waits, n=20)[9] * 1000, 2),
            "p95_ms": round(quantiles(waits, n=20)[-1] * 1000, 2), "page_p50_ms": round(quantiles(loads, n=20)[9] * 1000, 1),
            "equal": not unequal, "fill_seconds": round(took, 1), "peak_mb": house.peak_mb(),
        }  # fmt: skip


async def _fill(house: House, campaigns: list[int], people: int) -> None:
    first = await recount.value(house, "select min(id) from contacts")
    began, step, left = now() - timedelta(days=DAYS), timedelta(days=DAYS - 1) / len(campaigns), list(enumerate(campaigns))
    async with await _superuser(house) as conn:
        await conn.execute(DROP_INDEXES)

    async def filler() -> None:
        async with await _superuser(house) as conn:
            while left:
                turn, campaign = left.pop()
                values = {"campaign": campaign, "first": first, "people": people, "at": began + step * turn}
                await conn.execute(FILL, values)
                if len(left) % 20 == 0:
                    report.progress(f"{(len(campaigns) - len(left)) * people:,} messages")

    await asyncio.gather(*(filler() for _ in range(FILLERS)))
    async with await _superuser(house) as conn:
        await conn.execute("update campaigns set status = 'completed', launched_at = created_at, finished_at = now()")
        await conn.execute(
            "vacuum analyze campaign_recipients, campaigns, campaign_deltas, campaign_counts, stat_deltas, stat_slots"
        )


async def _superuser(house: House) -> AsyncConnection:
    """Only the triggers that fire always do in this session: no foreign key is checked."""
    conn = await AsyncConnection.connect(house.database_url.replace("recado:@", "postgres:@"), autocommit=True)
    await conn.execute("set session_replication_role = replica")
    await conn.execute("select set_config('app.tenant_id', %s, false)", (str(house.tenant.id),))
    return conn


async def _ask(house: House) -> float:
    until = now()
    began = seconds()
    async with house.tenant.tx() as db:
        await db.rows(q.by_day, since=until - timedelta(days=30), until=until, zone=ZONE)
    return seconds() - began


async def _load(browser: httpx.AsyncClient) -> float:
    began = seconds()
    (await browser.get("/dashboard", params={"days": 30})).raise_for_status()
    return seconds() - began
