"""Who is there: online, away, busy or offline. Said by themselves, or seen from what they do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
import structlog
from msgspec import Meta
from psycopg import Error
from psycopg_pool import PoolTimeout

from app.core import events, live
from app.core.db import Db, Tenant, platform_tx
from app.core.live import hub
from app.core.statements import statements

TOPIC = "availability"
CHANGED = "availability_changed"
STATES = ("online", "away", "busy", "offline")
GONE_AFTER = timedelta(minutes=4)  # without a request and without a stream
LOOKS_EVERY = 60.0  # seconds between two looks at who has a tab open
PERSON = "person:"

log = structlog.get_logger()
q = statements("availability")

State = Literal["online", "away", "busy", "offline"]


class Availability(msgspec.Struct, frozen=True):
    """`chosen` is what they said themselves; without it the state goes by what they do."""

    state: str
    chosen: str | None
    away_after: int
    open: int
    capacity: int | None


class Rest(msgspec.Struct, frozen=True):
    """After how many minutes without a sign somebody is away."""

    away_after: Annotated[int, Meta(ge=1, le=480)]


async def find(db: Db, person_id: int) -> Availability:
    return await db.one(q.find, Availability, id=person_id)


async def choose(db: Db, person_id: int, state: State) -> None:
    """Online goes by what they do from now on; anything else stays until they say otherwise."""
    await db.run(q.choose, id=person_id, state=state, chosen=None if state == "online" else state)
    await live.announce(db, TOPIC, CHANGED)
    if state == "online":
        await events.record(db, "somebody_is_free")


async def rest_after(db: Db, person_id: int, wish: Rest) -> None:
    await db.run(q.rest_after, id=person_id, minutes=wish.away_after)


async def note_activity(db: Db, person_id: int) -> None:
    """They did something just now. Written once a minute; who was away by themselves is back at once."""
    if await db.value(q.note_activity, id=person_id):
        await live.announce(db, TOPIC, CHANGED)
        await events.record(db, "somebody_is_free")


async def settle() -> None:
    """Everybody in every workspace: away who has rested long enough, offline who has gone."""
    async with platform_tx() as door:
        changed = await door.rows(q.settle, gone=GONE_AFTER)
    for row in changed:
        async with Tenant(row["tenant_id"]).tx() as db:
            await live.announce(db, TOPIC, CHANGED)


async def watch_streams() -> None:
    """For ever, in each process that serves pages: who has a stream open is here, though no request says so."""
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        try:
            await note_streams()
        except (Error, PoolTimeout) as problem:
            log.warning("who is here was not noted", reason=str(problem))


async def note_streams() -> None:
    """One statement for all the tabs of this process."""
    here = [(tenant, int(topic.removeprefix(PERSON))) for tenant, topic in hub.queues if topic.startswith(PERSON)]
    if here:
        async with platform_tx() as door:
            await door.run(q.note_seen, tenants=[tenant for tenant, _ in here], people=[person for _, person in here])
