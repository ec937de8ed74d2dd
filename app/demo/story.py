"""The story of the demo as story.toml tells it."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import phone
from app.core.clock import now
from app.teams.availability import State
from app.whatsapp.template_draft import Button, Header, TemplateDraft

PEOPLE = 300
HERE = Path(__file__).parent
LANGUAGE = "es"


class Colleague(msgspec.Struct, frozen=True):
    """`role` is a preset, or the name of one of the shop's own. Without a capacity it is that of the shop."""

    key: str
    name: str
    role: str
    title: str
    state: State
    capacity: int | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@casaolmo.example"


class Role(msgspec.Struct, frozen=True):
    """Begun from a template."""

    name: str
    description: str
    template: str


class Team(msgspec.Struct, frozen=True):
    """Whoever is first leads it."""

    name: str
    description: str
    tone: str
    people: list[str]
    hands_out: bool = False


class Deed(msgspec.Struct, frozen=True, array_like=True):
    """What stands in the audit log."""

    days_ago: float
    by: str
    action: str
    name: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class Label(msgspec.Struct, frozen=True):
    name: str
    tone: str


class QuickReply(msgspec.Struct, frozen=True):
    shortcut: str
    category: str
    body: str


class Template(msgspec.Struct, frozen=True):
    name: str
    category: str
    body: str
    examples: dict[str, str]
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    status: str = "approved"

    @property
    def draft(self) -> TemplateDraft:
        return TemplateDraft(
            self.name, LANGUAGE, self.category, self.body, Header("TEXT", self.header) if self.header else None,
            self.footer, self.buttons, self.examples,
        )  # fmt: skip


class More(msgspec.Struct, frozen=True):
    """What a line may have besides its words. `voice` is in seconds, `quotes` the place of another line."""

    kind: str = "text"
    by: str = ""
    status: str = "read"
    picture: str = ""
    voice: int = 0
    template: str = ""
    payload: dict[str, Any] = {}
    quotes: int | None = None
    reaction_theirs: str = ""
    reaction_ours: str = ""
    error: int | None = None


class Line(msgspec.Struct, frozen=True, array_like=True):
    minutes_ago: float
    way: str
    text: str
    more: More = More()


class Conversation(msgspec.Struct, frozen=True):
    person: str
    lines: list[Line]
    assignee: str = ""
    team: str = ""
    status: str = "open"
    unread: int = 0
    labels: list[str] = []
    variables: dict[str, str] = {}


class Story(msgspec.Struct, frozen=True):
    workspace: str
    country: str
    time_zone: str
    number: str
    colours: tuple[str, str]
    capacity: int
    week: list[str]
    holidays: list[tuple[str, date]]
    first_names: list[str]
    last_names: list[str]
    cities: list[str]
    pieces: list[str]
    companies: list[str]
    small_talk: list[tuple[str, str, str]]
    campaign_answers: list[str]
    colleagues: list[Colleague]
    roles: list[Role]
    teams: list[Team]
    deeds: list[Deed]
    labels: list[Label]
    quick_replies: list[QuickReply]
    templates: list[Template]
    conversations: list[Conversation]


class Person(msgspec.Struct, frozen=True):
    name: str
    phone: str
    email: str
    company: str
    variables: dict[str, str]


@cache
def story() -> Story:
    return msgspec.toml.decode((HERE / "story.toml").read_bytes(), type=Story)


def people(chance: random.Random) -> list[Person]:
    """First those who have a conversation in the story, then the others; nobody twice."""
    told = story()
    talking = {talk.person: talk for talk in told.conversations}
    others = [f"{first} {last}" for first in told.first_names for last in told.last_names]
    chance.shuffle(others)
    names = [*talking, *(name for name in others if name not in talking)][:PEOPLE]
    phones = _mobiles(chance, len(names))
    return [_person(name, number, talking.get(name), chance) for name, number in zip(names, phones, strict=True)]


def _mobiles(chance: random.Random, n: int) -> list[str]:
    """Valid Spanish ones. In the simulator numbers that end in 000 and a digit meet a fate, so these do not."""
    found: dict[str, None] = {}
    while len(found) < n:
        number = phone.normalise(f"6{chance.randrange(10**8):08}", story().country)
        if number and number[-4:-1] != "000":
            found[number] = None
    return list(found)


def _person(name: str, number: str, talk: Conversation | None, chance: random.Random) -> Person:
    told = story()
    variables = {"ciudad": chance.choice(told.cities), "producto": chance.choice(told.pieces)}
    email = f"{plain(name)}@correo.example" if chance.random() < 0.6 else ""
    return Person(name, number, email, chance.choice(told.companies), variables | (talk.variables if talk else {}))


def plain(name: str) -> str:
    """A name as an e-mail has it."""
    return name.lower().translate(str.maketrans("áéíóúñ ", "aeioun."))


def local(days_ago: int, at: time) -> datetime:
    """On the shop's clock."""
    zone = ZoneInfo(story().time_zone)
    return datetime.combine(now().astimezone(zone).date() - timedelta(days=days_ago), at, zone)
