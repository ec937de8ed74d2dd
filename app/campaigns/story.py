"""What happened with one message, in the order in which it happened: attempts, sent, delivered, read, answered, pressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from app.campaigns.clicks import Link
from app.campaigns.recipient import Attempt, Detail
from app.core.i18n import N_
from app.whatsapp.errors import Failure

AGAIN = N_("It did not work and was tried again")
UNKNOWN = N_("Nobody knew whether it went out")
CAPPED = N_("WhatsApp held it back, because this person gets enough marketing; tried again a day later")
HELD = N_("WhatsApp took it to check its quality first")
FAILED = N_("It failed")
OUTCOMES = {"retry": AGAIN, "unknown": UNKNOWN, "capped": CAPPED, "held": HELD, "failed": FAILED}


class Event(msgspec.Struct, frozen=True):
    """`text` is an English sentence; `kind` is a state of a message, answered or clicked."""

    at: datetime
    kind: str
    text: str
    attempt: int = 0
    failure: Failure | None = None
    detail: str = ""


def of(one: Detail, pressed: Sequence[Link]) -> list[Event]:
    return sorted([*map(_tried, one.story), *_now(one), *_pressed(pressed)], key=lambda event: event.at)


def _tried(attempt: Attempt) -> Event:
    kind = {"failed": "failed", "held": "sent"}.get(attempt.outcome, "uncertain")
    return Event(attempt.at, kind, OUTCOMES.get(attempt.outcome, FAILED), attempt.attempt, attempt.failure)


def _now(one: Detail) -> Iterator[Event]:
    """The latest attempt, as far as it is."""
    if one.sent_at:
        yield Event(one.sent_at, "sent", N_("Sent"), one.attempt)
    if one.delivered_at:
        yield Event(one.delivered_at, "delivered", N_("Delivered"))
    if one.read_at:
        yield Event(one.read_at, "read", N_("Read"))
    if one.failed_at and one.failure:
        yield Event(one.failed_at, "failed", FAILED, one.attempt, one.failure, one.error_detail if one.error_code else "")
    if one.answered_at:
        yield Event(one.answered_at, "answered", N_("Answered"))


def _pressed(pressed: Sequence[Link]) -> Iterator[Event]:
    for link in pressed:
        if link.last_at:
            yield Event(link.last_at, "clicked", N_("Pressed a link"), detail=link.url)
