"""The form of a template: from what was typed to a draft and back. Fields are called as the rules call them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from unicodedata import normalize

from msgspec.structs import replace

from app.core.forms import Form
from app.message_templates.message_template import MessageTemplate
from app.whatsapp.template_draft import MEDIA_HEADERS, Button, Header, TemplateDraft
from app.whatsapp.template_rules import BODY_LENGTH, LINE_LENGTH, problems
from app.whatsapp.template_text import variables

BUTTON_KINDS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE")

# WhatsApp words a template for codes itself, in the template's language; this stands for it here.
CODE_BODY = "*{{1}}* is your verification code. For your security, do not share this code."
CODE_EXAMPLE = {"1": "483902"}
CODE_BUTTON = Button("OTP", "Copy code", "COPY_CODE")


def read(data: Mapping[str, str | list[str]], known: MessageTemplate | None = None) -> TemplateDraft:
    """What was typed. Name and language of a template that WhatsApp knows stay as they are."""

    def text(field: str) -> str:
        value = data.get(field, "")
        return (value if isinstance(value, str) else value[-1]).replace("\r\n", "\n").strip()

    fixed = known if known and known.provider_id else None
    name = fixed.name if fixed else _plain(text("name"))
    language, category = fixed.language if fixed else text("language"), text("category")
    if category == "AUTHENTICATION":
        return TemplateDraft(
            name, language, category, CODE_BODY, buttons=(CODE_BUTTON,), examples=CODE_EXAMPLE, security_line=True
        )
    body = text("body")
    return TemplateDraft(
        name=name,
        language=language,
        category=category,
        body=body,
        header=_media(known) or (Header("TEXT", text("header"), text("header.example")) if text("header") else None),
        footer=text("footer"),
        buttons=tuple(
            Button(*(text(f"buttons.{place}.{part}") for part in ("kind", "text", "value", "example")))
            for place in _places(data)
        ),
        examples={name: text(f"examples.{name}") for name in variables(body)},
    )


def _media(known: MessageTemplate | None) -> Header | None:
    """A picture, video or document that the template brought from WhatsApp."""
    header = known.draft.header if known else None
    return header if header and header.kind in MEDIA_HEADERS else None


def _plain(name: str) -> str:
    """“Oferta de otoño” is oferta_de_otono at WhatsApp."""
    letters = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "_".join(letters.lower().split())


def _places(data: Mapping[str, Any]) -> list[int]:
    places: list[int] = []
    for place in count():
        if f"buttons.{place}.kind" not in data:
            return places
        places.append(place)
    return places


def form_of(draft: TemplateDraft, errors: Mapping[str, str] | None = None, **more: Any) -> Form[Any]:
    """The form with this draft in its fields."""
    raw: dict[str, Any] = {
        "name": draft.name, "language": draft.language, "category": draft.category, "body": draft.body,
        "footer": draft.footer, "header": draft.header.text if draft.header else "",
        "header.example": draft.header.example if draft.header else "",
        **{f"examples.{name}": example for name, example in draft.examples.items()},
    }  # fmt: skip
    if draft.category == "AUTHENTICATION":
        raw["body"] = ""
    for place, button in enumerate(draft.buttons):
        raw |= {f"buttons.{place}.{part}": getattr(button, part) for part in ("kind", "text", "value", "example")}
    form: Form[Any] = Form(raw | more)
    form.errors = dict(errors or {})
    return form


def blank(language: str) -> TemplateDraft:
    """Where a new one begins: in the reader's language."""
    return TemplateDraft(name="", language=language.replace("-", "_"), category="MARKETING")


def with_button(draft: TemplateDraft, kind: str) -> TemplateDraft:
    """One more, beside those of its kind: quick replies and others may not be mixed."""
    if kind not in BUTTON_KINDS:
        return draft
    last = [place for place, button in enumerate(draft.buttons) if (button.kind == "QUICK_REPLY") == (kind == "QUICK_REPLY")]
    place = last[-1] + 1 if last else len(draft.buttons)
    return replace(draft, buttons=(*draft.buttons[:place], Button(kind), *draft.buttons[place:]))


def without_button(draft: TemplateDraft, place: int) -> TemplateDraft:
    return replace(draft, buttons=draft.buttons[:place] + draft.buttons[place + 1 :])


def missing_for_draft(draft: TemplateDraft) -> dict[str, str]:
    """What even a draft needs; the rest can wait until it is submitted."""
    found = problems(draft)
    if 0 < len(draft.body) <= BODY_LENGTH:
        found.pop("body", None)
    if len(draft.footer) <= LINE_LENGTH:
        found.pop("footer", None)
    return {field: found[field] for field in ("name", "language", "category", "body", "footer") if field in found}
