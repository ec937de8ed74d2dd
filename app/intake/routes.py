"""/intake/meta: Meta verifies the address, and brings webhooks. serve.py answers those before the application is asked."""

from __future__ import annotations

import hmac
from typing import Annotated

from litestar import MediaType, Response, Router, get, post
from litestar.params import QueryParameter

from app.core.pages import AnyRequest
from app.intake import receiving
from app.numbers import setup
from app.settings import settings


@get("/meta", public=True, media_type=MediaType.TEXT)
async def verify(
    mode: Annotated[str, QueryParameter(name="hub.mode")] = "",
    token: Annotated[str, QueryParameter(name="hub.verify_token")] = "",
    challenge: Annotated[str, QueryParameter(name="hub.challenge")] = "",
) -> Response[str]:
    expected = settings().meta_verify_token
    ours = bool(expected) and hmac.compare_digest(token.encode(), expected.encode())
    if mode != "subscribe" or not (ours or await setup.note_verification(token)):
        return Response("verify token does not match", status_code=403, media_type=MediaType.TEXT)
    return Response(challenge, media_type=MediaType.TEXT)


# Where the application runs without serve.py in front of it; the verb is the same.
@post("/meta", public=True, exclude_from_csrf=True, status_code=200, request_max_body_size=receiving.LARGEST_BODY)
async def receive(request: AnyRequest) -> Response[str]:
    status = await receiving.take(await request.body(), request.headers.get("x-hub-signature-256"))
    return Response("", status_code=status, media_type=MediaType.TEXT, headers={"Retry-After": "2"} if status == 503 else None)


router = Router("/intake", route_handlers=[verify, receive])
