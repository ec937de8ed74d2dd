"""Request bodies for all that can be sent. Each carries a callback: our id, which every status brings back."""

import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

Json = dict[str, Any]

CALLBACK_LENGTH = 512  # characters that WhatsApp keeps of biz_opaque_callback_data
BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")

encode = msgspec.json.Encoder().encode


class Row(Struct, frozen=True):
    """One choice of a list, or one reply button: what is shown, and the id that comes back."""

    id: str
    title: str
    description: str | UnsetType = UNSET


class Section(Struct, frozen=True):
    title: str
    rows: Sequence[Row]


class File(Struct, frozen=True, omit_defaults=True):
    """A file to send: an id of an upload on the same number, or a public link."""

    id: str | None = None
    link: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False


class Place(Struct, frozen=True, omit_defaults=True):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


def is_bsuid(to: str) -> bool:
    return BSUID.fullmatch(to) is not None


def address(to: str) -> Json:
    """How a recipient is named. A phone number needs its plus, or one that looks local gets our country's code."""
    if is_bsuid(to):
        return {"recipient": to}
    return {"to": to if to.startswith("+") else f"+{to}"}


def message(to: str, kind: str, content: Any, *, callback: str, reply_to: str | None = None) -> bytes:
    """Any kind of message; the builders below know the content of each."""
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "type": kind, kind: content}
    body |= address(to)
    body["biz_opaque_callback_data"] = callback
    if reply_to:
        body["context"] = {"message_id": reply_to}
    return encode(body)


def text(to: str, body: str, *, callback: str, reply_to: str | None = None) -> bytes:
    return message(to, "text", {"body": body, "preview_url": True}, callback=callback, reply_to=reply_to)


MediaKind = Literal["image", "video", "audio", "document", "sticker"]


def media(to: str, kind: MediaKind, file: File, *, callback: str, reply_to: str | None = None) -> bytes:
    return message(to, kind, file, callback=callback, reply_to=reply_to)


def location(to: str, place: Place, *, callback: str, reply_to: str | None = None) -> bytes:
    return message(to, "location", place, callback=callback, reply_to=reply_to)


def contacts(to: str, cards: Sequence[Json], *, callback: str, reply_to: str | None = None) -> bytes:
    """Contact cards in Meta's own shape, at most 257; `name.formatted_name` is required in each."""
    return message(to, "contacts", cards, callback=callback, reply_to=reply_to)


def card(name: str, phone: str) -> Json:
    return {"name": {"formatted_name": name, "first_name": name}, "phones": [{"phone": phone, "type": "CELL"}]}


def reaction(to: str, wamid: str, emoji: str, *, callback: str) -> bytes:
    """React to a message of at most 30 days ago; an empty emoji takes the reaction back."""
    return message(to, "reaction", {"message_id": wamid, "emoji": emoji}, callback=callback)


def interactive(to: str, content: Json, *, callback: str, reply_to: str | None = None) -> bytes:
    return message(to, "interactive", content, callback=callback, reply_to=reply_to)


def framed(kind: str, body: str, action: Json, *, header: str | Json = "", footer: str = "") -> Json:
    """The content of an interactive message; a header is a text, or a media header in Meta's shape."""
    content: Json = {"type": kind, "body": {"text": body}, "action": action}
    if header:
        content["header"] = {"type": "text", "text": header} if isinstance(header, str) else header
    if footer:
        content["footer"] = {"text": footer}
    return content


def reply_buttons(choices: Sequence[Row]) -> Json:
    """The action of a `button` message: 1 to 3 buttons with titles of at most 20 characters."""
    return {"buttons": [{"type": "reply", "reply": {"id": row.id, "title": row.title}} for row in choices]}


def list_menu(button: str, sections: Sequence[Section]) -> Json:
    """The action of a `list` message: at most 10 rows over all sections."""
    return {"button": button, "sections": sections}


def link_button(label: str, url: str) -> Json:
    """The action of a `cta_url` message."""
    return {"name": "cta_url", "parameters": {"display_text": label, "url": url}}


def flow_button(label: str, flow_id: str, token: str, *, screen: str, data: Json | None = None) -> Json:
    """The action of a `flow` message. The answer names no flow: `token` is the only thing that comes back."""
    start: Json = {"screen": screen} | ({"data": data} if data else {})
    parameters = {"flow_message_version": "3", "flow_id": flow_id, "flow_token": token, "flow_cta": label}
    return {"name": "flow", "parameters": parameters | {"flow_action": "navigate", "flow_action_payload": start}}


def ask_location(body: str) -> Json:
    """The content of an interactive message that asks for the person's location."""
    return framed("location_request_message", body, {"name": "send_location"})


def ask_phone(body: str) -> Json:
    """The content of an interactive message that asks somebody known only by user id for their number."""
    return framed("request_contact_info", body, {"name": "request_contact_info"})


def read_mark(wamid: str, *, typing: bool = False) -> bytes:
    """Mark a message and all before it as read; `typing` shows "typing…" for up to 25 seconds as well."""
    body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return encode(body)
