"""A template for one person: the values it asks for, and the request that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.core.forms import REQUIRED
from app.message_templates.message_template import MessageTemplate
from app.whatsapp.template_draft import MEDIA_HEADERS
from app.whatsapp.template_sending import ButtonSlot, Parameters, Template, components
from app.whatsapp.template_text import in_order, is_named, one_line, render, variables

SLOTS = {"URL": "url", "COPY_CODE": "copy_code", "OTP": "url"}


class MissingValue(Exception):
    """`errors` maps the name of a field to a sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


class Field(msgspec.Struct, frozen=True):
    """`part` is body, header or button; `name` is the variable, or the button's text."""

    id: str
    part: str
    name: str
    example: str


def sendable(template: MessageTemplate) -> bool:
    """One with a picture or a file in its head needs a campaign, where the file is chosen."""
    return not template.header or template.header.get("kind", "TEXT") not in (*MEDIA_HEADERS, "LOCATION")


def fields(template: MessageTemplate) -> list[Field]:
    """What a person fills in, in the order in which it is read."""
    draft, found = template.draft, []
    if draft.header:
        found = [Field("header", "header", name, draft.header.example) for name in variables(draft.header.text)]
    found += [Field(f"body.{name}", "body", name, draft.examples.get(name, "")) for name in in_order(draft.body)]
    return found + [
        Field(f"button.{place}", "button", draft.buttons[place].text, draft.buttons[place].example)
        for place, _ in _slots(template)
        if draft.buttons[place].kind != "OTP"
    ]


def guesses(template: MessageTemplate, name: str) -> dict[str, str]:
    """Where the first variable is a name, as in most templates, the contact's stands there already."""
    first = name.split(" ", maxsplit=1)[0] if name and not name.startswith("+") else ""
    likely = ("1", "name", "first_name", "nombre", "nome", "nama")
    return {field.id: first for field in fields(template) if field.part == "body" and field.name in likely}


def filled(template: MessageTemplate, values: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The text as the person will read it, and what is kept to send and to show it. Raises MissingValue."""
    given = {field.id: one_line(values.get(field.id, "")) for field in fields(template)}
    if missing := {field: REQUIRED for field, value in given.items() if not value}:
        raise MissingValue(missing)
    shown = preview(template, given)
    request = {
        "name": template.name, "language": {"code": template.language},
        "components": msgspec.to_builtins(_components(template, given)),
    }  # fmt: skip
    return shown.pop("text"), shown | {"template_id": template.id, "request": request}


def preview(template: MessageTemplate, values: Mapping[str, str]) -> dict[str, Any]:
    """Its parts with what is filled in so far; an empty place shows its own name."""
    body = {name: values[f"body.{name}"] for name in variables(template.body) if values.get(f"body.{name}")}
    header = template.header
    if header and header.get("text"):
        given = {name: values["header"] for name in variables(header["text"]) if values.get("header")}
        header = {"kind": "TEXT", "text": render(header["text"], given)}
    return {
        "text": render(template.body, body), "header": header, "footer": template.footer,
        "buttons": [{"kind": button["kind"], "text": button.get("text", "")} for button in template.buttons],
    }  # fmt: skip


def _slots(template: MessageTemplate) -> Iterator[tuple[int, str]]:
    for place, button in enumerate(template.buttons):
        if button["kind"] in ("COPY_CODE", "OTP") or (button["kind"] == "URL" and variables(button.get("value", ""))):
            yield place, SLOTS[button["kind"]]


def _components(template: MessageTemplate, values: Mapping[str, str]) -> list[Any]:
    names = in_order(template.body)
    header = template.header["text"] if template.header and "header" in values else ""
    slots = list(_slots(template))
    shape = Template(
        template.name, template.language,
        header_name=variables(header)[0] if header and is_named(header) else None,
        body_names=tuple(names) if is_named(template.body) else (),
        buttons=tuple(ButtonSlot(place, kind) for place, kind in slots),
    )  # fmt: skip
    # The button of a code template repeats the code of its text.
    code = values.get("body.1", "")
    return components(shape, Parameters(
        body=[values[f"body.{name}"] for name in names], header=values.get("header"),
        buttons=[values.get(f"button.{place}", code) for place, _ in slots],
    ))  # fmt: skip
