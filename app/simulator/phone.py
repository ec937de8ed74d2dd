"""The phone screen: a browser page on which somebody plays the person at the other end."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.simulator import bubbles, ids
from app.simulator.bubbles import Listener
from app.simulator.http import Answer, Request, Stream
from app.simulator.phone_actions import Telephone, act, draft, text_of
from app.simulator.phone_pages import page, static_file
from app.simulator.state import WINDOW, Number, Passage, Talk, World, clock
from app.simulator.words import Say, chosen

PEOPLE_LISTED = 25
LONGEST_NAME = 80
PING = 15.0  # seconds; a proxy may cut a line that is silent for longer
STREAM_ENDS = 600.0  # seconds; the browser connects again by itself
SHOWN_INLINE = ("image/", "audio/", "video/", "application/pdf")
NOT_DIGITS = re.compile(r"\D")


def handle(world: World, request: Request) -> Answer | Stream | None:
    """None for a path that is no page of people."""
    say = chosen(request)
    match request.method, request.path.rstrip("/").split("/")[1:]:
        case "GET", ["simulator"]:
            return show_numbers(world, request, say)
        case "GET", ["simulator", "static", name]:
            return static_file(name)
        case "GET", ["simulator", "phone", "media", media_id]:
            return show_media(world, media_id)
        case _, ["simulator", "phone", *verb]:
            return on_screen(world, request, say, "/".join(verb))
    return None


def on_screen(world: World, request: Request, say: Say, verb: str) -> Answer | Stream | None:
    query = request.query()
    number, person = world.numbers.get(query.get("number", "")), person_of(query.get("from", ""))
    if number is None:
        return page("nowhere.html", request, say, 404)
    if not person:
        return show_numbers(world, request, say, only=number)
    phone = Telephone(world, number, number.talk(person))
    if request.method == "POST":
        return do(phone, request, verb)
    phone.talk.met = True
    if query.get("name"):
        phone.talk.name = query["name"].strip()[:LONGEST_NAME]
        return elsewhere(phone, request)
    match verb:
        case "":
            return show_phone(phone, request, say, "phone.html")
        case "messages":
            return show_phone(phone, request, say, "live.html")
        case "stream":
            return Stream(changes(phone.talk))
    return None


def do(phone: Telephone, request: Request, verb: str) -> Answer:
    if request.is_foreign:
        return Answer(b"Another site's page sent this form.", 403, b"text/plain; charset=utf-8")
    act(phone, verb, request.form())
    navigates = request.header(b"sec-fetch-mode") in {b"", b"navigate"}
    return elsewhere(phone, request) if navigates else Answer(b"", 204)


def elsewhere(phone: Telephone, request: Request) -> Answer:
    query = {"number": phone.number.id, "from": phone.talk.person} | {k: v for k, v in request.query().items() if k == "lang"}
    return Answer(b"", 303, headers=((b"location", f"/simulator/phone?{urlencode(query)}".encode()),))


def person_of(text: str) -> str:
    """The digits of a telephone, or a business-scoped user id; empty when it is neither."""
    if ids.BSUID.fullmatch(text):
        return text
    digits = NOT_DIGITS.sub("", text)
    return digits if 7 <= len(digits) <= 15 else ""


def show_numbers(world: World, request: Request, say: Say, only: Number | None = None) -> Answer:
    listener = listener_of(request, say)
    numbers = [(number, people(world, number, listener)) for number in ([only] if only else world.numbers.values())]
    wrong = only.id if only and "from" in request.query() else ""
    return page("numbers.html", request, say, 422 if wrong else 200, numbers=numbers, wrong=wrong)


def show_phone(phone: Telephone, request: Request, say: Say, template: str) -> Answer:
    world, number, talk = phone.world, phone.number, phone.talk
    listener = listener_of(request, say)
    drafted = draft(phone, request.query())
    return page(
        template, request, say, number=number, talk=talk, listener=listener, who={"number": number.id, "from": talk.person},
        business=number.connection.verified_name,
        shown=bubbles.bubbles(world, number, talk, listener),
        unread=bubbles.unread(number, talk),
        typing=bubbles.is_typing(talk),
        people=people(world, number, listener),
        passages=passages(talk),
        window_until=listener.hour(talk.written_at + WINDOW) if clock() - talk.written_at < WINDOW else "",
        draft=drafted[0] if drafted else "",
        quote=bubbles.quote(world, drafted[1].wamid, say) if drafted else None,
        text=text_of(drafted[1]) if drafted and drafted[0] == "edit" else "",
        inbox=inbox_of(world, number),
    )  # fmt: skip


def listener_of(request: Request, say: Say) -> Listener:
    zone = request.query().get("zone", "")
    minutes = int(zone) if re.fullmatch(r"-?\d{1,3}", zone) else bubbles.house_zone()
    return Listener(say, minutes)


def people(world: World, number: Number, listener: Listener) -> list[dict[str, Any]]:
    """Those who were played, and those whom the business wrote to last."""
    talks = heapq.nlargest(PEOPLE_LISTED, number.talks.values(), key=lambda talk: (talk.met, last_at(talk)))
    return [row(world, number, talk, listener) for talk in sorted(talks, key=last_at, reverse=True)]


def passages(talk: Talk) -> list[tuple[Passage, int]]:
    """Newest first; what went over the wire several times in a second has one line."""
    grouped = groupby(reversed(talk.wire), key=lambda passage: (int(passage.at), passage.what, passage.detail))
    runs = (list(run) for _, run in grouped)
    return [(run[0], len(run)) for run in runs]


def last_at(talk: Talk) -> float:
    return talk.messages[-1].at if talk.messages else talk.written_at


def row(world: World, number: Number, talk: Talk, listener: Listener) -> dict[str, Any]:
    last, raw = next(bubbles.visible(number, talk), (None, {}))
    return {
        "talk": talk,
        "unread": bubbles.unread(number, talk),
        "time": listener.hour(last.at) if last else "",
        "summary": bubbles.summary(world, last, raw, listener.say) if last else "",
    }


def inbox_of(world: World, number: Number) -> str:
    """Where the business reads this talk."""
    product = urlsplit(number.connection.webhook_url)
    return f"{world.public or f'{product.scheme}://{product.netloc}'}/inbox"


def show_media(world: World, media_id: str) -> Answer | None:
    file = world.media.get(media_id)
    if file is None:
        return None
    place = b"inline" if file.mime.startswith(SHOWN_INLINE) and "svg" not in file.mime else b"attachment"
    headers = (
        (b"content-disposition", place),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"sandbox"),
    )
    return Answer(file.content, 200, file.mime.encode(), headers)


async def changes(talk: Talk) -> AsyncIterator[bytes]:
    """One event for each moment in which something changed, and one when the three dots go out."""
    screen: asyncio.Queue[bytes] = asyncio.Queue()
    talk.screens.add(screen)
    ends = clock() + STREAM_ENDS
    try:
        yield b"retry: 1000\n\n"
        while clock() < ends:
            dots = talk.typing_until - clock()
            try:
                await asyncio.wait_for(screen.get(), min(PING, dots) if dots > 0 else PING)
            except TimeoutError:
                yield b": ping\n\n" if dots <= 0 or dots > PING else b"data: changed\n\n"
                continue
            while not screen.empty():
                screen.get_nowait()
            yield b"data: changed\n\n"
    finally:
        talk.screens.discard(screen)
