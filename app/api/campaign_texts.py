"""What a campaign says, in the API's shape: what fills each variable, and other texts to try beside the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.api.problems import Invalid
from app.campaigns import audience, campaign, links, variants
from app.campaigns.draft import FIELDS, NO_VALUE
from app.core.db import Db, NotFound
from app.core.forms import NOT_POSSIBLE
from app.message_templates import message_template, places


class Value(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What fills a variable: a `field` of the contact (with a `fallback`), the same `text` for all, or a `link` that counts."""

    field: str = ""
    text: str = ""
    link: str = ""
    fallback: str = ""

    @property
    def is_filled(self) -> bool:
        if [bool(self.field), bool(self.text), bool(self.link)].count(True) != 1:
            return False
        return not self.field or self.field in FIELDS or self.field.startswith("variables.")


class NewText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Variables go by their name; those of header and buttons are called `header.1` and `button.0`, a file `file.image`."""

    template_id: int
    variables: dict[str, Value] = {}


class NewTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`texts` are tried beside the campaign's own on a `share` of the people. Without hours a person chooses the winner."""

    texts: Annotated[list[NewText], Meta(min_length=1, max_length=variants.MOST_TEXTS - 1)]
    share: Annotated[float, Meta(ge=variants.LEAST_SHARE, le=1)] = 0.2
    winner_by: Literal["read", "answer", "click"] = "read"
    winner_after_hours: Annotated[int, Meta(ge=1, le=72)] | None = 4

    def plan(self) -> variants.Plan:
        after = timedelta(hours=self.winner_after_hours) if self.winner_after_hours and self.share < 1 else None
        texts = [
            variants.Text(place, text.template_id, msgspec.to_builtins(text.variables))
            for place, text in enumerate(self.texts, 1)
        ]
        return variants.Plan(texts, self.share, self.winner_by, after)


async def check(db: Db, template_id: int, variables: Mapping[str, Value], at: str = "") -> None:
    """What the form of the page makes sure of; `at` stands before the names of fields. Raises Invalid or CannotUse."""
    try:
        template = await message_template.find(db, template_id)
    except NotFound:
        raise campaign.CannotUse from None
    if not audience.is_sendable(template):
        raise campaign.CannotUse
    keys = places.keys(template)
    errors: dict[str, Any] = {f"{at}variables.{key}": NOT_POSSIBLE for key in variables.keys() - set(keys)}
    errors |= {f"{at}variables.{key}": NO_VALUE for key in keys if key not in variables or not variables[key].is_filled}
    errors |= {f"{at}variables.{key}": NOT_POSSIBLE for key, value in variables.items() if places.is_file(key) and value.link}
    for key, value in variables.items():
        try:
            links.checked((value.text if places.is_file(key) else value.link) or links.prefix())
        except links.BadUrl as bad:
            errors[f"{at}variables.{key}"] = bad.message
    if errors:
        raise Invalid(**errors)


async def check_test(db: Db, test: NewTest) -> None:
    for at, text in enumerate(test.texts):
        await check(db, text.template_id, text.variables, f"test.texts.{at}.")
