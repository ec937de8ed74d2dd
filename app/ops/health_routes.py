"""Health for the host: alive, ready to take requests, and whether anybody works."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import MediaType, Response, Router, get
from psycopg import Error
from psycopg_pool import PoolTimeout

from app.core.db import platform_tx
from app.core.migrate import MIGRATIONS
from app.core.statements import statements
from app.ops import process

ANSWERS_WITHIN = 3.0  # seconds
NAMES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))

q = statements("ops")


class Pulse(msgspec.Struct, frozen=True):
    """A process without names: the host's router asks, and so may anybody."""

    kind: str
    works: bool
    alive: bool
    heartbeat_seconds: float
    uptime_seconds: float
    memory_bytes: int


class Pulses(msgspec.Struct, frozen=True):
    alive: int
    workers: list[Pulse]


@get("/", public=True, media_type=MediaType.TEXT)
async def alive() -> str:
    return "ok"


@get("/ready", public=True, media_type=MediaType.TEXT)
async def ready() -> Response[str]:
    trouble = await _trouble()
    return Response(trouble or "ok", status_code=503 if trouble else 200, media_type=MediaType.TEXT)


@get("/workers", public=True)
async def workers() -> Response[Pulses]:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN), platform_tx() as door:
            known = await process.all(door)
    except (Error, PoolTimeout, TimeoutError):
        known = []
    pulses = [
        Pulse(each.name, each.works, each.alive, round(each.silent, 1), round(each.uptime), each.memory) for each in known
    ]
    working = sum(each.works and each.alive for each in pulses)
    return Response(Pulses(working, pulses), status_code=200 if working else 503)


async def _trouble() -> str:
    """Empty when Postgres answers and every migration of this code is there."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN), platform_tx() as door:
            applied = await door.value(q.migrated, names=NAMES)
    except (Error, PoolTimeout, TimeoutError):
        return "Postgres does not answer"
    return "" if applied == len(NAMES) else f"{len(NAMES) - applied} migrations are missing"


router = Router("/health", route_handlers=[alive, ready, workers])
