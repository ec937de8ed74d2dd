"""How fast a number may go: the levels of WhatsApp's throughput, followed by themselves or chosen by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

if TYPE_CHECKING:
    from app.numbers.phone_number import PhoneNumber

q = statements("numbers")


class Level(msgspec.Struct, frozen=True):
    """Messages a second that WhatsApp allows in all, and what campaigns take of them; burst is what may go at once."""

    ceiling: float
    per_second: float
    burst: float


# Meta's page on throughput; TIER_… are those of its older pages. A little is left for answers in the chat, which count as well.
LEVELS = {
    "STANDARD": Level(80, 70, 100),
    "HIGH": Level(1000, 800, 1000),
    "COEXISTENCE": Level(20, 18, 20),
    "TIER_1": Level(40, 35, 50),
    "TIER_2": Level(60, 52, 75),
    "TIER_3": Level(80, 70, 100),
    "TIER_UNLIMITED": Level(1000, 800, 1000),
}

Name: TypeAlias = Literal[
    "AUTOMATIC", "CUSTOM", "STANDARD", "HIGH", "COEXISTENCE", "TIER_1", "TIER_2", "TIER_3", "TIER_UNLIMITED"
]


class TooFast(Exception):
    """More a second than the level allows."""

    message = N_("That is more than WhatsApp allows at this level. Choose less, or another level.")


class Choice(msgspec.Struct, frozen=True):
    """AUTOMATIC follows WhatsApp; CUSTOM keeps its ceiling, with a rate of one's own. What is left out is as in the level."""

    level: Name = "CUSTOM"
    per_second: Annotated[float, Meta(ge=1, le=1000)] | None = None
    burst: Annotated[float, Meta(ge=1, le=1500)] | None = None


def told(throughput: str, *, coexists: bool) -> str:
    """The level in what WhatsApp says of a number."""
    if coexists:
        return "COEXISTENCE"
    return "HIGH" if throughput == "HIGH" else "STANDARD"


def of(number: PhoneNumber) -> str:
    return told(number.throughput, coexists=number.coexists)


def offered(number: PhoneNumber, name: str) -> Level:
    """What a choice of this name begins with."""
    if name == "CUSTOM":
        return Level(LEVELS[of(number)].ceiling, number.per_second, number.burst)
    return LEVELS[of(number) if name == "AUTOMATIC" else name]


async def follow(db: Db, number_id: int, name: str) -> None:
    """What WhatsApp says holds from now on, unless a person has chosen."""
    level = LEVELS[name]
    await db.run(q.follow_level, number_id=number_id, level=name, **msgspec.structs.asdict(level))


async def choose(db: Db, number: PhoneNumber, choice: Choice) -> None:
    """Raises TooFast."""
    level = offered(number, choice.level)
    by_hand = choice.level != "AUTOMATIC"
    per_second, burst = (choice.per_second, choice.burst) if by_hand else (None, None)
    if (per_second or 0) > level.ceiling:
        raise TooFast
    await db.run(
        q.choose_level, number_id=number.id, level=choice.level if by_hand else of(number), by_hand=by_hand,
        ceiling=level.ceiling, per_second=per_second or level.per_second, burst=burst or level.burst,
    )  # fmt: skip
    await live.announce(db, "numbers", "numbers_changed", number.id)
