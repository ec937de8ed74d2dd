"""How a number behaves: its delays, and the misfortunes that it can be asked to act out."""

from __future__ import annotations

import random
from typing import Annotated, Any

import msgspec

from app.simulator.http import BadRequest

Span = tuple[int, int]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Delays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Milliseconds after acceptance, drawn between the two."""

    sent: Span = (200, 400)
    delivered: Span = (800, 1500)
    read: Span = (2500, 9000)


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    delay_ms: Delays = Delays()
    read_share: Share = 0.6
    failed_share: Share = 0
    repeat: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    shuffle: bool = False
    statuses: bool = True
    accept_but_drop_answer_share: Share = 0
    late_answer_share: Share = 0
    late_answer_ms: Span = (400, 800)
    error_after_accept_share: Share = 0
    refuse_share: Share = 0
    error_code: int = 130429
    limit_people: bool = False  # whether the portfolio's messaging limit is enforced
    held_share: Share = 0  # templates that wait for a quality check, how long, and how many do not pass it
    held_ms: Span = (2000, 2000)
    held_failed_share: Share = 0
    latency_ms: Span = (0, 0)
    review_ms: int = 2000


def changed(behaviour: Behaviour, wishes: dict[str, Any]) -> Behaviour:
    """One `[min, max]` for `delay_ms` or one number for `latency_ms` is short for all of them."""
    settings: dict[str, Any] = msgspec.to_builtins(behaviour)
    delays = wishes.get("delay_ms", {})
    if isinstance(delays, list):
        delays = dict.fromkeys(("sent", "delivered", "read"), delays)
    latency = wishes.get("latency_ms", settings["latency_ms"])
    latency = [latency, latency] if isinstance(latency, int) else latency
    try:
        return msgspec.convert(
            settings | wishes | {"delay_ms": settings["delay_ms"] | delays, "latency_ms": latency}, Behaviour
        )
    except (msgspec.ValidationError, TypeError) as wrong:
        raise BadRequest(f"This behaviour does not exist: {wrong}") from wrong


def draw(span: Span) -> float:
    """Seconds between the two bounds in milliseconds."""
    low, high = span
    return (low if low == high else random.uniform(low, high)) / 1000


def happens(share: float) -> bool:
    return share > 0 and random.random() < share
