"""Files in Postgres, in parts of a megabyte, so that no process holds a whole one in memory."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import msgspec

from app.core.db import Db
from app.core.statements import statements

PART = 1024 * 1024

q = statements("files")


class File(msgspec.Struct, frozen=True):
    id: int
    name: str
    mime: str
    size: int


async def store(db: Db, name: str, mime: str, chunks: AsyncIterator[bytes]) -> File:
    """Writes the parts as they come."""
    file_id = await db.value(q.create, name=name, mime=mime)
    size, part, checksum, waiting = 0, 0, hashlib.sha256(), bytearray()
    async for chunk in chunks:
        size += len(chunk)
        checksum.update(chunk)
        waiting += chunk
        while len(waiting) >= PART:
            await db.run(q.add_part, file_id=file_id, part=part, content=bytes(waiting[:PART]))
            del waiting[:PART]
            part += 1
    if waiting:
        await db.run(q.add_part, file_id=file_id, part=part, content=bytes(waiting))
    return await db.one(q.finish, File, id=file_id, size=size, sha256=checksum.digest())


async def store_bytes(db: Db, name: str, mime: str, content: bytes) -> File:
    """For what is small enough to hold."""

    async def whole() -> AsyncIterator[bytes]:
        yield content

    return await store(db, name, mime, whole())


async def find(db: Db, file_id: int) -> File:
    """Raises NotFound for another tenant's file, as for none."""
    return await db.one(q.find, File, id=file_id)


async def parts(db: Db, file_id: int) -> AsyncIterator[bytes]:
    """In order, one megabyte at a time."""
    number = 0
    while content := await part(db, file_id, number):
        yield content
        number += 1


async def part(db: Db, file_id: int, number: int) -> bytes:
    """Empty after the last one; for whoever takes so long that each part needs a transaction of its own."""
    return bytes(await db.value(q.part, file_id=file_id, part=number) or b"")


async def read(db: Db, file_id: int) -> bytes:
    """All of it; for media, which Meta bounds at 100 MB."""
    return b"".join([part async for part in parts(db, file_id)])
