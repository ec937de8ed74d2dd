"""All that holds a number back, in one place to look at: its rate, its breaker, and the people of its portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements
from app.numbers import breaker, levels, phone_number, portfolio
from app.numbers.breaker import Breaker
from app.numbers.phone_number import PhoneNumber
from app.numbers.portfolio import Freed, Portfolio

q = statements("numbers")


class Limits(msgspec.Struct, frozen=True):
    """`told` is the ceiling that WhatsApp says, `sharing` are the other numbers of the portfolio, and `freed` is by which hour
    how many people more stop counting.
    """

    told: float
    breaker: Breaker
    portfolio: Portfolio
    sharing: list[PhoneNumber]
    freed: list[Freed]


class Share(msgspec.Struct, frozen=True):
    """What a person decides about a portfolio. Without `people` WhatsApp's own limit holds."""

    people: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    reserve: Annotated[int, Meta(ge=0, le=10_000_000)] = 0


class ReserveTooLarge(Exception):
    """Campaigns would reach nobody."""

    message = N_("The reserve has to be smaller than the limit, or campaigns reach nobody.")


async def of(db: Db, number: PhoneNumber) -> Limits:
    shared = await portfolio.of_number(db, number.id)
    others = [each for each in await phone_number.all(db) if each.portfolio_id == shared.id and each.id != number.id]
    freed = by_hour(await portfolio.room(db, shared.id)) if shared.limit else []
    return Limits(levels.LEVELS[levels.of(number)].ceiling, await breaker.of(db, number.id), shared, others, freed)


def by_hour(minutes: Sequence[Freed]) -> list[Freed]:
    """Told at the end of each hour, when all of it is free."""
    hours: dict[datetime, int] = {}
    for each in minutes:
        hour = (each.at - timedelta(minutes=1)).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        hours[hour] = hours.get(hour, 0) + each.people
    return [Freed(hour, people) for hour, people in hours.items()]


async def share(db: Db, shared: Portfolio, wish: Share) -> None:
    """Raises ReserveTooLarge."""
    limit = await db.value(q.people_limit, id=shared.id, people=wish.people)
    if limit is not None and wish.reserve >= limit:
        raise ReserveTooLarge
    await portfolio.change(db, shared.id, people_by_hand=wish.people, reserve=wish.reserve)
