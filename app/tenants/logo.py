"""A company's logo: a small picture that browsers and mail programs show, looked at before it is kept."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator

import msgspec

from app.core import files
from app.core.db import Db, NotFound, Tenant
from app.core.files import File
from app.core.i18n import N_
from app.core.statements import statements
from app.settings import settings

LARGEST = 512 * 1024  # bytes
WIDEST = 2000  # pixels
SMALLEST = 32
NAMES = {"image/png": "logo.png", "image/jpeg": "logo.jpg", "image/webp": "logo.webp"}

q = statements("tenants")


class Unfit(Exception):
    """`message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Picture(msgspec.Struct, frozen=True):
    mime: str
    width: int
    height: int


def look_at(content: bytes) -> Picture:
    """By its bytes, whatever it is called. No SVG: it may carry scripts. Raises Unfit."""
    if len(content) > LARGEST:
        raise Unfit(N_("The picture is larger than 512 KB. Save it smaller; 400 pixels across are plenty."))
    try:
        found = _png(content) or _jpeg(content) or _webp(content)
    except (struct.error, IndexError):
        found = None
    if found is None:
        raise Unfit(N_("This is no PNG, JPEG or WebP picture. Save the logo as PNG and upload it again."))
    if max(found.width, found.height) > WIDEST:
        raise Unfit(N_("The picture has more than 2,000 pixels on a side. Save it smaller; 400 are plenty."))
    if min(found.width, found.height) < SMALLEST:
        raise Unfit(N_("The picture has less than 32 pixels on a side, and would look blurred."))
    return found


def _png(content: bytes) -> Picture | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    return Picture("image/png", *struct.unpack(">II", content[16:24]))


def _jpeg(content: bytes) -> Picture | None:
    if content[:3] != b"\xff\xd8\xff":
        return None
    for marker, at in _segments(content):
        # Start of frame, of whatever coding; C4, C8 and CC mean something else (ITU-T T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 3 : at + 7])
            return Picture("image/jpeg", width, height)
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Marker, and where what it announces begins."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        yield marker, at + 2
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]


def _webp(content: bytes) -> Picture | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind, body = content[12:16], content[20:30]
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        return Picture("image/webp", int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    return None


async def put_up(db: Db, content: bytes) -> None:
    """Instead of the one before. Raises Unfit."""
    picture = look_at(content)
    file = await files.store_bytes(db, NAMES[picture.mime], picture.mime, content)
    await db.run(q.put_logo_up, file_id=file.id)


async def take_down(db: Db) -> None:
    await db.run(q.put_logo_up, file_id=None)


def path(tenant_id: int, file_id: int) -> str:
    """A new logo has a new address, so browsers and mail programs may keep the old one. Nobody can guess it."""
    return f"/logos/{tenant_id}/{file_id}/{_seal(tenant_id, file_id)}"


async def find(tenant_id: int, file_id: int, seal: str) -> tuple[File, bytes]:
    """Whoever asks: mails show it too. Raises NotFound for one that was taken down."""
    if not hmac.compare_digest(seal.encode(), _seal(tenant_id, file_id).encode()):
        raise NotFound("logo")
    async with Tenant(tenant_id).tx() as db:
        file = await db.one(q.logo, File)
        if file.id != file_id:
            raise NotFound("logo")
        return file, await files.read(db, file.id)


def _seal(tenant_id: int, file_id: int) -> str:
    return hmac.digest(settings().secret_key.encode(), f"logo:{tenant_id}:{file_id}".encode(), hashlib.sha256).hex()[:32]
