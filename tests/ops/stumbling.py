"""A job that fails until it is told otherwise, and how a workspace comes by a failed one."""

from __future__ import annotations

from typing import Any

import structlog

from app.core import jobs
from app.core.db import Tenant, platform_tx
from app.ops import process
from tests.conftest import Person, eventually

healed: set[str] = set()
ran: list[str] = []
contexts: dict[str, dict[str, Any]] = {}


@jobs.job(queue="maintenance")
async def stumble(tenant: Tenant, *, word: str, contact_id: int) -> None:
    contexts[word] = structlog.contextvars.get_contextvars()
    if word not in healed:
        raise ValueError("No answer from +34 611 482 903 (lucia@correo.example)")
    ran.append(word)


async def a_failed_job(person: Person, word: str) -> int:
    """At its last attempt, by a real worker; its error is told with the next heartbeat."""
    async with person.tenant.tx() as db:
        await stumble.later(db, word=word, contact_id=7)
        made = await db.conn.execute(
            "update procrastinate_jobs set attempts = %s where args ->> 'word' = %s returning id", (jobs.ATTEMPTS, word)
        )
        row = await made.fetchone()
        assert row is not None
        job_id = int(row[0])

    async def failed() -> bool:
        return await state_of(job_id) == "failed"

    await eventually(failed)
    await process.beat(process.Process("serve"))
    return job_id


async def state_of(job_id: int) -> str | None:
    async with platform_tx() as door:
        found = await (await door.conn.execute("select status from procrastinate_jobs where id = %s", (job_id,))).fetchone()
        return str(found[0]) if found else None
