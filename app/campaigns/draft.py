"""The form of a campaign: what was typed, said back with errors beside the fields, or read as a wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from app.campaigns import audience, links, repeating, rules_form
from app.campaigns.campaign import Campaign, Wish
from app.campaigns.launch import InThePast
from app.campaigns.rules import Rules
from app.core.clock import now
from app.core.db import Db
from app.core.forms import Form, parse
from app.core.i18n import N_
from app.core.pages import local
from app.core.typed import iso_day
from app.message_templates import message_template, places
from app.message_templates.message_template import MessageTemplate
from app.message_templates.places import Place
from app.numbers import phone_number
from app.numbers.phone_number import PhoneNumber

FIELDS = ("name", "first_name", "phone", "email", "company", "language")
TEXT, LINK = "text", "link"

NO_LABEL = N_("Choose at least one label.")
NO_IMPORT = N_("Choose an import.")
NO_VALUE = N_("Choose what stands here.")
NO_TEXT = N_("Write what stands here.")
NO_TIME = N_("Choose a day and a time.")
NO_SUCH_TIME = N_("This hour does not exist on that day, because clocks go forward. Choose one an hour later.")

Raw = Mapping[str, Any]


class Fields(msgspec.Struct, frozen=True):
    """Those that every campaign has; each variable brings more: `field.1`, `text.1`, `link.1`, `fallback.1`."""

    name: Annotated[str, Meta(max_length=120)]
    number_id: int
    template_id: int
    audience: Literal["everyone", "labels", "import"] = "everyone"
    label_ids: list[int] = []
    import_id: int | None = None
    when: Literal["now", "later", "repeat"] = "now"
    at: str = ""
    uncertain_rule: Literal["retry", "ask"] = "retry"


class Offer(msgspec.Struct, frozen=True):
    """What can be chosen, and what is chosen now. Templates that need more than words in the body are only counted."""

    numbers: list[PhoneNumber]
    templates: list[MessageTemplate]
    others: int
    choices: audience.Choices
    number: PhoneNumber | None
    template: MessageTemplate | None

    @property
    def places(self) -> list[Place]:
        return places.of(self.template) if self.template else []

    @property
    def link_prefix(self) -> str:
        """A button that leads there can be pressed for its own person."""
        return links.prefix()

    @property
    def names(self) -> list[str]:
        return [place.key for place in self.places]


async def offer(db: Db, raw: Raw) -> Offer:
    """The first number is chosen until somebody chooses another one."""
    numbers = await phone_number.all(db)
    number = next((each for each in numbers if str(each.id) == str(raw.get("number_id"))), numbers[0] if numbers else None)
    approved = await message_template.approved(db, number.id) if number else []
    templates = [each for each in approved if audience.is_sendable(each)]
    template = next((each for each in templates if str(each.id) == str(raw.get("template_id"))), None)
    return Offer(numbers, templates, len(approved) - len(templates), await audience.choices(db), number, template)


def read(data: Raw, names: Sequence[str], zone: str) -> tuple[Form[Fields], Wish | None]:
    """`names` are the variables of the template. No wish while something is missing."""
    form = parse(Fields, dict(data))
    people, variables = audience_of(data), variables_of(data, names)
    if people == {"kind": "labels", "ids": []}:
        form.errors["label_ids"] = NO_LABEL
    if people == {"kind": "import", "id": 0}:
        form.errors["import_id"] = NO_IMPORT
    form.errors |= errors_of(variables)
    at = None
    if _text(data, "when") == "later":
        try:
            at = moment(_text(data, "at"), zone, _text(data, "at_clock"))
        except BadTime as bad:
            form.errors["at"] = bad.message
    rules, wrong = rules_form.read(data, zone)
    form.errors |= wrong
    if form.errors:
        return form, None
    typed = form.value
    if rules.cron:
        at = repeating.upcoming(rules.cron, zone, now())[0]
    return form, Wish(typed.name, typed.number_id, typed.template_id, people, variables, at, typed.uncertain_rule, rules)


def audience_of(data: Raw) -> dict[str, Any]:
    """As far as it is chosen: nobody has label or import 0."""
    match _text(data, "audience"):
        case "labels":
            chosen = data.get("label_ids") or []
            ids = [chosen] if isinstance(chosen, str) else chosen
            return {"kind": "labels", "ids": [int(each) for each in ids if each.isdigit()]}
        case "import":
            chosen = _text(data, "import_id")
            return {"kind": "import", "id": int(chosen) if chosen.isdigit() else 0}
        case _:
            return {"kind": "everyone"}


def variables_of(data: Raw, names: Sequence[str]) -> dict[str, dict[str, str]]:
    found = {}
    for name in names:
        field, fallback = _text(data, f"field.{name}"), _text(data, f"fallback.{name}")
        if field in (TEXT, LINK):
            found[name] = {field: _text(data, f"{field}.{name}")}
        else:
            found[name] = {"field": field} | ({"fallback": fallback} if fallback else {})
    return found


def untouched() -> dict[str, Any]:
    """The form of a new campaign."""
    return {"audience": "everyone", "when": "now", "uncertain_rule": "retry"} | rules_form.filled(Rules())


def errors_of(variables: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What is missing or wrong, by field of the form."""
    errors = {}
    for name, value in variables.items():
        address = TEXT if places.is_file(name) else LINK
        if value == {TEXT: ""}:
            errors[f"text.{name}"] = NO_TEXT
        elif address in value:
            try:
                links.checked(value[address])
            except links.BadUrl as bad:
                errors[f"{address}.{name}"] = bad.message
        elif LINK in value or not value.get("field", TEXT):
            errors[f"field.{name}"] = NO_VALUE
    return errors


