"""Business portfolios: how many people all their numbers together may begin to write to in 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.core import live
from app.core.db import Db
from app.core.statements import statements

q = statements("portfolios")


class Portfolio(msgspec.Struct, frozen=True):
    """`limit` is what counts, by hand or by tier (None: none, or nobody knows it); `used` are people of the last 24 hours."""

    id: int
    meta_id: str
    name: str
    tier: str
    people_by_hand: int | None
    limit: int | None
    reserve: int
    used: int
    numbers: int

    @property
    def left(self) -> int | None:
        """What campaigns may still begin; chats may use the reserve as well."""
        return None if self.limit is None else max(0, self.limit - self.reserve - self.used)


class Freed(msgspec.Struct, frozen=True):
    """When how many people stop counting."""

    at: datetime
    people: int


async def of_number(db: Db, number_id: int) -> Portfolio:
    """Raises NotFound for a number that is not there."""
    return await db.one(q.of_number, Portfolio, number_id=number_id)


async def all(db: Db) -> list[Portfolio]:  # noqa: A001 - read as portfolio.all(db)
    return await db.many(q.listed, Portfolio)


async def room(db: Db, portfolio_id: int) -> Sequence[Freed]:
    """What gets free in the next 24 hours, the soonest first, by the minute."""
    return await db.many(q.room, Freed, id=portfolio_id)


async def change(db: Db, portfolio_id: int, *, people_by_hand: int | None, reserve: int) -> None:
    """Chosen by a person; without a number of people the tier decides again."""
    await db.run(q.change, id=portfolio_id, people_by_hand=people_by_hand, reserve=reserve)
    await live.announce(db, "numbers", "numbers_changed")


async def forget_yesterday(db: Db) -> None:
    """Rows that no longer say anything: nobody counts, and every turn is full again."""
    await db.run(q.forget_minutes)
    await db.run(q.forget_people)
