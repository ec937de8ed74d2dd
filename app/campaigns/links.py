"""Tracked links: each person gets a short address of their own; nothing is kept about it before somebody presses.

The code carries tenant, link and recipient with a signature; where it leads stands in the row alone, never in the request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import msgspec

from app.core.db import Db, NotFound
from app.core.i18n import N_
from app.core.statements import statements
from app.settings import settings

# Marks before an address in a frozen value: the whole short address goes there, or, in a button, only its code.
LINK, CODE = "\ue002", "\ue003"
SIGNATURE = 6  # bytes: a thousand guesses a second hit once in nine thousand years
LONGEST_CODE = 60
LONGEST_URL = 2000
NOBODY = 0  # the recipient of test messages and previews

q = statements("campaign_links")


class BadUrl(Exception):
    """Not an address of the web."""

    message = N_("Write the whole address. Example: https://casaolmo.es/sofas")


class Tracked(msgspec.Struct, frozen=True):
    """The addresses of one campaign, ready to become everybody's own."""

    tenant_id: int
    ids: dict[str, int]

    def fill(self, values: Sequence[str], recipient_id: int) -> Sequence[str]:
        """The values, this person's links where an address is marked. Raises LookupError for one that was not registered."""
        if not self.ids:
            return values
        return [self._own(value, recipient_id) if value[:1] in (LINK, CODE) else value for value in values]

    def _own(self, value: str, recipient_id: int) -> str:
        code = encode(self.tenant_id, self.ids[value[1:]], recipient_id)
        return code if value[0] == CODE else f"{prefix()}{code}"


def prefix() -> str:
    """What every short address begins with; a button of a template may lead there too."""
    return f"{settings().public_url}/l/"


def checked(url: str) -> str:
    """The address as a browser is sent there. Raises BadUrl."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port that is no number is said here
    except ValueError:
        raise BadUrl from None
    if (
        parts.scheme not in ("http", "https")
        or "." not in (parts.hostname or "")
        or len(url) > LONGEST_URL
        or re.search(r"\s", url)
    ):
        raise BadUrl
    return url


def shown(value: str) -> str:
    """A marked value in a preview."""
    return {LINK: f"{prefix()}…", CODE: "…"}.get(value[:1], value)


async def register(db: Db, campaign_id: int) -> Tracked:
    """Before anything is sent, and again when a text changes."""
    await db.run(q.register, campaign_id=campaign_id)
    return await of(db, campaign_id)


async def of(db: Db, campaign_id: int) -> Tracked:
    rows = await db.rows(q.of_campaign, campaign_id=campaign_id)
    return Tracked(db.tenant_id or 0, {row["url"]: row["id"] for row in rows})


def encode(*ids: int) -> str:
    body = b"".join(_varint(each) for each in ids)
    return base64.urlsafe_b64encode(body + _signature(body)).decode().rstrip("=")


def decode(code: str) -> tuple[int, int, int]:
    """Tenant, link and recipient. Raises NotFound for one that we did not make."""
    try:
        raw = base64.b64decode(code[:LONGEST_CODE] + "=" * (-len(code[:LONGEST_CODE]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    body, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
    if not hmac.compare_digest(_signature(body), signature):
        raise NotFound
    tenant_id, link_id, recipient_id = _numbers(body)
    return tenant_id, link_id, recipient_id


def _signature(body: bytes) -> bytes:
    return hmac.digest(settings().secret_key.encode(), b"link:" + body, hashlib.sha256)[:SIGNATURE]


def _varint(number: int) -> bytes:
    """Seven bits a byte, the last one below 128: most ids take three."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes(found) + bytes([number])


def _numbers(body: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in body:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
