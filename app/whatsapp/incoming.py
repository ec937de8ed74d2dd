"""From the bytes of a webhook to what happened: every element is read on its own, so a broken one harms no other."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw, Struct

from app.whatsapp.incoming_accounts import ACCOUNT_FIELDS, read_account
from app.whatsapp.incoming_messages import Where, moment, people, read_echo, read_message, text_of
from app.whatsapp.updates import BrokenUpdate, PreferenceUpdate, Pricing, StatusUpdate, Trouble, UnknownUpdate, Update

# What reading a stranger's JSON can raise; each of them means that this element is not what we expect.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class Envelope(Struct, frozen=True):
    entry: list[Raw] = []


class Entry(Struct, frozen=True):
    id: str | int = ""
    time: int | float | str | None = None
    changes: list[Raw] = []


class Change(Struct, frozen=True):
    value: Raw
    field: str = ""


class Metadata(Struct, frozen=True):
    phone_number_id: str | int = ""


class Value(Struct, frozen=True):
    metadata: Metadata | None = None
    contacts: list[Any] | None = None
    messages: list[Raw] | None = None
    statuses: list[Raw] | None = None
    message_echoes: list[Raw] | None = None
    user_preferences: list[Raw] | None = None
    errors: Any = None
    user_actions: Any = None


class ErrorData(Struct, frozen=True):
    details: str | None = None


class StatusError(Struct, frozen=True):
    code: int | str | None = None
    title: str | None = None
    message: str | None = None
    error_data: ErrorData | None = None


class Status(Struct, frozen=True):
    id: str
    status: str
    timestamp: str | int
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_parent_user_id: str | None = None
    recipient_participant_id: str | None = None
    recipient_participant_user_id: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: Pricing | None = None
    errors: list[StatusError] | None = None


ENVELOPE = msgspec.json.Decoder(Envelope)
ENTRY = msgspec.json.Decoder(Entry)
CHANGE = msgspec.json.Decoder(Change)
VALUE = msgspec.json.Decoder(Value)
STATUS = msgspec.json.Decoder(Status)
ELEMENT = msgspec.json.Decoder(dict[str, Any])


def updates(body: bytes) -> Iterator[Update]:
    """Everything that a webhook body tells. Never raises: what cannot be read comes out as BrokenUpdate."""
    try:
        envelope = open_envelope(body)
    except UNREADABLE as error:
        yield BrokenUpdate(raw=body, error=repr(error))
        return
    for entry in envelope.entry:
        yield from guarded(entry, read_entry)


def open_envelope(body: bytes) -> Envelope:
    # Postgres can store NUL neither in text nor in jsonb, and one such character would stop a batch for 7 days.
    if b"\\u0000" in body:
        body = ESCAPED_NUL.sub(rb"\1", body)
    try:
        body.decode()
        return ENVELOPE.decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Half a surrogate pair or broken UTF-8 would cost the whole body; the standard library lets us mend them.
        mended = json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False)
        return ENVELOPE.decode(mended.encode(errors="replace"))


def guarded(raw: Raw, read: Callable[[Raw], Iterator[Update]], waba_id: str = "") -> Iterator[Update]:
    try:
        yield from read(raw)
    except UNREADABLE as error:
        yield BrokenUpdate(raw=bytes(raw), error=repr(error), waba_id=waba_id)


def read_entry(raw: Raw) -> Iterator[Update]:
    entry = ENTRY.decode(raw)
    for change in entry.changes:
        yield from guarded(change, partial(read_change, entry), str(entry.id))


def read_change(entry: Entry, raw: Raw) -> Iterator[Update]:
    change = CHANGE.decode(raw)
    at = None if entry.time is None else moment(entry.time)
    if change.field in ACCOUNT_FIELDS:
        yield read_account(change.field, ELEMENT.decode(change.value), waba_id=str(entry.id), at=at)
        return
    value = VALUE.decode(change.value)
    where = Where(str(entry.id), str(value.metadata.phone_number_id) if value.metadata else "", people(value.contacts))
    if change.field in ("messages", ""):
        yield from elements(value.messages, read_message, where)
        yield from elements(value.statuses, read_status, where)
        strange = value.errors or value.user_actions or not (value.messages or value.statuses)
    else:
        yield from elements(value.message_echoes, read_echo, where)
        yield from elements(value.user_preferences, read_preference, where)
        strange = change.field == "history" or not (value.message_echoes or value.user_preferences)
    if strange:
        yield UnknownUpdate(
            waba_id=where.waba_id,
            field=change.field,
            phone_number_id=where.phone_number_id or None,
            raw=msgspec.json.decode(change.value),
        )


def elements(raws: list[Raw] | None, read: Callable[[Where, Raw], Update], where: Where) -> Iterator[Update]:
    for raw in raws or ():
        try:
            yield read(where, raw)
        except UNREADABLE as error:
            yield BrokenUpdate(
                raw=bytes(raw), error=repr(error), waba_id=where.waba_id, phone_number_id=where.phone_number_id or None
            )


def read_status(where: Where, raw: Raw) -> StatusUpdate:
    status = STATUS.decode(raw)
    return StatusUpdate(
        phone_number_id=where.phone_number_id,
        waba_id=where.waba_id,
        wamid=status.id,
        status=status.status,
        at=moment(status.timestamp),
        recipient_id=status.recipient_id or None,
        recipient_user_id=status.recipient_user_id or None,
        recipient_parent_user_id=status.recipient_parent_user_id or None,
        participant_id=status.recipient_participant_id or status.recipient_participant_user_id or None,
        callback=status.biz_opaque_callback_data or None,
        trouble=trouble(status.errors[0]) if status.errors else None,
        pricing=status.pricing,
    )


def trouble(error: StatusError) -> Trouble:
    return Trouble(
        code=None if error.code is None else int(error.code),
        title=error.title or error.message,
        details=error.error_data.details if error.error_data else None,
    )


def read_preference(where: Where, raw: Raw) -> PreferenceUpdate:
    preference = ELEMENT.decode(raw)
    if preference["value"] not in ("stop", "resume"):
        raise ValueError(preference["value"])
    return PreferenceUpdate(
        phone_number_id=where.phone_number_id,
        waba_id=where.waba_id,
        person=where.person(text_of(preference, "wa_id"), text_of(preference, "user_id")),
        wants_marketing=preference["value"] == "resume",
        at=moment(preference["timestamp"]),
        detail=text_of(preference, "detail"),
    )
