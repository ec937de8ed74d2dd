"""POST /intake/meta: check the signature over the raw bytes, keep them, answer 200. Nothing else happens before the answer."""

from __future__ import annotations

import hmac
from typing import Annotated

import msgspec
from litestar import MediaType, Response, Router, get, post
from litestar.params import QueryParameter

from app.core.pages import AnyRequest
from app.intake.journal import Journal
from app.numbers import routing
from app.settings import settings
from app.whatsapp.signature import valid_signature

LARGEST_BODY = 4 * 1024 * 1024  # bytes; Meta sends up to 3 MB
# bytes; a stranger's large body must not cost an HMAC for every account.
TRIED_WITH_EVERY_SECRET = 64 * 1024

journal = Journal("meta")


class Entry(msgspec.Struct, frozen=True):
    id: str = ""


class Envelope(msgspec.Struct, frozen=True):
    entry: list[Entry] = []


async def signed(body: bytes, header: str | None) -> bool:
    """By the app's secret of the settings, by that of the account which the body names, or else by any that we know:
    some events name a business portfolio, and what is inside is not ours to judge here."""
    if header is None:
        return False
    try:
        accounts = list(dict.fromkeys(entry.id for entry in msgspec.json.decode(body, type=Envelope).entry))
    except (msgspec.DecodeError, UnicodeDecodeError):
        accounts = []
    if valid_signature(body, header, await routing.app_secrets(accounts)):
        return True
    return len(body) <= TRIED_WITH_EVERY_SECRET and valid_signature(body, header, await routing.every_app_secret())


@get("/meta", public=True, media_type=MediaType.TEXT)
async def verify(
    mode: Annotated[str, QueryParameter(name="hub.mode")] = "",
    token: Annotated[str, QueryParameter(name="hub.verify_token")] = "",
    challenge: Annotated[str, QueryParameter(name="hub.challenge")] = "",
) -> Response[str]:
    expected = settings().meta_verify_token
    if mode != "subscribe" or not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        return Response("verify token does not match", status_code=403, media_type=MediaType.TEXT)
    return Response(challenge, media_type=MediaType.TEXT)


@post("/meta", public=True, exclude_from_csrf=True, status_code=200, request_max_body_size=LARGEST_BODY)
async def receive(request: AnyRequest) -> Response[str]:
    body = await request.body()
    if not await signed(body, request.headers.get("x-hub-signature-256")):
        return Response("signature does not match", status_code=401, media_type=MediaType.TEXT)
    await journal.keep(body)
    return Response("", media_type=MediaType.TEXT)


router = Router("/intake", route_handlers=[verify, receive])
