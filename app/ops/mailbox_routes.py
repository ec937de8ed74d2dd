"""What would have been mailed: development has no mail server, so its letters lie here."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, Router, get
from litestar.params import FromQuery

from app.core import mail
from app.core.db import NotFound
from app.core.pages import AnyRequest, Page, page
from app.settings import settings

# A letter brings its style along, because mail programs load none; it may do nothing else.
POLICY = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@get("/mailbox", public=True)
async def mailbox(request: AnyRequest, letter: FromQuery[datetime | None] = None) -> Page:
    """All of them, or one as a mail program shows it."""
    if settings().production:
        raise NotFound("mailbox")
    if letter is None:
        return page(request, "ops/mailbox.html", letters=mail.mailbox())
    for each in mail.mailbox():
        if each.at == letter and each.html:
            return Response(each.html, media_type="text/html", headers={"Content-Security-Policy": POLICY})
    raise NotFound("letter")


router = Router("/dev", route_handlers=[mailbox])
