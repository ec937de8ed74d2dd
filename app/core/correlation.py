"""Each request has an id, given by whoever asks or made here: it is in the answer and in every line of the log."""

from __future__ import annotations

import re
import secrets

import structlog
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.core import metrics
from app.core.clock import seconds

HEADER = "X-Request-Id"
ACCEPTABLE = re.compile(r"[A-Za-z0-9_.-]{8,64}")
# Thousands of webhooks a second and every icon: they are counted elsewhere, or not at all.
IN_A_HURRY = ("/intake/", "/static/")


class Correlation(ASGIMiddleware):
    """The outermost of ours, so that its time is the whole time."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(IN_A_HURRY):
            return await next_app(scope, receive, send)
        request_id = _id_of(Headers.from_scope(scope).get(HEADER.lower(), ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, told = seconds(), {"status": 0}

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers[HEADER] = request_id
                # A live stream is open for minutes on purpose.
                streams = headers.get("content-type", "").startswith("text/event-stream")
                told["status"] = 0 if streams else message["status"]
            await send(message)

        await next_app(scope, receive, with_id)
        if told["status"]:
            route = str(scope.get("path_template", ""))
            metrics.REQUEST_SECONDS.labels(scope["method"], route, told["status"]).observe(seconds() - began)
        return None


def _id_of(given: str) -> str:
    return given if ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)
