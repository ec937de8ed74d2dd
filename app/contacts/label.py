"""Labels: words in a colour that people put on contacts, and find them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.contacts import identities
from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements

Tone = Literal["primary", "success", "warning", "danger", "info"]

q = statements("labels")


class Label(msgspec.Struct, frozen=True):
    id: int
    name: str
    tone: str


class Wish(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    tone: Tone = "primary"


class NameTaken(Exception):
    """Accents and capitals make no difference."""

    message = N_("There is a label with this name already.")


async def every(db: Db) -> list[Label]:
    """In the order of the alphabet. A workspace has dozens, not thousands."""
    return await db.many(q.every, Label)


async def find(db: Db, label_id: int) -> Label:
    return await db.one(q.find, Label, id=label_id)


async def create(db: Db, wish: Wish) -> Label:
    # An import makes labels too, and would trip over ours.
    await db.run(identities.q.lock)
    async with db.unique(NameTaken):
        made = await db.one(q.create, Label, name=wish.name, tone=wish.tone)
    await live.announce(db, "contacts", "contacts_changed")
    return made


async def change(db: Db, label: Label, wish: Wish) -> Label:
    async with db.unique(NameTaken):
        changed = await db.one(q.change, Label, id=label.id, name=wish.name, tone=wish.tone)
    await live.announce(db, "contacts", "contacts_changed")
    return changed


async def delete(db: Db, label: Label) -> None:
    """It comes off everybody; the people stay."""
    await db.run(q.delete, id=label.id)
    await live.announce(db, "contacts", "contacts_changed")


async def put_on(db: Db, label: Label, contact_ids: Sequence[int]) -> int:
    """How many did not have it."""
    count = await db.run(q.put_on, label_id=label.id, contact_ids=list(contact_ids))
    await live.announce(db, "contacts", "contacts_changed")
    return count


async def take_off(db: Db, label: Label, contact_ids: Sequence[int]) -> int:
    """How many had it."""
    count = await db.run(q.take_off, label_id=label.id, contact_ids=list(contact_ids))
    await live.announce(db, "contacts", "contacts_changed")
    return count


async def set_all(db: Db, contact_id: int, label_ids: Sequence[int]) -> None:
    """Exactly these, and no others."""
    await db.run(q.keep_only, contact_id=contact_id, label_ids=list(label_ids))
    await db.run(q.put_all_on, contact_id=contact_id, label_ids=list(label_ids))
