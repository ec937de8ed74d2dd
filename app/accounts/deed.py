"""What people do to their accounts, said to the audit log of the workspace that they are in."""

from __future__ import annotations

from typing import Protocol

import msgspec

from app.core.acting import act_as, actor
from app.core.acting import note as enter
from app.core.db import Db


class Person(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class Known(Person, Protocol):
    """Somebody in a workspace: the viewer, whom only higher lines know."""

    @property
    def tenant_id(self) -> int: ...


def arrives(name: str, user_id: int | None = None) -> None:
    """Whoever asked was nobody until now; the log of what follows names them. Before the transaction opens."""
    if known := actor():
        act_as(msgspec.structs.replace(known, user_id=user_id, name=name))


async def note(db: Db, who: Known, what: str) -> None:
    """In the transaction of the change. Needs the platform's door."""
    await enter(db.conn, who.tenant_id, f"account.{what}", subject_id=who.id, name=who.name)


async def came_in(db: Db, tenant_id: int, who: Person) -> None:
    arrives(who.name, who.id)
    await enter(db.conn, tenant_id, "account.sign_in", subject_id=who.id, name=who.name)
