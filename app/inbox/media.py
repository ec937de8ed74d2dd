"""Files of messages: theirs are fetched at once, because WhatsApp forgets them after seven days; ours are checked before."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec
import structlog

from app.core import files, live
from app.core.clock import now
from app.core.db import Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.outbound import NotSent, OutcomeUnknown
from app.core.statements import statements
from app.numbers import credentials
from app.numbers.provider import provider
from app.whatsapp.errors import ProviderError

MB = 1024 * 1024
MOST = 16 * MB  # of an upload in the chat
LARGEST = {"image": 5 * MB, "video": MOST, "audio": MOST, "document": MOST}
# What WhatsApp takes of each kind; everything else goes as a document.
KINDS = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
}
# What a browser may show inside a page of ours; anything else is only ever downloaded.
SHOWN = frozenset({
    *KINDS["image"], *KINDS["video"], *KINDS["audio"], "image/webp", "image/gif", "application/pdf",
})  # fmt: skip
# Before the next try; afterwards the bubble says that the file did not come.
WAITS = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=6))
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")

q = statements("messages")
log = structlog.get_logger()


class FileRefused(Exception):
    """Said beside the file before anything is sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


TOO_LARGE = N_("The file is too large. WhatsApp takes pictures of up to 5 MB, other files of up to 16 MB here.")
EMPTY = N_("The file is empty. Choose another one.")


class Wanted(msgspec.Struct, frozen=True):
    id: int
    payload: dict[str, Any]
    number_id: int


def kind_of(mime: str, size: int) -> str:
    """How WhatsApp will show it. Raises FileRefused."""
    kind = next((kind for kind, mimes in KINDS.items() if mime.partition(";")[0].strip().lower() in mimes), "document")
    if not size:
        raise FileRefused(EMPTY)
    if size > LARGEST[kind]:
        raise FileRefused(TOO_LARGE)
    return kind


def safe_name(name: str, mime: str) -> str:
    """A stranger's file name without what a path, a header or a shell could mean."""
    cleaned = UNSAFE.sub(" ", name).strip(" .")[-120:]
    return cleaned or "file" + (mimetypes.guess_extension(mime.partition(";")[0].strip()) or "")


@job(queue="intake")
async def fetch(tenant: Tenant, *, message_id: int, attempt: int = 0) -> None:
    """From WhatsApp into our own files. A second run finds it there."""
    async with tenant.tx() as db:
        wanted = await db.maybe(q.media_to_fetch, Wanted, id=message_id)
        if wanted is None:
            return
        key = await credentials.of_number(db, wanted.number_id)
    with SpooledTemporaryFile(max_size=8 * MB) as arrived:
        try:
            file = await provider().media(key, wanted.payload["media_id"])
            async for piece in provider().download(key, file):
                arrived.write(piece)
        except (ProviderError, NotSent, OutcomeUnknown) as problem:
            log.warning("media not fetched", message_id=message_id, attempt=attempt, reason=str(problem))
            await _later_or_never(tenant, message_id, attempt)
            return
        arrived.seek(0)
        async with tenant.tx() as db:
            name = safe_name(wanted.payload.get("filename") or "", file.mime_type)
            kept = await files.store(db, name, file.mime_type, _parts(arrived))
            conversation_id = await db.value(q.keep_file, id=message_id, file_id=kept.id)
            await live.announce(db, f"conversation:{conversation_id}", "message_changed", message_id)


async def _later_or_never(tenant: Tenant, message_id: int, attempt: int) -> None:
    async with tenant.tx() as db:
        if attempt < len(WAITS):
            await fetch.later(db, at=now() + WAITS[attempt], message_id=message_id, attempt=attempt + 1)
            return
        conversation_id = await db.value(q.keep_file_problem, id=message_id)
        await live.announce(db, f"conversation:{conversation_id}", "message_changed", message_id)


async def _parts(arrived: IO[bytes]) -> AsyncIterator[bytes]:
    while part := arrived.read(files.PART):
        yield part
