"""Where a request comes from: its address, its browser, and whether somebody signed in there before."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Literal

import msgspec
from litestar.datastructures import Cookie

from app.core.pages import AnyRequest
from app.core.secrets import key_for, new_token
from app.settings import settings

LONGEST_AGENT = 400
A_YEAR = timedelta(days=365)
GONE = timedelta()
# A family shares a tablet.
MOST_PEOPLE = 5
SIGNATURE = 16  # bytes of it
WELL_FORMED = re.compile(r"[\w-]{43}(\.[\w-]{22}){1,5}")


class Origin(msgspec.Struct, frozen=True):
    """`device` is the cookie of a browser in which somebody has signed in: a name for it, and a signature for each person."""

    address: str = ""
    agent: str = ""
    device: str = ""

    @property
    def device_name(self) -> str:
        return self.device.partition(".")[0]

    def knows(self, email: str) -> bool:
        return any(hmac.compare_digest(_sign(self.device_name, email), each) for each in self.device.split(".")[1:])


def of(request: AnyRequest) -> Origin:
    device = request.cookies.get(cookie_name(), "")
    return Origin(
        request.client.host if request.client else "", request.headers.get("user-agent", "")[:LONGEST_AGENT],
        device if WELL_FORMED.fullmatch(device) else "",
    )  # fmt: skip


def remember(origin: Origin, email: str) -> Cookie:
    """From now on this browser has guesses of its own for this person, whatever others do to the account."""
    name = origin.device_name or new_token()
    others = [each for each in origin.device.split(".")[1:] if each != _sign(name, email)]
    value = ".".join([name, *others[-(MOST_PEOPLE - 1) :], _sign(name, email)])
    return cookie(cookie_name(), value, A_YEAR)


def cookie(name: str, value: str, lasts: timedelta, *, samesite: Literal["lax", "strict"] = "lax") -> Cookie:
    """One that no script reads; GONE takes it back."""
    return Cookie(
        name, value=value, max_age=int(lasts.total_seconds()), path="/", httponly=True, secure=secure(), samesite=samesite
    )


def language(code: str) -> Cookie:
    """What somebody chose on this browser."""
    return cookie("language", code, A_YEAR)


def cookie_name() -> str:
    return prefixed("device")


def prefixed(name: str) -> str:
    """__Host- binds a cookie to this host over TLS (RFC 6265bis 4.1.3.2); plain HTTP on a laptop cannot have it."""
    return f"__Host-{name}" if secure() else name


def secure() -> bool:
    """Whether browsers reach us over TLS."""
    return settings().public_url.startswith("https://")


def _sign(name: str, email: str) -> str:
    signed = hmac.digest(key_for("known device", settings().secret_key), f"{name}|{email.lower()}".encode(), "sha256")
    return urlsafe_b64encode(signed[:SIGNATURE]).decode().rstrip("=")
