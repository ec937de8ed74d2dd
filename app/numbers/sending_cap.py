"""What a workspace itself allows in all, whatever its numbers could do. Without one there is no such limit."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.core import live
from app.core.db import Db
from app.core.statements import statements

q = statements("numbers")


class Cap(msgspec.Struct, frozen=True):
    """Messages of campaigns a second, over all numbers together, and how many may go at once after a pause."""

    per_second: Annotated[float, Meta(ge=1, le=100_000)]
    burst: Annotated[float, Meta(ge=1, le=150_000)]


async def find(db: Db) -> Cap | None:
    return await db.maybe(q.find_cap, Cap)


async def change(db: Db, cap: Cap) -> None:
    await db.run(q.change_cap, per_second=cap.per_second, burst=cap.burst)
    await live.announce(db, "numbers", "numbers_changed")


async def remove(db: Db) -> None:
    await db.run(q.remove_cap)
    await live.announce(db, "numbers", "numbers_changed")
