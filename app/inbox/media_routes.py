"""Files of messages. What strangers sent is only shown when a browser cannot run it; everything else is downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Stream

from app.access.guards import TenantDb
from app.access.viewer import CurrentRequest
from app.core import files
from app.core.files import File
from app.core.statements import statements
from app.inbox import media
from app.inbox.routes import SEES

q = statements("messages")


@get("/{public_id:uuid}", guards=SEES)
async def show(request: CurrentRequest, db: TenantDb, public_id: FromPath[UUID]) -> Stream:
    """Whoever may see the message may see its file."""
    file = await db.one(q.file, File, public_id=public_id)
    kind = file.mime.partition(";")[0].strip().lower()
    shown = kind in media.SHOWN and "download" not in request.query_params
    headers = {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return Stream(_content(request, file.id), media_type=kind if shown else "application/octet-stream", headers=headers)


async def _content(request: CurrentRequest, file_id: int) -> AsyncIterator[bytes]:
    """The request's own transaction is over before the first byte."""
    async with request.user.tx() as db:
        async for part in files.parts(db, file_id):
            yield part


router = Router("/inbox/media", route_handlers=[show])
