"""A kept file on its way to a browser: as an attachment, in parts of a megabyte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

from litestar.response import Stream

from app.core import files
from app.core.db import Db
from app.core.files import File

Door = Callable[[], AbstractAsyncContextManager[Db]]


def attachment(file: File, door: Door) -> Stream:
    """`door` opens a transaction of whoever asks: the request's own is over before the first byte."""
    return Stream(_parts(file, door), media_type=file.mime, headers=named(file.name) | {"Content-Length": str(file.size)})


def named(name: str) -> dict[str, str]:
    """The heading that has a browser keep an answer under this name, whatever letters it has."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", "Cache-Control": "no-store"}


async def _parts(file: File, door: Door) -> AsyncIterator[bytes]:
    """Whoever takes an hour over a slow line holds no transaction open."""
    number = 0
    while True:
        async with door() as db:
            part = await files.part(db, file.id, number)
        if not part:
            return
        yield part
        number += 1
