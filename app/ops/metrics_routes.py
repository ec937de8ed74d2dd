"""/metrics, for Prometheus: with the token of the settings, open in development, closed where none is set."""

from __future__ import annotations

from hmac import compare_digest

from litestar import Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST

from app.core.db import NotFound
from app.core.pages import AnyRequest
from app.ops import exposition
from app.settings import Settings, settings


@get("/metrics", public=True)
async def metrics(request: AnyRequest) -> Response[bytes]:
    if not may_read(settings(), request.headers.get("authorization", "")):
        raise NotFound("metrics")
    return Response(await exposition.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def may_read(known: Settings, authorization: str) -> bool:
    """Whether this header opens it."""
    if not known.metrics_token:
        return not known.production
    return compare_digest(authorization.encode(), f"Bearer {known.metrics_token}".encode())


router = Router("/", route_handlers=[metrics])
