"""Health for the host: alive, and ready to take requests."""

from __future__ import annotations

from litestar import MediaType, Router, get

from app.core.db import platform_tx


@get("/", public=True, media_type=MediaType.TEXT)
async def alive() -> str:
    return "ok"


@get("/ready", public=True, media_type=MediaType.TEXT)
async def ready() -> str:
    async with platform_tx() as door:
        await door.conn.execute("select 1")
    return "ok"


router = Router("/health", route_handlers=[alive, ready])
