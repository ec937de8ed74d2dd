"""POST /intake/meta: check the signature over the raw bytes, keep them, answer 200. Nothing else happens before the answer."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
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


async def signers(body: bytes, header: str | None) -> set[int | None]:
    """The workspaces whose secret signed it, None for the settings' own: nobody, when it is a forgery. First the accounts
    which the body names are asked, then all: some events name a business portfolio."""
    if header is None:
        return set()
    try:
        accounts = list(dict.fromkeys(entry.id for entry in msgspec.json.decode(body, type=Envelope).entry))
    except (msgspec.DecodeError, UnicodeDecodeError):
        accounts = []
    found = _fitting(body, header, await routing.app_secrets(accounts))
    if not found and len(body) <= TRIED_WITH_EVERY_SECRET:
        found = _fitting(body, header, await routing.every_app_secret())
    return found


def _fitting(body: bytes, header: str, secrets: Sequence[routing.Secret]) -> set[int | None]:
    return {secret.tenant_id for secret in secrets if valid_signature(body, header, [secret.value])}


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
    found = await signers(body, request.headers.get("x-hub-signature-256"))
    if not found:
        return Response("signature does not match", status_code=401, media_type=MediaType.TEXT)
    await journal.keep(body, found)
    return Response("", media_type=MediaType.TEXT)


router = Router("/intake", route_handlers=[verify, receive])
