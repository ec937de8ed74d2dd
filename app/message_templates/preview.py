"""A template as the person will see it: variables filled with their examples, WhatsApp's marks as bold and italics."""

from __future__ import annotations

import re

import msgspec
from markupsafe import Markup, escape

from app.core.i18n import N_
from app.whatsapp.template_draft import TemplateDraft
from app.whatsapp.template_text import VARIABLE

COPY_CODE = N_("Copy code")

# What stands around a filled-in example until the text is escaped; nobody types characters of the private area.
FROM, TO = "\ue000", "\ue001"
MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"<em>\1</em>"),
    (re.compile(r"(?<!\w)~(?=\S)([^~\n]+?)(?<=\S)~(?!\w)"), r"<s>\1</s>"),
)
BUTTON_ICONS = {"URL": "url", "PHONE_NUMBER": "phone", "COPY_CODE": "copy_code", "OTP": "copy_code", "FLOW": "flow"}


class Bubble(msgspec.Struct, frozen=True):
    """The arguments of ui.message_preview."""

    header: dict[str, str | Markup] | None
    body: Markup
    footer: str
    buttons: list[dict[str, str]]


def bubble(draft: TemplateDraft, *, copy_code: str) -> Bubble:
    """`copy_code` is what the button that copies a code says, in the reader's language."""
    header = draft.header
    shown: dict[str, str | Markup] | None = None
    if header:
        example = dict.fromkeys(VARIABLE.findall(header.text), header.example)
        shown = {"text": filled(header.text, example)} if header.kind == "TEXT" else {"kind": header.kind.lower()}
    return Bubble(
        header=shown,
        body=filled(draft.body, draft.examples),
        footer=draft.footer,
        buttons=[
            {"kind": BUTTON_ICONS.get(button.kind, "reply"), "text": button.text or copy_code} for button in draft.buttons
        ],
    )


def filled(text: str, examples: dict[str, str]) -> Markup:
    """A variable without an example shows its own name."""
    plain = VARIABLE.sub(lambda found: f"{FROM}{examples.get(found[1]) or found[0]}{TO}", text)
    html = str(escape(plain))
    for mark, tags in MARKS:
        html = mark.sub(tags, html)
    return Markup(html.replace(FROM, '<span class="filled">').replace(TO, "</span>"))  # noqa: S704 - escaped above
