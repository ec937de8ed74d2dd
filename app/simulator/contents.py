"""What Meta checks in a free-form message, type by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.simulator import ids
from app.simulator.errors import GraphError
from app.simulator.state import World

CAPTION, BODY, LONG_BODY, SHORT = 1024, 1024, 4096, 60
ROWS, SECTIONS, BUTTONS, CONTACTS = 10, 10, 3, 257


def check(world: World, kind: str, content: Any) -> None:
    """Raises GraphError 100, 131008, 131009 or 131051."""
    checker = CHECKERS.get(kind)
    if checker is None:
        raise GraphError(131051, f"Unsupported message type {kind}")
    if not isinstance(content, list if kind == "contacts" else dict):
        raise GraphError(100, f"Param {kind} has the wrong type.")
    checker(world, kind, content)


def text_in(content: Any, name: str, longest: int, where: str) -> str:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"Parameter '{where}.{name}' is missing.")
    if len(value) > longest:
        raise GraphError(100, f"Param {where}['{name}'] must be at most {longest} characters long.")
    return value


def text(_: World, kind: str, content: dict[str, Any]) -> None:
    text_in(content, "body", 4096, kind)


def media(world: World, kind: str, content: dict[str, Any]) -> None:
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise GraphError(131008 if not media_id else 131009, f"Param {kind} needs either an id or a link.")
    if link and not str(link).startswith(("http://", "https://")):
        raise GraphError(131009, f"Param {kind}['link'] is not a valid URL.")
    # Files are forgotten at a restart, their ids are not: what was uploaded before is still taken.
    if media_id and media_id not in world.media and not ids.is_minted(str(media_id), ids.MEDIA):
        raise GraphError(100, f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
    caption = content.get("caption")
    if caption is not None and kind in {"audio", "sticker"}:
        raise GraphError(131009, f"Unexpected key 'caption' on param '{kind}'.")
    if caption and len(str(caption)) > CAPTION:
        raise GraphError(100, f"Param {kind}['caption'] must be at most {CAPTION} characters long.")


def location(_: World, __: str, content: dict[str, Any]) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        try:
            fits = abs(float(content[name])) <= most
        except (KeyError, TypeError, ValueError):
            raise GraphError(131008, f"Parameter 'location.{name}' is missing or not a number.") from None
        if not fits:
            raise GraphError(131009, f"Param location['{name}'] is out of range.")


def contacts(_: World, __: str, content: list[Any]) -> None:
    if not 1 <= len(content) <= CONTACTS:
        raise GraphError(131009, f"There are 1 to {CONTACTS} contacts in a message.")
    for contact in content:
        text_in(contact.get("name") if isinstance(contact, dict) else None, "formatted_name", 1000, "contacts.name")


def reaction(_: World, __: str, content: dict[str, Any]) -> None:
    if not str(content.get("message_id") or "").startswith("wamid."):
        raise GraphError(131009, "Param reaction['message_id'] is not a message of this number.")
    if not isinstance(content.get("emoji"), str):
        raise GraphError(131008, "Parameter 'reaction.emoji' is missing.")


def interactive(_: World, __: str, content: dict[str, Any]) -> None:
    kind = content.get("type")
    if kind not in INTERACTIVE:
        raise GraphError(131009, f"Param interactive['type'] does not exist: {kind!r}.")
    text_in(content.get("body"), "text", LONG_BODY if kind == "list" else BODY, "interactive.body")
    header = content.get("header") or {}
    if header.get("type") == "text":
        text_in(header, "text", SHORT, "interactive.header")
    elif header and kind == "list":
        raise GraphError(131009, "The header of a list is a text.")
    if content.get("footer"):
        text_in(content["footer"], "text", SHORT, "interactive.footer")
    action = content.get("action")
    if not isinstance(action, dict):
        raise GraphError(131008, "Parameter 'interactive.action' is missing.")
    INTERACTIVE[kind](action)


def reply_buttons(action: dict[str, Any]) -> None:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= BUTTONS:
        raise GraphError(131009, f"There are 1 to {BUTTONS} reply buttons, not {len(buttons)}.")
    replies = [button.get("reply") for button in buttons]
    titles = [text_in(reply, "title", 20, "action.buttons.reply") for reply in replies]
    names = [text_in(reply, "id", 256, "action.buttons.reply") for reply in replies]
    if len(set(titles)) < len(titles) or len(set(names)) < len(names):
        raise GraphError(131009, "Duplicated title or id in the buttons.")


def list_rows(action: dict[str, Any]) -> None:
    text_in(action, "button", 20, "action")
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(sections) <= SECTIONS or not 1 <= len(rows) <= ROWS:
        raise GraphError(131009, f"A list has 1 to {SECTIONS} sections with {ROWS} rows in all; this one has {len(rows)} rows.")
    if len(sections) > 1:
        for section in sections:
            text_in(section, "title", 24, "action.sections")
    for row in rows:
        text_in(row, "title", 24, "action.sections.rows")
        if len(str(row.get("description") or "")) > 72:
            raise GraphError(131009, "Param description of a row must be at most 72 characters long.")
    names = [text_in(row, "id", 200, "action.sections.rows") for row in rows]
    if len(set(names)) < len(names):
        raise GraphError(131009, "Duplicated id in the rows.")


def link_button(action: dict[str, Any]) -> None:
    parameters = action.get("parameters")
    text_in(parameters, "display_text", 20, "action.parameters")
    url = text_in(parameters, "url", 2000, "action.parameters")
    if not url.startswith(("http://", "https://")):
        raise GraphError(131009, "Param action.parameters['url'] is not a valid URL.")


def flow_button(action: dict[str, Any]) -> None:
    parameters = action.get("parameters")
    text_in(parameters, "flow_cta", 30, "action.parameters")
    if not (parameters and (parameters.get("flow_id") or parameters.get("flow_name"))):
        raise GraphError(131008, "Parameter 'flow_id' is missing.")


def anything(_: dict[str, Any]) -> None:
    """Kinds that need a catalogue or a feature which the simulator does not have: their action is taken as it is."""


INTERACTIVE: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": reply_buttons,
    "list": list_rows,
    "cta_url": link_button,
    "flow": flow_button,
    "location_request_message": anything,
    "request_contact_info": anything,
    "call_permission_request": anything,
    "voice_call": anything,
    "address_message": anything,
    "carousel": anything,
    "product": anything,
    "product_list": anything,
    "catalog_message": anything,
}
CHECKERS: dict[str, Callable[[World, str, Any], None]] = {
    "text": text,
    "image": media,
    "video": media,
    "audio": media,
    "document": media,
    "sticker": media,
    "location": location,
    "contacts": contacts,
    "reaction": reaction,
    "interactive": interactive,
}
