"""Who is asking: a session cookie for pages, another one for the back office, a bearer token for the API. Sets the viewer
and the language."""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec
import structlog
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from app.access import operator, viewer
from app.accounts import machine, origin
from app.accounts.session import cookie_name
from app.core import i18n
from app.core.acting import Actor, act_as

PUBLIC_PREFIXES = ("/static/", "/intake/", "/health")


class Authentication(ASGIMiddleware):
    """On its own short connection: the request's transaction opens after the guards."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["user"] = scope["auth"] = None
        if scope["type"] == ScopeType.HTTP and not scope["path"].startswith(PUBLIC_PREFIXES):
            headers = Headers.from_scope(scope)
            cookies = _cookies(headers.get("cookie") or "")
            if scope["path"].startswith("/api/"):
                kind, _, token = headers.get("authorization", "").partition(" ")
                if kind.lower() == "bearer" and token:
                    find = viewer.by_access_token if machine.is_one(token) else viewer.by_api_token
                    scope["user"] = await find(token.strip())
            elif scope["path"].startswith(operator.ROOT):
                if cookie := cookies.get(operator.cookie_name()):
                    awake = scope["method"] != "GET" or headers.get("hx-request-type") != "partial"
                    scope["user"] = await operator.by_session(cookie, awake=awake)
            elif cookie := cookies.get(cookie_name()):
                scope["user"] = await viewer.by_session(cookie)
            if known := scope["user"]:
                structlog.contextvars.bind_contextvars(tenant=known.tenant_id, user=known.id)
            act_as(_actor(scope, headers, scope["user"]))
            wish = parse_qs(scope["query_string"].decode("latin-1")).get("language", [""])[0]
            i18n.choose(_language(scope, headers, cookies | ({"language": wish} if wish else {})))
            if wish in i18n.LANGUAGES:
                send = _remembering(wish, send)
        await next_app(scope, receive, send)


def _actor(scope: HTTPScope, headers: Headers, known: viewer.Viewer | None) -> Actor:
    """What the audit log says of whatever this request changes. `quiet` routes leave no entry of their own."""
    client, method = scope.get("client"), scope["method"]
    actor = Actor(
        "person", address=client[0] if client else "", agent=headers.get("user-agent", ""),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        doing=f"{method} {scope.get('path_template', scope['path'])}", about=_first_id(scope),
    )  # fmt: skip
    if known is not None:
        writes = method not in ("GET", "HEAD", "OPTIONS") and not scope["route_handler"].opt.get("quiet")
        kind = "platform" if known.operates else "token" if known.token else "person"
        who = {"kind": kind, "name": known.token or known.name, "user_id": known.id}
        if known.impersonator:
            who |= {"kind": "platform", "name": f"{known.impersonator} ({known.name})", "reason": known.impersonation_reason}
        return msgspec.structs.replace(actor, writes=writes, **who)
    return actor


def _first_id(scope: HTTPScope) -> int | None:
    """What the route is about: of several ids the others are parts of it. Not every id is a number."""
    first = next(iter(scope.get("path_params", {}).values()), None)
    return first if isinstance(first, int) else None


def _remembering(code: str, send: Send) -> Send:
    """`?language=…` works on every page and is kept on this browser for a year."""

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableScopeHeaders.from_message(message).add("Set-Cookie", origin.language(code).to_header(header=""))
        await send(message)

    return with_cookie


def _language(scope: Scope, headers: Headers, cookies: dict[str, str]) -> str:
    """Chosen on this browser, else the person's own, else what the browser asks for."""
    if cookies.get("language") in i18n.LANGUAGES:
        return cookies["language"]
    known: viewer.Viewer | None = scope["user"]
    return known.language if known else i18n.preferred(headers.get("accept-language", ""))


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}
