"""The send rate of a number: a token bucket in a row, shared by all processes; campaigns take from it in their claim.

`sql/functions/campaign_sending.sql` holds the grant itself: number, workspace, portfolio and person in one transaction.
"""

from __future__ import annotations

import msgspec

from app.core import live
from app.core.db import Db
from app.core.statements import statements

q = statements("pacing")


class Pace(msgspec.Struct, frozen=True):
    """Messages per second, and how many may go at once after a pause."""

    per_second: float
    burst: float


async def of(db: Db, number_id: int) -> Pace:
    """Raises NotFound for a number that is not there."""
    return await db.one(q.of, Pace, number_id=number_id)


async def slow_down(db: Db, number_id: int) -> None:
    """The provider said "too fast" (130429): half the rate, which creeps back by a hundredth a second."""
    if await db.run(q.slow_down, number_id=number_id):
        await live.announce(db, "numbers", "numbers_changed", number_id)


async def turn(db: Db, number_id: int, contact_id: int, *, begins: bool) -> float:
    """Seconds until this number may write to this person; 0 takes the turn. `begins`: a template, which counts as begun outside
    the window."""
    return float(await db.value(q.turn, number_id=number_id, contact_id=contact_id, begins=begins) or 0)
