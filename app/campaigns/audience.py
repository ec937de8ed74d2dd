"""Whom a campaign reaches, who is skipped and why, and what it says to some of them. Counted by what the launch uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.campaigns import links
from app.core.db import Db
from app.core.statements import statements
from app.message_templates import places
from app.message_templates.message_template import MessageTemplate
from app.message_templates.preview import Bubble, bubble

q = statements("campaign_audience")


class Label(msgspec.Struct, frozen=True):
    id: int
    name: str


class Import(msgspec.Struct, frozen=True):
    id: int
    name: str
    at: datetime


class Choices(msgspec.Struct, frozen=True):
    """What the form offers; `keys` are the names of people's own variables."""

    labels: list[Label]
    imports: list[Import]
    keys: list[str]
    people: bool


class Reach(msgspec.Struct, frozen=True):
    """How many get it, and how many do not, by reason."""

    people: int
    opted_out: int = 0
    no_address: int = 0
    missing_variable: int = 0
    text_too_long: int = 0

    @property
    def skipped(self) -> int:
        return self.opted_out + self.no_address + self.missing_variable + self.text_too_long


class Example(msgspec.Struct, frozen=True):
    """The message as one real person will see it; `values` by key, as they would be frozen."""

    name: str
    address: str
    values: dict[str, str]
    bubble: Bubble


async def choices(db: Db) -> Choices:
    (row,) = await db.rows(q.choices)
    return msgspec.convert(row, Choices)


async def reach(
    db: Db,
    template: MessageTemplate,
    audience: dict[str, Any],
    variables: dict[str, Any],
    *,
    names: Sequence[str] | None = None,
) -> Reach:
    """`names` are the places to fill, when several texts are tried."""
    counted = await db.value(q.reach, **_arguments(template, audience, variables) | ({"names": list(names)} if names else {}))
    return Reach(people=counted.pop("", 0), **counted)


async def examples(db: Db, template: MessageTemplate, audience: dict[str, Any], variables: dict[str, Any]) -> list[Example]:
    """Three people at most, of those who get it."""
    keys, found = places.keys(template), []
    for row in await db.rows(q.examples, **_arguments(template, audience, variables)):
        values = dict(zip(keys, row["parameters"], strict=True))
        shown = places.with_values(template, {key: links.shown(value) for key, value in values.items()})
        found.append(Example(row["name"], row["address"], values, bubble(shown, copy_code="")))
    return found


def is_sendable(template: MessageTemplate) -> bool:
    """Campaigns fill in words, links, codes and files by their address: a place on the map would need one more thing."""
    simple = all(button["kind"] in places.SIMPLE_BUTTONS for button in template.buttons)
    return simple and template.category != "AUTHENTICATION" and (template.header or {}).get("kind") != "LOCATION"


def _arguments(template: MessageTemplate, audience: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    return {
        "audience": msgspec.json.encode(audience).decode(),
        "variables": msgspec.json.encode(variables).decode(),
        "marketing": template.category == "MARKETING",
        "names": places.keys(template),
    }
