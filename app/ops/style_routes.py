"""The style page: every component in both themes. Only in development."""

from __future__ import annotations

from litestar import Router, get

from app.core.db import NotFound
from app.core.pages import AnyRequest, Page, page
from app.settings import settings


@get("/style", public=True)
async def style(request: AnyRequest) -> Page:
    if settings().production:
        raise NotFound("style")
    return page(request, "style.html")


router = Router("/", route_handlers=[style])
