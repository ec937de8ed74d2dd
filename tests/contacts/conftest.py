"""What tests of consent begin with: a shop whose customers write, somebody in it, and what is known of their wishes."""

from __future__ import annotations

from typing import Any

import pytest

from app.contacts import contact, identities
from app.contacts.identities import Sender
from tests.conftest import Person
from tests.inbox.conftest import Shop, a_shop


@pytest.fixture
async def shop(owner: Person) -> Shop:
    return await a_shop(owner)


async def a_contact(owner: Person, name: str = "Ana Ruiz", phone: str = "+34611482903") -> int:
    async with owner.tenant.tx() as db:
        return (await identities.resolve(db, [Sender(phone=phone, name=name)]))[0]


async def state(shop: Shop | Person, contact_id: int | None = None) -> tuple[str, str]:
    """Scope and reason of the only contact, or of this one."""
    owner = shop.owner if isinstance(shop, Shop) else shop
    async with owner.tenant.tx() as db:
        found = (await contact.search(db)).rows
        person = next(each for each in found if contact_id in (None, each.id))
    return person.opted_out_scope, person.opt_out_reason


async def ledger(owner: Person) -> list[tuple[Any, ...]]:
    async with owner.tenant.tx() as db:
        found = await db.conn.execute("select what, scope, how, text from consent_events order by id")
        return await found.fetchall()


async def answers(shop: Shop) -> list[str]:
    return [row["text"] for row in await shop.rows("select text from messages where direction = 'out' order by id")]
