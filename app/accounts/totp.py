"""One-time codes by the clock (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, which every authenticator app speaks."""

from __future__ import annotations

import hmac
import secrets
import struct
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

import segno

from app.core.clock import now

STEP = 30  # seconds
DIGITS = 6
SECRET = 20  # bytes: as long as the hash (RFC 4226, 4)
# A clock may be half a minute off, and people take their time to type.
DRIFT = 1
ISSUER = "Recado"


def new_secret() -> str:
    return b32encode(secrets.token_bytes(SECRET)).decode()


def code_at(secret: str, step: int) -> str:
    """RFC 4226, 5.3."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_now() -> int:
    return int(now().timestamp()) // STEP


def step_of(secret: str, code: str) -> int | None:
    """The thirty seconds that this code belongs to; None when it is not one of these minutes."""
    here = step_now()
    fits = [step for step in range(here - DRIFT, here + DRIFT + 1) if hmac.compare_digest(code_at(secret, step), code)]
    return fits[-1] if fits else None


def address(secret: str, email: str) -> str:
    """What an authenticator app reads."""
    return f"otpauth://totp/{ISSUER}:{quote(email)}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def picture(secret: str, email: str) -> str:
    """The address as a QR code: an SVG for `src`. White around it in the dark as well, or cameras do not see it."""
    drawn = segno.make(address(secret, email), error="m", micro=False)
    return str(drawn.svg_data_uri(border=3, light="#fff", omitsize=True))
