"""What people write to us becomes conversations and messages: a batch at a time, and a repetition changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from app.contacts import identities
from app.contacts.identities import Sender
from app.core import events, live
from app.core.db import Db
from app.core.statements import statements
from app.inbox import handing_out, media, opting
from app.inbox.conversation import CHANGED, TOPIC
from app.whatsapp.updates import Echo, InboundMessage, Message, Person, SystemMessage

# Elements about an earlier message; they are kept beside it, and applied to it whenever both are there.
CHANGES = ("reaction", "edit", "revoke")
KNOWN_KINDS = frozenset({
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive", "order",
})  # fmt: skip

q = statements("receiving")

Element = dict[str, Any]


class Number(msgspec.Struct, frozen=True):
    id: int
    phone_number_id: str
    portfolio: str


class Inserted(msgspec.Struct, frozen=True):
    id: int
    conversation_id: int
    direction: str
    kind: str
    media_id: str | None


async def receive(db: Db, messages: Sequence[InboundMessage | Echo | SystemMessage]) -> None:
    """Effects come only from rows that were really inserted. In the caller's transaction."""
    numbers = await _numbers(db, messages)
    elements = await _elements(db, [each for each in messages if each.phone_number_id in numbers], numbers)
    if not elements:
        return
    rows = Jsonb([element | {"place": place} for place, element in enumerate(elements)])
    await db.tell(q.open_conversations, elements=rows)
    await db.tell(q.lock_conversations, elements=rows)
    inserted = await db.many(q.insert, Inserted, elements=rows)
    if inserted:
        await _follow(db, inserted)


async def _follow(db: Db, inserted: list[Inserted]) -> None:
    ids = [row.id for row in inserted]
    changed = await db.rows(q.apply_changes, ids=ids)
    await db.tell(q.react_to_campaigns, ids=ids)
    people = await db.rows(q.raise_conversations, ids=ids)
    for row in inserted:
        if row.media_id:
            await media.fetch.later(db, message_id=row.id)
    if any(row["is_handed_out"] for row in people):
        await handing_out.hand_out.later(db)
    await db.tell(q.announce, added=ids, changed=[row["id"] for row in changed])
    await live.announce(db, TOPIC, CHANGED)
    if any(row.direction == "in" for row in inserted):
        await opting.listen(db, ids)
        await events.record(db, "messages_received", contact_ids=sorted({row["contact_id"] for row in people}))


async def _numbers(db: Db, messages: Sequence[InboundMessage | Echo | SystemMessage]) -> dict[str, Number]:
    wanted = sorted({each.phone_number_id for each in messages})
    return {found.phone_number_id: found for found in await db.many(q.numbers, Number, phone_number_ids=wanted)}


async def _elements(
    db: Db, messages: Sequence[InboundMessage | Echo | SystemMessage], numbers: dict[str, Number]
) -> list[Element]:
    """A row for each message, its person found. Changed identities come first: what follows is from the new one."""
    elements = [
        await _identity_change(db, each, numbers[each.phone_number_id])
        for each in messages
        if isinstance(each, SystemMessage) and (_is_somebody(each.previous) or _is_somebody(each.person))
    ]
    told = [each for each in messages if not isinstance(each, SystemMessage) and _is_somebody(_person(each))]
    senders = [Sender.of(_person(each), numbers[each.phone_number_id].portfolio) for each in told]
    people = await identities.resolve(db, senders) if told else []
    for each, contact_id in zip(told, people, strict=True):
        elements.append(_element(each) | {"contact_id": contact_id, "number_id": numbers[each.phone_number_id].id})
    return elements


def _person(message: InboundMessage | Echo) -> Person:
    return message.sender if isinstance(message, InboundMessage) else message.recipient


def _is_somebody(person: Person) -> bool:
    return bool(person.wa_id or person.bsuid or person.parent_bsuid or person.username)


async def _identity_change(db: Db, message: SystemMessage, number: Number) -> Element:
    before, now = (Sender.of(person, number.portfolio) for person in (message.previous, message.person))
    if _is_somebody(message.previous) and _is_somebody(message.person):
        contact_id = await identities.moved(db, before, now)
    else:
        (contact_id,) = await identities.resolve(db, [now if _is_somebody(message.person) else before])
    return {
        "contact_id": contact_id, "number_id": number.id, "wamid": message.wamid, "direction": "event", "kind": "system",
        "text": message.text or "", "payload": {"event": message.event, "phone": message.person.wa_id or ""},
        "quoted": None, "at": message.at,
    }  # fmt: skip


def _element(message: InboundMessage | Echo) -> Element:
    """What is kept of a message. A kind that nobody has met keeps all of it."""
    inbound = isinstance(message, InboundMessage)
    element: Element = {
        "wamid": message.wamid, "direction": "in" if inbound else "out", "kind": message.kind, "text": message.text or "",
        "payload": _payload(message), "quoted": message.context_wamid, "at": message.sent_at,
    }  # fmt: skip
    target = message.reaction.wamid if message.reaction else message.target_wamid
    if message.kind in CHANGES and target:
        element |= {"direction": "event", "quoted": target, "payload": {}}
        if message.reaction:
            element |= {"text": message.reaction.emoji or "", "kind": "reaction" if inbound else "reaction_ours"}
    return element


def _payload(message: Message) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if message.media:
        kept = {
            "media_id": message.media.id, "mime": message.media.mime_type, "sha256": message.media.sha256,
            "filename": message.media.filename, "voice": message.media.voice,
        }  # fmt: skip
    for name in ("location", "answer", "referral", "order", "contacts"):
        if value := getattr(message, name):
            kept[name] = msgspec.to_builtins(value)
    if message.forwarded:
        kept["forwarded"] = True
    if message.group_id:
        kept["group_id"] = message.group_id
    if message.trouble:
        kept["trouble"] = msgspec.to_builtins(message.trouble)
    return kept if message.kind in KNOWN_KINDS else kept | {"raw": message.raw}
