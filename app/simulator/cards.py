"""What a template or an interactive message looks like to the person: picture, title, text, footer and buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from app.simulator.state import Template, World

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
MEDIA = ("image", "video", "document", "audio", "sticker")
HERE = {"latitude": 40.4154, "longitude": -3.7074, "name": "Plaza Mayor", "address": "Plaza Mayor, Madrid"}
Part: TypeAlias = dict[str, Any]


class Media(msgspec.Struct, frozen=True):
    kind: str
    url: str = ""  # empty: the simulator no longer has the file
    name: str = ""


class Button(msgspec.Struct, frozen=True):
    """Leads to an address, or says something: then `reply` is the message that a tap sends, in the webhook's shape."""

    key: str
    text: str
    icon: str
    url: str = ""
    reply: Part | None = None
    about: str = ""


class Section(msgspec.Struct, frozen=True):
    title: str
    rows: tuple[Button, ...]


class Card(msgspec.Struct, frozen=True):
    media: Media | None = None
    title: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    menu: str = ""
    sections: tuple[Section, ...] = ()
    cards: tuple[Card, ...] = ()

    def every_button(self) -> Iterator[Button]:
        yield from self.buttons
        for section in self.sections:
            yield from section.rows
        for card in self.cards:
            yield from card.every_button()


def media(world: World, kind: str, part: Part) -> Media:
    url = str(part.get("link") or "")
    if part.get("id") in world.media:
        url = f"/simulator/phone/media/{part['id']}"
    return Media(kind, url, str(part.get("filename") or ""))


def card_of(world: World, raw: Part, template: Template | None) -> Card | None:
    if template is not None:
        given = raw.get("template", {}).get("components") or []
        return from_components(world, template.components, given)
    content = raw.get("interactive")
    return from_interactive(world, content) if isinstance(content, dict) else None


# Templates


def from_components(world: World, components: Sequence[Part], given: Sequence[Part], place: str = "") -> Card:
    """`given` is what the sender filled in; `place` tells the buttons of a carousel's cards apart."""
    card = Card()
    for component in components:
        kind = str(component.get("type", "")).lower()
        filled_in = parameters(given, kind)
        text = filled(str(component.get("text") or ""), filled_in)
        match kind:
            case "header" if component.get("format") == "TEXT":
                card = msgspec.structs.replace(card, title=text)
            case "header":
                kind = str(component.get("format", "image")).lower()
                card = msgspec.structs.replace(card, media=media(world, kind, filled_in[0].get(kind, {}) if filled_in else {}))
            case "body":
                card = msgspec.structs.replace(card, body=text or " ".join(f"*{value_of(each)}*" for each in filled_in))
            case "footer":
                card = msgspec.structs.replace(card, footer=text)
            case "limited_time_offer":
                card = msgspec.structs.replace(card, title=str(component.get("limited_time_offer", {}).get("text") or ""))
            case "buttons":
                card = msgspec.structs.replace(card, buttons=tuple(template_buttons(component, given, place)))
            case "carousel":
                card = msgspec.structs.replace(card, cards=tuple(carousel(world, component, given)))
    return card


def carousel(world: World, component: Part, given: Sequence[Part]) -> Iterator[Card]:
    filled_in: list[Part] = next((part.get("cards", []) for part in given if str(part.get("type")).lower() == "carousel"), [])
    of_card = {int(card.get("card_index", place)): card.get("components", []) for place, card in enumerate(filled_in)}
    for place, card in enumerate(component.get("cards", [])):
        yield from_components(world, card.get("components", []), of_card.get(place, []), f"{place}.")


def parameters(given: Sequence[Part], kind: str, index: int | None = None) -> list[Part]:
    for part in given:
        if str(part.get("type")).lower() == kind and (index is None or str(part.get("index")) == str(index)):
            return list(part.get("parameters") or [])
    return []


def filled(text: str, given: Sequence[Part]) -> str:
    values = {str(each.get("parameter_name") or place): value_of(each) for place, each in enumerate(given, 1)}
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def value_of(parameter: Part) -> str:
    kind = parameter.get("type", "text")
    value = parameter.get(kind)
    return str(value.get("fallback_value", "") if isinstance(value, dict) else value or "")


def template_buttons(component: Part, given: Sequence[Part], place: str) -> Iterator[Button]:
    for index, button in enumerate(component.get("buttons", [])):
        key, text, kind = f"{place}{index}", str(button.get("text") or ""), str(button.get("type", "")).upper()
        value = next((each.get(each.get("type", "")) for each in parameters(given, "button", index)), None)
        match kind:
            case "QUICK_REPLY":
                reply = {"type": "button", "button": {"text": text, "payload": str(value or text)}}
                yield Button(key, text, "reply", reply=reply)
            case "URL":
                yield Button(key, text, "link", VARIABLE.sub(str(value or ""), str(button.get("url") or "")))
            case "PHONE_NUMBER":
                yield Button(key, text, "call", f"tel:{button.get('phone_number', '')}")
            case "COPY_CODE" | "OTP":
                yield Button(key, text or str(value or ""), "copy")
            case "FLOW":
                yield Button(key, text, "list", reply=flow_reply((value or {}).get("flow_token", "")))
            case _:
                yield Button(key, text, "reply")


# Interactive messages


def from_interactive(world: World, content: Part) -> Card:
    header, action = content.get("header") or {}, content.get("action") or {}
    kind = header.get("type")
    sections = tuple(
        Section(str(section.get("title") or ""), tuple(map(row, section.get("rows") or [])))
        for section in action.get("sections") or []
        if section.get("rows")
    )
    return Card(
        media=media(world, kind, header.get(kind) or {}) if kind in MEDIA else None,
        title=str(header.get("text") or ""),
        body=str((content.get("body") or {}).get("text") or ""),
        footer=str((content.get("footer") or {}).get("text") or ""),
        buttons=tuple(interactive_buttons(content.get("type", ""), action)),
        menu=str(action.get("button") or "") if sections else "",
        sections=sections,
        cards=tuple(from_interactive(world, card) for card in action.get("cards") or []),
    )


def interactive_buttons(kind: str, action: Part) -> Iterator[Button]:
    given = action.get("parameters") or {}
    for button in action.get("buttons") or []:
        reply = button.get("reply") or button.get("quick_reply") or {}
        yield answer_button("button_reply", {"id": str(reply.get("id", "")), "title": str(reply.get("title", ""))})
    match kind:
        case "cta_url" | "carousel" if given.get("url"):
            yield Button("url", str(given.get("display_text", "")), "link", str(given["url"]))
        case "flow":
            yield Button("flow", str(given.get("flow_cta", "")), "list", reply=flow_reply(given.get("flow_token", "")))
        case "location_request_message":
            yield Button("location", "Send my location", "pin", reply={"type": "location", "location": HERE})


def row(given: Part) -> Button:
    told = {"id": str(given.get("id", "")), "title": str(given.get("title", ""))}
    about = str(given.get("description") or "")
    return answer_button("list_reply", told | ({"description": about} if about else {}))


def answer_button(kind: str, told: Part) -> Button:
    reply = {"type": "interactive", "interactive": {"type": kind, kind: told}}
    return Button(f"{kind}:{told['id']}", told["title"], "reply", reply=reply, about=told.get("description", ""))


def flow_reply(token: str) -> Part:
    told = {"name": "flow", "body": "Sent", "response_json": msgspec.json.encode({"flow_token": token}).decode()}
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": told}}
