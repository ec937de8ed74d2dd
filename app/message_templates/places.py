"""The places of a template that take values: variables of its body and header, the file of its header, links and codes of
its buttons.

Chats and campaigns ask here what to fill in and how it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.message_templates.message_template import MessageTemplate
from app.whatsapp.template_draft import MEDIA_HEADERS, TemplateDraft
from app.whatsapp.template_sending import ButtonSlot, HeaderKind, Parameters, Template
from app.whatsapp.template_text import in_order, is_named, variables

FILES: dict[str, HeaderKind] = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
SLOTS = {"URL": "url", "COPY_CODE": "copy_code", "OTP": "url"}
# Buttons that a campaign can send: those that need nothing, and those whose value is a text.
SIMPLE_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE")


class Place(msgspec.Struct, frozen=True):
    """`part` is body, header, file or button; `name` is the variable, the kind of file, or the button's text; `url` is what a
    link's value follows."""

    id: str
    part: str
    name: str
    example: str
    url: str = ""

    @property
    def key(self) -> str:
        """What a campaign keeps its value under. Names of variables have no dots, so these cannot be one."""
        return {"body": self.name, "header": f"header.{self.name}"}.get(self.part, self.id)


class Shape(msgspec.Struct, frozen=True):
    """A template as it is sent: values come in one row, those of the body first, then the header's, then the buttons'."""

    template: Template
    body: int
    header: int

    @property
    def values(self) -> int:
        return self.body + self.header + len(self.template.buttons)

    def fill(self, values: Sequence[str]) -> Parameters:
        """Whether they are as many as the template has places is WhatsApp's to say: it stops the template, not each person."""
        if self.values == self.body:
            return Parameters(values)
        header = values[self.body] if self.header else None
        return Parameters(values[: self.body], header, values[self.body + self.header :])


def of(template: MessageTemplate) -> list[Place]:
    """In the order in which values are sent. The button of a code repeats the code of the text, so it is not asked for."""
    draft = template.draft
    found = [Place(f"body.{name}", "body", name, draft.examples.get(name, "")) for name in in_order(draft.body)]
    if draft.header:
        found += [Place("header", "header", name, draft.header.example) for name in variables(draft.header.text)]
    if kind := _file_kind(template.header):
        found.append(Place(f"file.{kind}", "file", kind, ""))
    for index, slot in _slots(template.buttons):
        button = draft.buttons[index]
        if button.kind != "OTP":
            example, url = button.example, button.value.partition("{{")[0] if slot == "url" else ""
            found.append(Place(f"button.{index}", "button", button.text, example.removeprefix(url), url))
    return found


def keys(template: MessageTemplate) -> list[str]:
    return [place.key for place in of(template)]


def is_file(key: str) -> bool:
    """Whether what is kept under it is the address of a file."""
    return key.rpartition(":")[2].startswith("file.")


def needs_file(template: MessageTemplate) -> bool:
    """Whether a picture, a video, a document or a location stands in its head."""
    return bool(template.header) and template.header.get("kind", "TEXT") in (*MEDIA_HEADERS, "LOCATION")  # type: ignore[union-attr]


def shape(name: str, language: str, *, body: str, header: dict[str, Any] | None, buttons: Sequence[dict[str, Any]]) -> Shape:
    names, said = in_order(body), (header or {}).get("text", "")
    of_header, file_kind = variables(said), _file_kind(header)
    template = Template(
        name, language, file_kind,
        header_name=of_header[0] if is_named(said) else None,
        body_names=tuple(names) if is_named(body) else (),
        buttons=tuple(ButtonSlot(index, slot) for index, slot in _slots(buttons)),
    )  # fmt: skip
    return Shape(template, len(names), 1 if file_kind else len(of_header[:1]))


def shape_of(template: MessageTemplate) -> Shape:
    return shape(template.name, template.language, body=template.body, header=template.header, buttons=template.buttons)


def with_values(template: MessageTemplate, values: Mapping[str, str]) -> TemplateDraft:
    """The template as an example of itself, with these values by key."""
    draft, replaced = template.draft, dict[str, Any](examples={})
    for place in of(template):
        if place.part == "header" and draft.header:
            replaced["header"] = msgspec.structs.replace(draft.header, example=values.get(place.key, ""))
        elif place.part == "body":
            replaced["examples"][place.name] = values.get(place.key, "")
    return msgspec.structs.replace(draft, **replaced)


def _file_kind(header: Mapping[str, Any] | None) -> HeaderKind | None:
    return FILES.get((header or {}).get("kind", ""))


def _slots(buttons: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    """The buttons that take a value: their place among all, and Meta's word for their kind."""
    return [
        (index, SLOTS[button["kind"]])
        for index, button in enumerate(buttons)
        if button["kind"] in ("COPY_CODE", "OTP") or (button["kind"] == "URL" and variables(button.get("value", "")))
    ]
