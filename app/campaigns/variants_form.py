"""The form of a test: which texts besides the campaign's own, for how many people, and how the best one is found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.campaigns import draft
from app.campaigns.draft import Offer
from app.campaigns.variants import Plan, Test, Text
from app.core.forms import REQUIRED, parse
from app.message_templates import places
from app.message_templates.message_template import MessageTemplate
from app.message_templates.places import Place

SHARE, HOURS = 20, 4  # percent and hours, until somebody chooses others


class Fields(msgspec.Struct, frozen=True):
    """Each further text brings `template_id.1` and what stands in its places: `field.1:name`, `text.1:name`, …"""

    test: bool = False
    texts: Literal["2", "3", "4"] = "2"
    test_share: Annotated[int, Meta(ge=5, le=100)] = SHARE
    winner_by: Literal["read", "answer", "click"] = "read"
    decides: Literal["time", "person"] = "time"
    winner_hours: Annotated[int, Meta(ge=1, le=72)] = HOURS


class Choice(msgspec.Struct, frozen=True):
    """A further text of the form: its place, and the template that is chosen for it."""

    place: int
    template: MessageTemplate | None

    @property
    def places(self) -> list[Place]:
        return places.of(self.template) if self.template else []

    @property
    def keys(self) -> list[str]:
        return [self.key(place) for place in self.places]

    def key(self, place: Place) -> str:
        return f"{self.place}:{place.key}"


def chosen(data: Mapping[str, Any], offer: Offer) -> list[Choice]:
    """Until somebody chooses another one, a further text is the same template with other words in it."""
    if not data.get("test") or offer.template is None:
        return []
    known = {str(template.id): template for template in offer.templates}
    count = data.get("texts")
    return [
        Choice(place, known.get(str(data.get(f"template_id.{place}", "")), offer.template))
        for place in range(1, int(count) if count in ("3", "4") else 2)
    ]


def read(data: Mapping[str, Any], offer: Offer) -> tuple[Plan, dict[str, str]]:
    """What was chosen, and what is wrong with it by field."""
    if not data.get("test"):
        return Plan(), {}
    form = parse(Fields, dict(data))
    texts, errors = [], dict(form.errors)
    for choice in chosen(data, offer):
        if choice.template is None:
            errors[f"template_id.{choice.place}"] = REQUIRED
            continue
        variables = draft.variables_of(data, choice.keys)
        errors |= draft.errors_of(variables)
        own = {key.partition(":")[2]: value for key, value in variables.items()}
        texts.append(Text(choice.place, choice.template.id, own))
    if errors:
        return Plan(), errors
    wish = form.value
    share = wish.test_share / 100
    after = timedelta(hours=wish.winner_hours) if wish.decides == "time" and share < 1 else None
    return Plan(texts, share, wish.winner_by, after), {}


def filled(test: Test, texts: list[Text]) -> dict[str, Any]:
    """The form of what is stored."""
    raw: dict[str, Any] = {
        "test": "1" if test.test_share else "", "texts": str(max(2, len(texts))),
        "test_share": round((test.test_share or SHARE / 100) * 100), "winner_by": test.winner_by or "read",
        "decides": "time" if test.winner_after or not test.test_share else "person",
        "winner_hours": round(test.winner_after.total_seconds() / 3600) if test.winner_after else HOURS,
    }  # fmt: skip
    for text in texts[1:]:
        raw[f"template_id.{text.place}"] = text.template_id
        raw |= draft.as_typed({f"{text.place}:{key}": value for key, value in text.variables.items()})
    return raw


def guessed(data: Mapping[str, Any], choices: list[Choice]) -> dict[str, Any]:
    """A further text of the same template begins with the words of the first one."""
    found: dict[str, Any] = {}
    for choice in choices:
        for place in choice.places:
            key = choice.key(place)
            if f"field.{key}" not in data and f"field.{place.key}" in data:
                found |= {
                    f"{part}.{key}": data.get(f"{part}.{place.key}", "") for part in ("field", "text", "link", "fallback")
                }
    return found