def filled(campaign: Campaign, zone: str) -> Form[Fields]:
    """The form of what is stored."""
    people, at = campaign.audience, campaign.scheduled_at
    raw: dict[str, Any] = {
        "name": campaign.name, "number_id": campaign.number_id, "template_id": campaign.template_id,
        "audience": people["kind"], "label_ids": people.get("ids", []), "import_id": people.get("id", ""),
        "when": "repeat" if campaign.cron else "later" if at else "now",
        "at": local(at, zone).strftime("%Y-%m-%dT%H:%M") if at else "",
        "uncertain_rule": campaign.uncertain_rule,
    } | rules_form.filled(campaign.rules)  # fmt: skip
    return Form(raw | as_typed(campaign.variables))


def as_typed(variables: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Stored variables as the form has them."""
    raw = {}
    for name, value in variables.items():
        raw[f"field.{name}"] = value.get("field") or (LINK if LINK in value else TEXT)
        raw |= {f"{part}.{name}": value.get(part, "") for part in (TEXT, LINK, "fallback")}
    return raw


def guessed(raw: Raw, names: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """What most likely stands in a variable nobody has decided on yet: what is called like it, or the first name first."""
    fields = {"nombre": "first_name", "nome": "first_name", "nama": "first_name", "empresa": "company", "correo": "email"}
    found = {}
    for place, name in enumerate(names):
        if f"field.{name}" in raw:
            continue
        if places.is_file(name):
            found[f"field.{name}"] = TEXT
            continue
        guess = name if name in FIELDS else fields.get(name, f"variables.{name}" if name in keys else "")
        found[f"field.{name}"] = guess or ("first_name" if place == 0 and name == "1" else "")
    return found


class BadTime(Exception):
    """A moment that cannot be kept, with a sentence for the person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def moment(day: str, zone: str, clock: str = "") -> datetime:
    """A time on the workspace's clock. Of an hour that comes twice in a night it is the first. Raises BadTime."""
    try:
        typed = datetime.fromisoformat(f"{iso_day(day)}T{clock}" if clock else day)
    except ValueError:
        raise BadTime(NO_TIME) from None
    at = typed.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if local(at, zone).replace(tzinfo=None) != typed:
        raise BadTime(NO_SUCH_TIME)
    if at <= now():
        raise BadTime(InThePast.message)
    return at


def _text(data: Raw, field: str) -> str:
    value = data.get(field, "")
    return (value if isinstance(value, str) else str(value[-1]) if value else "").strip()
