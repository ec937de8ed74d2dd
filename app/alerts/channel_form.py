"""The form of a channel: each kind needs other fields, and an address of ours inside is nobody's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.alerts.channel import ChannelKind, Target, Wish
from app.alerts.kinds import KINDS
from app.core import outbound
from app.core.forms import NOT_POSSIBLE, REQUIRED, Form, parse
from app.core.i18n import N_
from app.settings import settings

MOST_PEOPLE = 10
TELEGRAM = "https://api.telegram.org"

EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]+\.[^@\s<>\".]{2,}")
CHAT = re.compile(r"-?\d{1,20}|@\w{4,40}")
BOT_TOKEN = re.compile(r"\d{5,15}:[\w-]{20,80}")

NO_EMAIL = N_("This is not an e-mail address. Write up to ten, with commas between them.")
NO_URL = N_("Paste the whole address. It begins with https://")
PRIVATE = N_("This address is inside a private network, where Recado sends nothing. Use one that the internet reaches.")
NO_CHAT = N_("A chat is a number, such as -1001234567890, or the name of a public channel with its @.")
NO_TOKEN = N_("BotFather gives a bot's token. It looks like 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")


def read(kind: ChannelKind, data: dict[str, Any], *, known: bool) -> Form[Wish]:
    """All errors at once. A `known` channel keeps what is left empty."""
    form = parse(Wish, data)
    if any(each not in KINDS for each in (form.value.kinds if not form.errors else [])):
        form.errors["kinds"] = NOT_POSSIBLE
    address, secret = _typed(data, "address"), _typed(data, "secret")
    errors = {}
    if address or not known:
        errors["address"] = REQUIRED if not address else address_error(kind, address)
    if kind == "telegram" and (secret or not known):
        errors["secret"] = REQUIRED if not secret else "" if BOT_TOKEN.fullmatch(secret) else NO_TOKEN
    if kind == "telegram" and (server := _typed(data, "server")):
        errors["server"] = url_error(server)
    form.errors |= {field: said for field, said in errors.items() if said}
    return form


def address_error(kind: ChannelKind, address: str) -> str:
    """'' when it may be used."""
    match kind:
        case "email":
            people = Target(address).addresses
            return "" if 0 < len(people) <= MOST_PEOPLE and all(map(EMAIL.fullmatch, people)) else NO_EMAIL
        case "telegram":
            return "" if CHAT.fullmatch(address) else NO_CHAT
        case _:
            return url_error(address)


def url_error(url: str) -> str:
    """Names are looked up when something is sent; what is written as an address is looked at here and then."""
    try:
        parts = urlsplit(url)
        host = outbound.address(url).host
    except (ValueError, httpx.InvalidURL):
        return NO_URL
    schemes = ("https",) if settings().production else ("https", "http")
    if parts.scheme not in schemes or not host or parts.username is not None or any(map(str.isspace, url)):
        return NO_URL
    return PRIVATE if settings().production and _is_written_inside(host) else ""


def _is_written_inside(host: str) -> bool:
    try:
        return not outbound.is_public(host)
    except ValueError:
        return False


def _typed(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    return value.strip() if isinstance(value, str) else ""
