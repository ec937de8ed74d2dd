"""A webhook: check the signature over the raw bytes, keep them, and only then say so. Nothing else happens before that."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send
from psycopg_pool import PoolTimeout

from app.core.headers import secure
from app.intake.journal import Journal, TooMuchWaiting
from app.numbers import routing
from app.whatsapp.signature import valid_signature

PATH = "/intake/meta"
LARGEST_BODY = 4 * 1024 * 1024  # bytes; Meta sends up to 3 MB
# bytes; a stranger's large body must not cost an HMAC for every account.
TRIED_WITH_EVERY_SECRET = 64 * 1024

log = structlog.get_logger()
journal = Journal("meta")


class Entry(msgspec.Struct, frozen=True):
    id: str = ""


class Envelope(msgspec.Struct, frozen=True):
    entry: list[Entry] = []


ENVELOPE = msgspec.json.Decoder(Envelope)


class TooLarge(Exception):
    """Nobody but a stranger sends this much."""


class Gone(Exception):
    """They hung up in the middle of the body, so nobody waits for an answer."""


async def signers(body: bytes, header: str | None) -> set[int | None]:
    """The workspaces whose secret signed it, None for the settings' own: nobody, when it is a forgery. First the accounts
    which the body names are asked, then all: some events name a business portfolio."""
    if header is None:
        return set()
    try:
        accounts = list(dict.fromkeys(entry.id for entry in ENVELOPE.decode(body).entry))
    except (msgspec.DecodeError, UnicodeDecodeError):
        accounts = []
    found = _fitting(body, header, await routing.app_secrets(accounts))
    if not found and len(body) <= TRIED_WITH_EVERY_SECRET:
        found = _fitting(body, header, await routing.every_app_secret())
    return found


def _fitting(body: bytes, header: str, secrets: Sequence[routing.Secret]) -> set[int | None]:
    return {secret.tenant_id for secret in secrets if valid_signature(body, header, [secret.value])}


async def take(body: bytes, header: str | None) -> int:
    """The status of the answer. 503 makes Meta bring it again, for up to seven days."""
    try:
        found = await signers(body, header)
        if not found:
            return 401
        await journal.keep(body, found)
    except (PoolTimeout, TooMuchWaiting) as problem:
        log.warning("a webhook was not kept", reason=str(problem))
        return 503
    return 200


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """The same as an ASGI application of its own: a request through all of Litestar costs 110 µs of processor time more than
    the 60 µs that it takes here, and intake is where thousands a second arrive. What it raises, uvicorn logs and calls 500."""
    headers = dict(scope["headers"])
    try:
        body = await _body(headers, receive)
        status = await take(body, headers.get(b"x-hub-signature-256", b"").decode("latin-1") or None)
    except TooLarge:
        status = 413
    except Gone:
        return
    said = [(b"content-length", b"0"), *([(b"retry-after", b"2")] if status == 503 else [])]
    start = HTTPResponseStartEvent(type="http.response.start", status=status, headers=said)
    if status != 200:
        # Meta gets 200 and looks at no header; everything else a stranger may have asked for in a browser.
        await secure(start, scope)
    await send(start)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    said = headers.get(b"content-length", b"0")
    if len(said) > len(str(LARGEST_BODY)) or not said.isdigit() or int(said) > LARGEST_BODY:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        if part := message.get("body"):
            parts.append(part)
            size += len(part)
        if size > LARGEST_BODY:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join(parts)
