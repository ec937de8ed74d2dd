"""The send rate of a number: a token bucket in a row, shared by all processes, taken in batches."""

from __future__ import annotations

import msgspec

from app.core.db import Db
from app.core.statements import statements

# Meta's default is 80 a second for a number, in and out (Meta's page on throughput); ten are left for people who chat.
TARGET_PER_SECOND = 70
BURST = 100

q = statements("pacing")


class Pace(msgspec.Struct, frozen=True):
    """Messages per second, and how many may go at once after a pause."""

    per_second: float
    burst: float


async def of(db: Db, number_id: int) -> Pace:
    """Raises NotFound for a number that is not there."""
    return await db.one(q.of, Pace, number_id=number_id)


async def take(db: Db, number_id: int, wanted: int) -> int:
    """How many messages may go now, at most `wanted`. The row stays locked until the transaction ends."""
    return int(await db.value(q.take, number_id=number_id, wanted=wanted) or 0)


async def give_back(db: Db, number_id: int, unused: int) -> None:
    """What was taken and found no message."""
    if unused > 0:
        await db.run(q.give_back, number_id=number_id, unused=unused)


async def change(db: Db, number_id: int, per_second: float, burst: float) -> None:
    """Set by a person, or read from the provider."""
    await db.run(q.change, number_id=number_id, per_second=per_second, burst=burst)
