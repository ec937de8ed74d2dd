"""What would have been mailed: development has no mail server, so its letters lie here."""

from __future__ import annotations

from litestar import Router, get

from app.core import mail
from app.core.db import NotFound
from app.core.pages import AnyRequest, Page, page
from app.settings import settings


@get("/mailbox", public=True)
async def mailbox(request: AnyRequest) -> Page:
    if settings().production:
        raise NotFound("mailbox")
    return page(request, "ops/mailbox.html", letters=mail.mailbox())


router = Router("/dev", route_handlers=[mailbox])
