"""Somebody is deactivated: what they had goes back to the queue, in the same transaction and live."""

from __future__ import annotations

from app.core.db import Db
from app.core.statements import statements

q = statements("members")


async def put_back(db: Db, *, member_id: int) -> None:
    """A reaction to member_deactivated."""
    await db.value(q.put_conversations_back, person=member_id)
