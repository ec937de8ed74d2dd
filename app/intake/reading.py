"""What was read from a webhook, line by line, and what became of each: worked out anew from its bytes when somebody looks."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.core.db import Db
from app.intake.event import Event
from app.intake.parts import KINDS, place_of
from app.numbers import routing
from app.whatsapp.incoming import updates
from app.whatsapp.updates import (
    AccountUpdate,
    BrokenUpdate,
    Echo,
    InboundMessage,
    NumberUpdate,
    Person,
    PreferenceUpdate,
    StatusUpdate,
    SystemMessage,
    TemplateCategory,
    TemplateQuality,
    TemplateUpdate,
    UnknownUpdate,
    Update,
)  # fmt: skip

SHOWN = 100  # of at most 1,000
# Where each kind keeps WhatsApp's word, the person, what it is about and when it was.
TOLD: dict[type, tuple[str, str, str, str]] = {
    InboundMessage: ("kind", "sender", "wamid", "sent_at"),
    Echo: ("kind", "recipient", "wamid", "sent_at"),
    SystemMessage: ("event", "person", "wamid", "at"),
    StatusUpdate: ("status", "recipient_id", "wamid", "at"),
    TemplateUpdate: ("event", "", "name", "at"),
    TemplateQuality: ("quality", "", "name", "at"),
    TemplateCategory: ("category", "", "name", "at"),
    NumberUpdate: ("event", "", "field", "at"),
    AccountUpdate: ("event", "", "field", "at"),
    PreferenceUpdate: ("detail", "person", "", "at"),
    UnknownUpdate: ("field", "", "", ""),
    BrokenUpdate: ("", "", "", ""),
}


class Line(msgspec.Struct, frozen=True):
    """`what` is WhatsApp's word, `who` the person, `reference` its id or name; `fate` is applied, unrouted, unknown,
    unreadable, failed or waiting."""

    kind: str
    what: str
    who: str
    reference: str
    number: str
    at: datetime | None
    fate: str
    error: str = ""


class Reading(msgspec.Struct, frozen=True):
    lines: list[Line]
    total: int


async def of_event(db: Db, event: Event, body: bytes) -> Reading:
    found = list(updates(body))
    places = {place_of(update) for update in found}
    owners = await routing.owners(db, {place.phone for place in places}, {place.waba for place in places})
    broken = any(isinstance(update, BrokenUpdate) for update in found)
    return Reading([_line(update, event, set(owners), broken=broken) for update in found[:SHOWN]], len(found))


def _line(update: Update, event: Event, known: set[str], *, broken: bool) -> Line:
    place = place_of(update)
    owned = place.phone in known or place.waba in known
    what, who, reference, at = _told(update)
    fate = _fate(update, event, owned=owned, broken=broken)
    error = update.error if isinstance(update, BrokenUpdate) else event.error if fate == "failed" else ""
    return Line(KINDS[place.what], what, who, reference, place.phone or place.waba, at, fate, error)


def _fate(update: Update, event: Event, *, owned: bool, broken: bool) -> str:
    """Neighbours of what cannot be read are applied; what fails while it is applied takes its whole webhook with it."""
    if isinstance(update, BrokenUpdate):
        return "unreadable"
    if isinstance(update, UnknownUpdate):
        return "unknown"
    if not owned:
        return "unrouted"
    if event.state == "waiting":
        return "waiting"
    return "failed" if event.error and not broken else "applied"


def _told(update: Update) -> tuple[str, str, str, datetime | None]:
    what, who, reference, at = (getattr(update, name) if name else None for name in TOLD[type(update)])
    return what or "", _name(who) if isinstance(who, Person) else who or "", reference or "", at


def _name(person: Person) -> str:
    return person.name or person.wa_id or person.username or person.bsuid or ""
