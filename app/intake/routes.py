"""POST /intake/meta: check the signature over the raw bytes, keep them, answer 200. Nothing else happens before the answer."""

from __future__ import annotations

import hmac
from typing import Annotated

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.params import QueryParameter

from app.core.clock import seconds
from app.core.db import platform_tx
from app.intake.journal import Journal
from app.numbers import routing
from app.settings import settings
from app.whatsapp.signature import valid_signature

LARGEST_BODY = 4 * 1024 * 1024  # bytes; Meta sends up to 3 MB
SECRETS_KEPT = 30.0  # seconds

journal = Journal("meta")


class Entry(msgspec.Struct):
    id: str = ""


class Envelope(msgspec.Struct):
    entry: list[Entry] = []


class Secrets:
    """App secrets by WABA. A number connected a moment ago is looked up when its first webhook does not fit."""

    def __init__(self) -> None:
        self.by_waba: dict[str, list[str]] = {}
        self.read_at = -SECRETS_KEPT

    async def fit(self, body: bytes, header: str | None) -> bool:
        try:
            wabas = [entry.id for entry in msgspec.json.decode(body, type=Envelope).entry]
        except msgspec.DecodeError:
            wabas = []
        if seconds() - self.read_at < SECRETS_KEPT and valid_signature(body, header, self._of(wabas)):
            return True
        if header is None or seconds() - self.read_at < 0.2:
            return False
        await self.read()
        return valid_signature(body, header, self._of(wabas))

    def _of(self, wabas: list[str]) -> list[str]:
        app = [secret.strip() for secret in settings().meta_app_secret.split(",") if secret.strip()]
        return [*app, *(secret for waba in dict.fromkeys(wabas) for secret in self.by_waba.get(waba, []))]

    async def read(self) -> None:
        async with platform_tx() as door:
            self.by_waba = await routing.app_secrets(door)
        self.read_at = seconds()


secrets = Secrets()


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
async def receive(request: Request) -> Response[str]:
    body = await request.body()
    if not await secrets.fit(body, request.headers.get("x-hub-signature-256")):
        return Response("signature does not match", status_code=401, media_type=MediaType.TEXT)
    await journal.keep(body)
    return Response("", media_type=MediaType.TEXT)


router = Router("/intake", route_handlers=[verify, receive])
