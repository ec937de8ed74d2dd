"""Whether a workspace asks everybody for a second factor, and how many of its people have one."""

from __future__ import annotations

import msgspec

from app.core.db import Db
from app.core.statements import statements

q = statements("two_factor")


class Protection(msgspec.Struct, frozen=True):
    people: int
    protected: int


async def is_on(db: Db) -> bool:
    return bool(await db.value(q.required))


async def choose(db: Db, *, required: bool) -> None:
    await db.run(q.require, required=required)


async def protection(db: Db) -> Protection:
    return await db.one(q.who_has_it, Protection)
