"""A template in use: what a send has to bring along, and the text that comes of it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from app.simulator.errors import GraphError
from app.simulator.state import Account, Template
from app.simulator.template_rules import MEDIA_HEADERS, VARIABLE

BODY_LENGTH = 1024
# Meta refuses new lines, tabs and more than four spaces in a row inside a parameter.
BAD_CHARACTERS = re.compile(r"[\n\t]| {5,}")
OTP_TEXT = "{{1}} is your verification code."


class Shape(msgspec.Struct, frozen=True):
    """What a send of a template must carry, worked out once per template."""

    named: bool
    body: str
    body_names: tuple[str, ...]
    header_format: str
    header_names: tuple[str, ...]
    buttons: tuple[str, ...]
    needed_buttons: dict[int, str]
    cards: int


def shape_of(template: Template) -> Shape:
    parts = {str(part["type"]).upper(): part for part in template.components}
    header = parts.get("HEADER", {})
    body = str(parts.get("BODY", {}).get("text") or OTP_TEXT)
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    kinds = tuple(str(button["type"]).upper() for button in buttons)
    needed = {
        index: {"COPY_CODE": "copy_code"}.get(kind, "url")
        for index, (kind, button) in enumerate(zip(kinds, buttons, strict=True))
        if kind in {"COPY_CODE", "OTP"} or (kind == "URL" and VARIABLE.search(button["url"]))
    }
    return Shape(
        named=template.parameter_format == "NAMED",
        body=body,
        body_names=names_in(body),
        header_format=str(header.get("format", "")),
        header_names=names_in(str(header.get("text", ""))),
        buttons=kinds,
        needed_buttons=needed,
        cards=len(parts.get("CAROUSEL", {}).get("cards", ())),
    )


def names_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def check(account: Account, used: Any) -> Template:
    """The approved template of a send, if what the send brings fits it."""
    template = find(account, used)
    shape: Shape = template.shape or shape_of(template)
    template.shape = shape
    components = used.get("components") or []
    if not isinstance(components, list):
        raise GraphError(131009, "Param template['components'] must be an array.")
    brought: dict[str, list[Any]] = {"header": [], "body": []}
    buttons: dict[int, list[Any]] = {}
    for part in components:
        if not isinstance(part, dict):
            raise GraphError(131009, "Param template['components'] has an item that is not an object.")
        kind = str(part.get("type", "")).lower()
        if kind == "button":
            buttons[button_place(part, shape)] = part.get("parameters") or []
        elif kind in brought:
            brought[kind] = part.get("parameters") or []
        elif kind == "carousel":
            check_cards(part, shape)
        elif kind != "limited_time_offer":
            raise GraphError(131009, f"Component type {kind!r} does not exist.")
    values = check_texts("body", brought["body"], shape.body_names, named=shape.named)
    check_header(brought["header"], shape)
    check_buttons(buttons, shape)
    if len(shape.body) + sum(map(len, values)) > BODY_LENGTH and len(fill(shape.body, shape.body_names, values)) > BODY_LENGTH:
        raise GraphError(132005, "The body has more than 1024 characters once its parameters are filled in.")
    return template


def find(account: Account, used: Any) -> Template:
    if not isinstance(used, dict) or not used.get("name"):
        raise GraphError(131008, "Parameter 'template.name' is mandatory for type 'template'.")
    language = used.get("language")
    if not isinstance(language, dict) or not language.get("code"):
        raise GraphError(131008, "Parameter 'template.language.code' is mandatory for type 'template'.")
    template = account.templates.get((str(used["name"]), str(language["code"])))
    match template:
        case Template(status="APPROVED"):
            return template
        case Template(status="PAUSED"):
            raise GraphError(132015, f"template name ({used['name']}) is paused because of low quality")
        case Template(status="DISABLED"):
            raise GraphError(132016, f"template name ({used['name']}) is disabled because of low quality")
    raise GraphError(132001, f"template name ({used['name']}) does not exist in {language['code']}")


def check_texts(where: str, parameters: list[Any], names: tuple[str, ...], *, named: bool) -> list[str]:
    """The texts of the parameters, in the order of the variables."""
    if len(parameters) != len(names):
        counted = (
            f"number of localizable_params ({len(parameters)}) does not match the expected number of params ({len(names)})"
        )
        raise GraphError(132000, f"{where}: {counted}")
    texts = [text_of(where, parameter) for parameter in parameters]
    if not named:
        return texts
    given = {parameter.get("parameter_name"): text for parameter, text in zip(parameters, texts, strict=True)}
    if None in given:
        raise GraphError(131008, f"{where}: Parameter name is missing or empty")
    if set(given) != set(names):
        raise GraphError(132012, f"{where}: the parameter names are not those of the template")
    return [given[name] for name in names]


def text_of(where: str, parameter: Any) -> str:
    match parameter:
        case {"type": "text", "text": str(text)} if text:
            if BAD_CHARACTERS.search(text):
                details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
                raise GraphError(132018, details)
            return text
        case {"type": "currency", "currency": {"fallback_value": str(shown)}}:
            return shown
        case {"type": "date_time", "date_time": {"fallback_value": str(shown)}}:
            return shown
        case {"type": "text"}:
            raise GraphError(131008, f"{where}: Parameter of type text is missing text value")
    raise GraphError(132012, f"{where}: Format mismatch, expected TEXT")


def check_header(parameters: list[Any], shape: Shape) -> None:
    if shape.header_format in {"", "TEXT"}:
        check_texts("header", parameters, shape.header_names, named=shape.named)
        return
    expected = shape.header_format.lower()
    if len(parameters) != 1 or not isinstance(parameters[0], dict) or parameters[0].get("type") != expected:
        received = str(parameters[0].get("type", "UNKNOWN")).upper() if parameters else "UNKNOWN"
        raise GraphError(132012, f"header: Format mismatch, expected {shape.header_format}, received {received}")
    value = parameters[0].get(expected)
    if shape.header_format in MEDIA_HEADERS and not (isinstance(value, dict) and (value.get("id") or value.get("link"))):
        raise GraphError(131008, f"header: the {expected} has neither an id nor a link")


def button_place(part: dict[str, Any], shape: Shape) -> int:
    index = str(part.get("index", ""))
    if not index.isdecimal() or int(index) >= len(shape.buttons):
        raise GraphError(132012, f"buttons: the template has no button at index {index or '(missing)'}")
    sub_type = str(part.get("sub_type", "")).upper()
    kind = shape.buttons[int(index)]
    if sub_type != kind and not (kind == "OTP" and sub_type in {"URL", "COPY_CODE"}):
        raise GraphError(132012, f"buttons: the button at index {index} is of type {kind}, not {sub_type}")
    return int(index)


def check_buttons(brought: dict[int, list[Any]], shape: Shape) -> None:
    for index, kind in shape.needed_buttons.items():
        if not brought.get(index):
            raise GraphError(131008, f"buttons: Button at index {index} of type {kind} requires a parameter")


def check_cards(part: dict[str, Any], shape: Shape) -> None:
    if len(part.get("cards") or ()) != shape.cards:
        raise GraphError(132012, f"carousel: the template has {shape.cards} cards")


def fill(text: str, names: tuple[str, ...], values: list[str]) -> str:
    known = dict(zip(names, values, strict=False))
    return VARIABLE.sub(lambda found: known.get(found.group(1), found.group(0)), text)
