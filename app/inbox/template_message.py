"""A template for one person: the values it asks for, and the request that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.core.forms import REQUIRED
from app.message_templates import places
from app.message_templates.message_template import MessageTemplate
from app.message_templates.places import Place
from app.whatsapp.template_sending import components
from app.whatsapp.template_text import one_line, render, variables


class MissingValue(Exception):
    """`errors` maps the name of a field to a sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


def sendable(template: MessageTemplate) -> bool:
    """One with a picture or a file in its head needs a campaign, where the file is chosen."""
    return not places.needs_file(template)


def fields(template: MessageTemplate) -> list[Place]:
    """What a person fills in, in the order in which it is read."""
    return sorted(places.of(template), key=lambda place: ("header", "file", "body", "button").index(place.part))


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


def _components(template: MessageTemplate, values: Mapping[str, str]) -> list[Any]:
    shape = places.shape_of(template)
    given = [values[place.id] for place in places.of(template)]
    # The button of a code template repeats the code of its text.
    given += [values.get("body.1", "")] * (shape.values - len(given))
    return components(shape.template, shape.fill(given))
