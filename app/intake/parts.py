"""What of an event each workspace may see: its own updates, and what came for nobody if its own secret signed it.

Written in the transaction that settles the event, so that whoever shows it later only has to ask the policies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from app.whatsapp.incoming import UNREADABLE, open_envelope
from app.whatsapp.updates import (
    AccountUpdate,
    BrokenUpdate,
    Echo,
    InboundMessage,
    NumberUpdate,
    PreferenceUpdate,
    StatusUpdate,
    SystemMessage,
    TemplateCategory,
    TemplateQuality,
    TemplateUpdate,
    UnknownUpdate,
    Update,
)  # fmt: skip

KINDS: dict[type, str] = {
    InboundMessage: "messages", SystemMessage: "messages", Echo: "echoes", StatusUpdate: "statuses",
    TemplateUpdate: "templates", TemplateQuality: "templates", TemplateCategory: "templates",
    NumberUpdate: "account", AccountUpdate: "account", PreferenceUpdate: "preferences",
    UnknownUpdate: "unknown", BrokenUpdate: "unreadable",
}  # fmt: skip
LONGEST_ERROR = 2000  # characters


class Place(NamedTuple):
    """What an update is, and about which number of which account. A body of a thousand has one or two of them."""

    what: type
    phone: str
    waba: str


class Tally(Struct, kw_only=True):
    """What was found, in short."""

    kinds: set[str] = msgspec.field(default_factory=set)
    numbers: set[str] = msgspec.field(default_factory=set)
    updates: int = 0
    unrouted: int = 0
    unknown: int = 0
    error: str = ""

    def add(self, place: Place, count: int, *, owned: bool) -> None:
        self.kinds.add(KINDS[place.what])
        if number := place.phone or place.waba:
            self.numbers.add(number)
        self.updates += count
        self.unrouted += 0 if owned or place.what is BrokenUpdate else count
        self.unknown += count if place.what is UnknownUpdate else 0

    def counted(self) -> dict[str, Any]:
        names = ("kinds", "numbers", "updates", "unrouted", "unknown", "error")
        return {name: getattr(self, name) for name in names}


class Part(Tally, kw_only=True):
    """Of one workspace. `body` is cut out of what came for several; None when all of it is theirs."""

    tenant_id: int
    event_id: int
    body: bytes | None = None


class Metadata(Struct, frozen=True):
    phone_number_id: str | int = ""
    display_phone_number: str | int = ""


class Value(Struct, frozen=True):
    metadata: Metadata | None = None


class Change(Struct, frozen=True):
    value: Value = Value()


class Entry(Struct, frozen=True):
    id: str | int = ""
    time: Raw | None = None
    changes: list[Raw] = []


def place_of(update: Update) -> Place:
    return Place(type(update), getattr(update, "phone_number_id", None) or "", update.waba_id)


class Whose:
    """The workspace of each place in one event, as far as those who signed it may speak for it; None is nobody's."""

    def __init__(self, owners: dict[str, int], signers: Sequence[int] | None) -> None:
        self.owners, self.signers = owners, signers

    def of(self, phone: str, waba: str) -> int | None:
        owner = self.owners.get(phone) or self.owners.get(waba)
        return owner if self.signers is None or owner in self.signers else None


def of_event(event_id: int, body: bytes, found: Counter[Place], whose: Whose) -> list[Part]:
    """One for each workspace that may see something. What belongs to nobody is for those who signed it."""
    owners = {place: whose.of(place.phone, place.waba) for place in found}
    signers = whose.signers or ()
    viewers = {owner for owner in owners.values() if owner is not None}
    if None in owners.values():
        viewers |= set(signers)
    parts = []
    for tenant_id in sorted(viewers):
        part = Part(tenant_id=tenant_id, event_id=event_id)
        theirs = {tenant_id, None} if tenant_id in signers else {tenant_id}
        for place, owner in owners.items():
            if owner in theirs:
                part.add(place, found[place], owned=owner is not None)
        if part.unrouted:
            part.numbers |= displays(body) if part.updates == found.total() else set()
        if part.updates < found.total():
            part.body = cut(body, lambda phone, waba, theirs=theirs: whose.of(phone, waba) in theirs)  # type: ignore[misc]
        parts.append(part)
    return parts


def cut(body: bytes, keeps: Callable[[str, str], bool]) -> bytes:
    """The same webhook with fewer changes in it; each of those as it came."""
    entries = []
    for entry in _entries(body):
        kept = [raw for raw in entry.changes if keeps(_phone(raw), str(entry.id))]
        if kept:
            time = {"time": entry.time} if entry.time is not None else {}
            entries.append({"id": str(entry.id), **time, "changes": kept})
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": entries})


def displays(body: bytes) -> set[str]:
    """The numbers as people know them: nobody searches a number that is not connected by its id."""
    found = {_metadata(raw).display_phone_number for entry in _entries(body) for raw in entry.changes}
    return {str(number) for number in found if number}


def _entries(body: bytes) -> list[Entry]:
    entries = []
    try:
        for raw in open_envelope(body).entry:
            entries.append(msgspec.json.decode(raw, type=Entry))
    except UNREADABLE:
        # What cannot be read was counted as such, and is shown to nobody but those to whom all of it belongs.
        return entries
    return entries


def _metadata(change: Raw) -> Metadata:
    try:
        return msgspec.json.decode(change, type=Change).value.metadata or Metadata()
    except UNREADABLE:
        return Metadata()


def _phone(change: Raw) -> str:
    return str(_metadata(change).phone_number_id)
