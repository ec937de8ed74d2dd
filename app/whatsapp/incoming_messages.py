"""One message element of a webhook, of any kind that WhatsApp knows or will invent."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct

from app.whatsapp.updates import (
    Answer,
    Echo,
    InboundMessage,
    Location,
    Media,
    Person,
    Reaction,
    SystemMessage,
    Trouble,
)

Json = dict[str, Any]

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
ANSWER_KINDS = {"button_reply": "button", "list_reply": "list", "nfm_reply": "flow"}

ELEMENT = msgspec.json.Decoder(Json)


class Where(Struct, frozen=True):
    """The number that a change is about, and the people whom it introduces by wa_id and by BSUID."""

    waba_id: str
    phone_number_id: str
    people: dict[str, Person]

    def person(self, wa_id: str | None, bsuid: str | None, parent_bsuid: str | None = None) -> Person:
        known = self.people.get(wa_id or "") or self.people.get(bsuid or "") or Person()
        return Person(
            wa_id=wa_id or known.wa_id,
            bsuid=bsuid or known.bsuid,
            parent_bsuid=parent_bsuid or known.parent_bsuid,
            username=known.username,
            name=known.name,
        )


def text_of(element: Json, key: str) -> str | None:
    """The text under a key; Meta leaves out or empties what it does not know, which is the same to us."""
    value = element.get(key)
    return str(value) if value or value == 0 else None


def moment(seconds: Any) -> datetime:
    """The time of a timestamp in seconds since 1970, which Meta writes as text or as a number."""
    return datetime.fromtimestamp(float(seconds), UTC)


def people(contacts: list[Any] | None) -> dict[str, Person]:
    """The people of a change by each of their ids. An odd contact is left out: it only lends names to the messages."""
    known = [person(contact) for contact in contacts or () if isinstance(contact, dict)]
    return {key: someone for someone in known for key in (someone.wa_id, someone.bsuid) if key}


def person(contact: Json) -> Person:
    profile = contact.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    username = text_of(profile, "username")
    return Person(
        wa_id=text_of(contact, "wa_id"),
        bsuid=text_of(contact, "user_id"),
        parent_bsuid=text_of(contact, "parent_user_id"),
        username=username and username.removeprefix("@"),
        name=text_of(profile, "name"),
    )


def read_message(where: Where, raw: Raw) -> InboundMessage | SystemMessage:
    message = ELEMENT.decode(raw)
    if message["type"] == "system":
        return read_system(where, message)
    sender = where.person(text_of(message, "from"), text_of(message, "from_user_id"), text_of(message, "from_parent_user_id"))
    return InboundMessage(sender=sender, **told(where, message))


def read_echo(where: Where, raw: Raw) -> Echo:
    message = ELEMENT.decode(raw)
    return Echo(recipient=where.person(text_of(message, "to"), text_of(message, "to_user_id")), **told(where, message))


def read_system(where: Where, message: Json) -> SystemMessage:
    system = message["system"]
    before = text_of(system, "customer") or text_of(message, "from")
    return SystemMessage(
        phone_number_id=where.phone_number_id,
        waba_id=where.waba_id,
        wamid=message["id"],
        at=moment(message["timestamp"]),
        event=text_of(system, "type") or "unknown",
        text=text_of(system, "body"),
        previous=Person(
            wa_id=text_of(system, "previous_wa_id") or digits(before),
            bsuid=text_of(system, "previous_user_id") or text_of(message, "from_user_id"),
            parent_bsuid=text_of(system, "previous_parent_user_id"),
        ),
        person=Person(
            wa_id=text_of(system, "wa_id"),
            bsuid=text_of(system, "user_id"),
            parent_bsuid=text_of(system, "parent_user_id"),
        ),
        raw=message,
    )


def digits(number: str | None) -> str | None:
    return number if number and re.fullmatch(r"\d+", number) else None


def told(where: Where, message: Json) -> Json:
    """The fields that every message has, whoever wrote it, for one of the structs."""
    context = message.get("context") or {}
    return {
        "phone_number_id": where.phone_number_id,
        "waba_id": where.waba_id,
        "wamid": message["id"],
        "sent_at": moment(message["timestamp"]),
        "kind": message["type"],
        "context_wamid": text_of(context, "id"),
        "context_from": text_of(context, "from"),
        "forwarded": bool(context.get("forwarded") or context.get("frequently_forwarded")),
        "frequently_forwarded": bool(context.get("frequently_forwarded")),
        "referral": message.get("referral") or None,
        "group_id": text_of(message, "group_id"),
        "trouble": trouble(message.get("errors")),
        "raw": message,
    } | content(message["type"], message)


def trouble(errors: list[Json] | None) -> Trouble | None:
    if not errors:
        return None
    first = errors[0]
    details = text_of(first.get("error_data") or {}, "details")
    return Trouble(code=int(first["code"]), title=text_of(first, "title") or text_of(first, "message"), details=details)


def content(kind: str, message: Json) -> Json:
    """What this kind of message adds. A kind that nobody has met adds nothing: its raw element is kept."""
    body: Any = message.get(kind)
    if kind in MEDIA_KINDS:
        file = media(body)
        return {"media": file, "text": file.caption}
    match kind, body:
        case "text", {"body": str(text)}:
            return {"text": text}
        case "location", dict():
            return {"location": location(body), "text": text_of(body, "name") or text_of(body, "address")}
        case "contacts", list():
            return {"contacts": body}
        case "order", dict():
            return {"order": body, "text": text_of(body, "text")}
        case _:
            return response(kind, body)


def response(kind: str, body: Any) -> Json:
    """What the kinds that refer to an earlier message add."""
    match kind, body:
        case "button", dict():
            title = text_of(body, "text")
            return {"answer": Answer("template_button", text_of(body, "payload"), title), "text": title}
        case "interactive", dict():
            reply = answer(body)
            return {"answer": reply, "text": reply.title}
        case "reaction", {"message_id": str(wamid)}:
            return {"reaction": Reaction(wamid, text_of(body, "emoji"))}
        case "edit", {"original_message_id": str(wamid), "message": {"type": str(inner)} as edited}:
            return content(inner, edited) | {"target_wamid": wamid}
        case "revoke", {"original_message_id": str(wamid)}:
            return {"target_wamid": wamid}
        case _:
            return {}


def media(body: Json) -> Media:
    return Media(
        id=body["id"],
        mime_type=text_of(body, "mime_type"),
        sha256=text_of(body, "sha256"),
        filename=text_of(body, "filename"),
        caption=text_of(body, "caption"),
        voice=bool(body.get("voice")),
        animated=bool(body.get("animated")),
        url=text_of(body, "url"),
    )


def location(body: Json) -> Location:
    return Location(
        latitude=float(body["latitude"]),
        longitude=float(body["longitude"]),
        name=text_of(body, "name"),
        address=text_of(body, "address"),
        url=text_of(body, "url"),
    )


def answer(interactive: Json) -> Answer:
    kind = text_of(interactive, "type") or next(iter(interactive), "unknown")
    reply = interactive.get(kind) or {}
    if kind != "nfm_reply":
        return Answer(
            ANSWER_KINDS.get(kind, kind),
            text_of(reply, "id"),
            text_of(reply, "title"),
            text_of(reply, "description"),
            data=None if kind in ANSWER_KINDS else reply,
        )
    name = text_of(reply, "name")
    return Answer(
        "address_message" if name == "address_message" else "flow",
        title=text_of(reply, "body"),
        data=msgspec.json.decode(reply.get("response_json") or "{}", type=Json),
    )
