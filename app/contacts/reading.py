"""Our side of the reader process: what is in a file, and its batches, one at a time and never more in memory."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from app.contacts import unreadable
from app.contacts.reader import Found, Look, Read, Trouble
from app.contacts.unreadable import SpreadsheetError

ROOT = Path(__file__).parent.parent.parent


class ReaderDied(Exception):
    """The process ended before the file did; it will be started again."""


async def look(path: Path, country: str) -> Found:
    """Raises SpreadsheetError with the sentence for the person who uploaded it."""
    async for document in documents(Look(str(path), country)):
        found = msgspec.json.decode(document, type=Found | Trouble)
        if isinstance(found, Trouble):
            problem: type[SpreadsheetError] = getattr(unreadable, found.name)
            raise problem(**found.values)
        return found
    raise ReaderDied


async def documents(order: Look | Read) -> AsyncIterator[str]:
    """JSON, batch by batch; the reader makes the next one while this one is stored."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "app.contacts.reader", stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    if process.stdin is None or process.stdout is None:
        raise ReaderDied
    try:
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.write_eof()
        while length := await _exactly(process.stdout, 4):
            yield (await _exactly(process.stdout, int.from_bytes(length, "big"))).decode()
        if await process.wait() != 0:
            raise ReaderDied
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _exactly(pipe: asyncio.StreamReader, size: int) -> bytes:
    """Nothing at the end of the pipe."""
    try:
        return await pipe.readexactly(size)
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise ReaderDied from None
        return b""
