"""The way out for whoever helps from inside."""

from __future__ import annotations

from litestar import Router, delete

from app.access.guards import signed_in
from app.accounts.session import cookie_name
from app.backoffice import impersonation
from app.core.db import platform_tx
from app.core.pages import AnyRequest, Page, redirect


@delete("/impersonation", status_code=200, guards=[signed_in])
async def end(request: AnyRequest) -> Page:
    async with platform_tx() as db:
        return redirect(request, "/platform", await impersonation.end(db, request.cookies.get(cookie_name(), "")))


router = Router("/", route_handlers=[end])
