"""A talk as the person's telephone shows it: what has arrived, bubble by bubble, under the days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from time import localtime
from typing import Any

import msgspec
from babel.dates import format_date, format_time
from markupsafe import Markup, escape

from app.simulator import cards
from app.simulator.cards import Card, Media
from app.simulator.state import Message, Number, Talk, World, clock
from app.simulator.words import Say

SHOWN = 80  # bubbles; older ones stay with the business
TYPING = 25.0  # seconds that Meta shows the three dots
SILENT = {"reaction", "edit", "revoke", "system"}
LABELS = {
    "image": "Photo", "video": "Video", "audio": "Voice message", "document": "Document", "sticker": "Sticker",
    "location": "Location", "contacts": "Contact", "order": "Order",
}  # fmt: skip
MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"(?<!\w)\*(?=\S)(.+?)(?<=\S)\*(?!\w)"), "strong"),
    (re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)"), "em"),
    (re.compile(r"(?<!\w)~(?=\S)(.+?)(?<=\S)~(?!\w)"), "s"),
)


class Quote(msgspec.Struct, frozen=True):
    mine: bool
    text: str


class Bubble(msgspec.Struct, frozen=True):
    wamid: str
    mine: bool
    kind: str
    day: date
    time: str
    status: str
    text: str = ""
    card: Card | None = None
    media: Media | None = None
    place: dict[str, Any] | None = None
    people: tuple[tuple[str, str], ...] = ()
    quote: Quote | None = None
    reaction: str = ""
    edited: bool = False
    revoked: bool = False
    chosen: frozenset[str] = frozenset()


class Listener(msgspec.Struct, frozen=True):
    """Who looks: their words and how many minutes their clock is ahead of Greenwich."""

    say: Say
    zone: int

    def moment(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(timezone(timedelta(minutes=self.zone)))

    def hour(self, at: float) -> str:
        return format_time(self.moment(at), "short", locale=self.say.locale)

    def second(self, at: float) -> str:
        return f"{self.moment(at):%H:%M:%S}"

    def day(self, day: date) -> str:
        match (self.moment(clock()).date() - day).days:
            case 0:
                return self.say("Today")
            case 1:
                return self.say("Yesterday")
        return format_date(day, "long", locale=self.say.locale)


def house_zone() -> int:
    """Minutes, where the simulator runs: the first page is drawn before the browser could say where it is."""
    return localtime().tm_gmtoff // 60


def arrived(number: Number, message: Message) -> bool:
    """On its way, failed or waiting for the telephone to be switched on: the person sees none of it."""
    return not message.ours or message.status in {"delivered", "read", "played"} or not number.behaviour.statuses


def visible(number: Number, talk: Talk) -> Iterator[tuple[Message, dict[str, Any]]]:
    """Newest first."""
    for message in reversed(talk.messages):
        if arrived(number, message):
            raw = msgspec.json.decode(message.raw)
            if raw.get("type") not in SILENT:
                yield message, raw


def bubbles(world: World, number: Number, talk: Talk, listener: Listener) -> list[Bubble]:
    shown = list(islice(visible(number, talk), SHOWN))[::-1]
    taps = [(quoted(raw), tapped(raw)) for message, raw in shown if not message.ours and raw.get("context")]
    return [
        bubble(world, message, raw, listener, chosen=frozenset(text for wamid, text in taps if wamid == message.wamid))
        for message, raw in shown
    ]


def bubble(world: World, message: Message, raw: dict[str, Any], listener: Listener, *, chosen: frozenset[str]) -> Bubble:
    kind = str(raw.get("type") or "text")
    content = raw.get(kind)
    part: dict[str, Any] = content if isinstance(content, dict) else {}
    card = cards.card_of(world, raw, message.template) if message.ours else None
    return Bubble(
        wamid=message.wamid,
        mine=not message.ours,
        kind=kind,
        day=listener.moment(message.at).date(),
        time=listener.hour(message.at),
        status=message.status,
        text="" if card else message.edited or words_of(raw, listener.say),
        card=card,
        media=cards.media(world, kind, part) if kind in cards.MEDIA else None,
        place=part if kind == "location" else None,
        people=tuple(map(person, raw.get("contacts") or [])) if kind == "contacts" else (),
        quote=quote(world, quoted(raw), listener.say),
        reaction=message.reaction,
        edited=bool(message.edited),
        revoked=message.revoked,
        chosen=chosen,
    )


def words_of(raw: dict[str, Any], say: Say) -> str:
    """What a bubble says in words; media say their caption."""
    kind = str(raw.get("type") or "text")
    part = raw.get(kind)
    match kind, part:
        case "text", {"body": text}:
            return str(text)
        case "button", {"text": text}:
            return str(text)
        case "interactive", {"type": "nfm_reply"}:
            return say("Form sent")
        case "interactive", {"button_reply": {"title": title}} | {"list_reply": {"title": title}}:
            return str(title)
        case "template", {"name": name}:
            return say("Template %(name)s", name=name)
        case (("location" | "contacts"), _):
            return ""
        case _, {**media} if kind in cards.MEDIA:
            return str(media.get("caption") or "")
    return say("A message of the kind %(kind)s", kind=kind)


def summary(world: World, message: Message, raw: dict[str, Any], say: Say) -> str:
    """One line, for quotes and lists."""
    if message.revoked:
        return say("Deleted message")
    card = cards.card_of(world, raw, message.template) if message.ours else None
    text = message.edited or (card.body or card.title if card else words_of(raw, say))
    return text or say(LABELS.get(raw.get("type", ""), "Message"))


def quoted(raw: dict[str, Any]) -> str:
    context = raw.get("context") or {}
    return str(context.get("message_id") or context.get("id") or "")


def quote(world: World, wamid: str, say: Say) -> Quote | None:
    known = world.messages.get(wamid)
    if known is None:
        return None
    message = known[2]
    return Quote(not message.ours, summary(world, message, msgspec.json.decode(message.raw), say))


def tapped(raw: dict[str, Any]) -> str:
    """The words of the button that the person chose, by which that button is found again."""
    return words_of(raw, Say("en")) if raw.get("type") in {"button", "interactive"} else ""


def person(contact: dict[str, Any]) -> tuple[str, str]:
    phones = contact.get("phones") or [{}]
    return str((contact.get("name") or {}).get("formatted_name") or ""), str(phones[0].get("phone") or "")


def unread(number: Number, talk: Talk) -> int:
    return sum(message.ours and message.status == "delivered" and arrived(number, message) for message in talk.messages)


def is_typing(talk: Talk) -> bool:
    """Until the dots go out by themselves or the message that they announced is there."""
    started = talk.typing_until - TYPING
    return talk.typing_until > clock() and not any(message.ours and message.at > started for message in talk.messages[-3:])


def rich(text: str) -> Markup:
    """WhatsApp's own marks: *bold*, _italic_, ~struck~ and ```typewriter```."""
    html = str(escape(text))
    for mark, tag in MARKS:
        html = mark.sub(rf"<{tag}>\1</{tag}>", html)
    return Markup(html)  # noqa: S704 - escaped above
