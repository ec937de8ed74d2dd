"""Who does what at this moment. Each transaction says it to Postgres, whose triggers write the audit log."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import msgspec
from psycopg import AsyncConnection


class Actor(msgspec.Struct, frozen=True):
    """`kind` is person, token, assistant, platform or command. Work that nobody in particular does (jobs, webhooks) has none.

    `doing` is the route that was asked, `about` the first id in it; when it changes something that no trigger tells, it is the
    entry itself.
    """

    kind: str
    name: str = ""
    user_id: int | None = None
    address: str = ""
    agent: str = ""
    request_id: str = ""
    doing: str = ""
    about: int | None = None
    reason: str = ""
    writes: bool = False

    def encoded(self) -> str:
        """As Postgres gets it."""
        return msgspec.json.encode(self).decode()


_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def actor() -> Actor | None:
    return _current.get()


def act_as(who: Actor | None) -> None:
    """For the rest of this request or task."""
    _current.set(who)


async def note(
    conn: AsyncConnection[Any], tenant_id: int, action: str, *, subject_id: int | None = None, name: str = ""
) -> None:
    """An entry of the audit log for what no row tells, such as signing in; in the caller's transaction."""
    statement = "select add_to_audit_log(%s, %s, %s, %s, null, null, 1) from set_config('app.actor', %s, true)"
    who = actor()
    await conn.execute(statement, (tenant_id, action, subject_id, name, who.encoded() if who else ""))
