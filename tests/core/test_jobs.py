"""Jobs of a killed worker run again; one that kills every worker does not."""

from __future__ import annotations

from typing import Any

from app.core import jobs
from app.core.db import Tenant, platform_tx
from tests.conftest import eventually

ran: list[str] = []


@jobs.job(queue="maintenance")
async def note(tenant: Tenant, *, word: str) -> None:
    ran.append(word)


async def killed(word: str, *, attempts: int = 0, once: str | None = None) -> None:
    """As kill -9 leaves a job: running, of a worker that is gone."""
    async with platform_tx() as door:
        await note.later(door, once=once, tenant_id=1, word=word)
        await door.conn.execute(
            "update procrastinate_jobs set status = 'doing', attempts = %s where args ->> 'word' = %s", (attempts, word)
        )


async def left(word: str) -> list[str]:
    async with platform_tx() as door:
        found = await door.conn.execute("select status from procrastinate_jobs where args ->> 'word' = %s", (word,))
        rows: list[Any] = await found.fetchall()
        return [row[0] for row in rows]


async def test_a_job_of_a_killed_worker_runs_again(house: str) -> None:
    await killed("again")
    await jobs.rescue()
    await eventually(lambda: "again" in ran)


async def test_a_job_that_kills_every_worker_is_given_up_and_kept(house: str) -> None:
    await killed("deadly", attempts=jobs.MOST_RUNS)
    await jobs.rescue()
    assert (await left("deadly"), "deadly" in ran) == (["failed"], False)


async def test_a_killed_wake_up_gives_way_to_the_one_that_waits(house: str) -> None:
    await killed("first", once="bell")
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, args, scheduled_at)"
            " values ('maintenance', 'nothing', 'bell', '{\"word\": \"second\"}', now() + interval '1 hour')"
        )
    await jobs.rescue()
    assert (await left("first"), await left("second")) == ([], ["todo"])
