"""Contacts: the people a workspace writes to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.contacts import columns, identities, label
from app.contacts.label import Label
from app.core import live, phone
from app.core.db import Db, NotFound
from app.core.i18n import N_
from app.core.paging import PAGE, Page, after, cursor
from app.core.statements import Statement, statements

TOPIC = "contacts"
CHANGED = "contacts_changed"

NUMBER = re.compile(r"\+?[\d\s().\-/]*\d[\d\s().\-/]*")
SHORTEST_NUMBER = 3  # digits; fewer are rather part of a name

q = statements("contacts")


class Contact(msgspec.Struct, frozen=True):
    id: int
    name: str
    phone: str
    username: str
    email: str
    company: str
    language: str
    variables: dict[str, str]
    labels: list[Label]
    opted_out_at: datetime | None
    opt_out_reason: str
    # marketing or all; '' for whoever has not opted out.
    opted_out_scope: str
    created_at: datetime

    @property
    def number(self) -> str:
        """The phone number as people of its country group it."""
        return phone.pretty(self.phone) if self.phone else ""

    @property
    def title(self) -> str:
        """What to call them: with a name or without one."""
        return self.name or self.number or ("@" + self.username if self.username else "")


class Wish(msgspec.Struct, frozen=True):
    """`keys` and `values` are the variables, line by line."""

    name: Annotated[str, Meta(max_length=200)] = ""
    phone: str = ""
    email: Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""
    company: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    label_ids: list[int] = []
    keys: list[str] = []
    values: list[Annotated[str, Meta(max_length=1000)]] = []

    @property
    def variables(self) -> dict[str, str]:
        pairs = zip(self.keys, self.values, strict=False)
        return {name: value.strip() for key, value in pairs if (name := columns.variable_key(key)) and value.strip()}


class BadPhone(Exception):
    """No reading of it is a number that can exist."""

    message = N_("This number cannot exist. Check its digits, or write it with the country code. Example: +34 611 482 903")


class PhoneTaken(Exception):
    """Each number belongs to one person."""

    message = N_("Another contact has this number already.")


async def find(db: Db, contact_id: int) -> Contact:
    found = await cards(db, [contact_id])
    if not found:
        raise NotFound("contacts.find")
    return found[0]


class Filter(msgspec.Struct, frozen=True):
    """Every word, anywhere in name, company or e-mail; or digits, anywhere in a number."""

    q: str = ""
    label_id: int | None = None
    opted_out: bool = False


async def search(
    db: Db, words: str = "", *, label_id: int | None = None, opted_out: bool = False, page: str | None = None
) -> Page[Contact]:
    """The newest come first."""
    (last,) = after(page, int)
    found = await ids(db, Filter(words, label_id, opted_out), last, PAGE + 1)
    return Page(await cards(db, found[:PAGE]), cursor(found[PAGE - 1]) if len(found) > PAGE else "")


async def ids(db: Db, only: Filter, last: int | None, most: int) -> list[int]:
    """Of the next people after `last`, the newest first."""
    statement, terms = _terms(only)
    found = await db.rows(statement, last=last, label_id=only.label_id, opted_out=only.opted_out, most=most, **terms)
    return [row["id"] for row in found]


async def cards(db: Db, ids: list[int]) -> list[Contact]:
    return [msgspec.convert(row, Contact) for row in await db.rows(q.cards, ids=ids)] if ids else []


async def create(db: Db, wish: Wish, *, country: str) -> Contact:
    """Raises BadPhone or PhoneTaken."""
    number = normalised(wish.phone, country)
    await db.run(identities.q.lock)
    async with db.unique(PhoneTaken):
        contact_id: int = await db.value(q.create, **_stored(wish))
        await db.run(q.add_phone, id=contact_id, phone=number)
    await label.set_all(db, contact_id, wish.label_ids)
    await live.announce(db, TOPIC, CHANGED)
    return await find(db, contact_id)


async def change(db: Db, contact: Contact, wish: Wish, *, country: str) -> Contact:
    """A person without a number may stay so; one with a number keeps one. Raises BadPhone or PhoneTaken."""
    number = normalised(wish.phone, country) if wish.phone or contact.phone else ""
    await db.run(identities.q.lock)
    async with db.unique(PhoneTaken):
        await db.run(q.change, id=contact.id, **_stored(wish))
        if number != contact.phone:
            await db.run(q.drop_phone, id=contact.id, phone=contact.phone)
            await db.run(q.add_phone, id=contact.id, phone=number)
    await label.set_all(db, contact.id, wish.label_ids)
    await live.announce(db, TOPIC, CHANGED)
    return await find(db, contact.id)


async def delete(db: Db, contact_ids: Sequence[int]) -> int:
    """With their conversations. How many there were."""
    count = await db.run(q.delete, ids=list(contact_ids))
    await live.announce(db, TOPIC, CHANGED)
    return count


async def identities_of(db: Db, contact: Contact) -> list[tuple[str, str]]:
    """Kind and value of everything that leads to this person."""
    return [(row["kind"], row["value"]) for row in await db.rows(q.identities, id=contact.id)]


def normalised(text: str, country: str) -> str:
    """E.164. Raises BadPhone."""
    number = phone.normalise(text, country)
    if number is None:
        raise BadPhone
    return number


def _terms(only: Filter) -> tuple[Statement, dict[str, Any]]:
    words = only.q.strip()
    digits = "".join(filter(str.isdecimal, words))
    if NUMBER.fullmatch(words) and len(digits) >= SHORTEST_NUMBER:
        return q.by_number, {"pattern": f"{'+' if words.startswith('+') else '%'}{digits}%"}
    if not words and only.label_id is None:
        return q.newest, {}
    patterns = [f"%{_literal(word)}%" for word in words.split()]
    return (q.by_words if only.label_id is None else q.by_label), {"patterns": patterns}


def _literal(word: str) -> str:
    """What `like` would read as a wildcard is meant as it is typed."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def _stored(wish: Wish) -> dict[str, Any]:
    kept = {name: getattr(wish, name) for name in ("name", "email", "company", "language")}
    return {**kept, "variables": msgspec.json.encode(wish.variables).decode()}
