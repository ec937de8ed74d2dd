"""Who is who: people are found by any of their identities, made when nobody has them, and merged when two are one.

A phone number is no key any more: WhatsApp may name a person by a business-scoped user id alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from app.core import phone
from app.core.db import Db
from app.core.statements import statements
from app.whatsapp.updates import Person

ANY_COUNTRY = "ES"  # what starts with a plus needs none
# Brazilian mobiles got a ninth digit; accounts from before keep a WhatsApp id without it.
BRAZIL_WITHOUT_NINTH_DIGIT = re.compile(r"55(\d\d)([6-9]\d{7})")
MEXICO_WITH_OLD_MOBILE_PREFIX = re.compile(r"521(\d{10})")

q = statements("contact_identities")

Key = tuple[str, str, str]  # kind, value, portfolio


class Sender(Struct, frozen=True):
    """What is known of somebody, from a webhook or a form. `wa_id` is digits, `phone` is E.164."""

    phone: str = ""
    wa_id: str = ""
    bsuid: str = ""
    username: str = ""
    name: str = ""
    portfolio: str = ""
    parent_bsuid: str = ""

    @classmethod
    def of(cls, person: Person, portfolio: str) -> Sender:
        """A person of a webhook. Their BSUID means something only together with the portfolio of the number."""
        known = {name: value for name, value in msgspec.structs.asdict(person).items() if value}
        return cls(portfolio=portfolio, **known)


class _Known(Struct, frozen=True):
    kind: str
    value: str
    portfolio: str
    contact_id: int
    nameless: bool

    @property
    def key(self) -> Key:
        return self.kind, self.value, self.portfolio


class _Group(Struct):
    """Senders that are one person, and the contacts that this person is so far."""

    contacts: set[int]
    keys: dict[Key, None]
    name: str = ""
    username: str = ""

    def absorb(self, other: _Group) -> None:
        self.contacts |= other.contacts
        self.keys |= other.keys
        self.name = other.name or self.name
        self.username = other.username or self.username


async def resolve(db: Db, senders: Sequence[Sender]) -> list[int]:
    """A contact for each, in their order; a name that we have is kept. Raises ValueError for who has no identity."""
    keys = [_keys(sender) for sender in senders]
    known = await _known(db, keys)
    if not all(_is_settled(sender, marks, known) for sender, marks in zip(senders, keys, strict=True)):
        await db.tell(q.lock)
        known = await _known(db, keys)
        await _settle(db, _groups(senders, keys, known), known)
        known = await _known(db, keys)
    return [known[_link(marks)[0]].contact_id for marks in keys]


async def moved(db: Db, previous: Sender, current: Sender) -> int:
    """Somebody changed their number or id. The old one no longer means them: a number finds a new owner within months."""
    await db.tell(q.lock)
    people = sorted(set(await resolve(db, [previous, current])))
    contact_id = await _merged(db, people)
    kept = _keys(current)
    await db.run(q.drop, **_columns([key for key in _keys(previous) if key not in kept]))
    return contact_id


def spelled(wa_id: str) -> str:
    """The phone number behind a WhatsApp id, which in Brazil and Mexico are not always the same digits."""
    if old := BRAZIL_WITHOUT_NINTH_DIGIT.fullmatch(wa_id):
        return f"+55{old[1]}9{old[2]}"
    if old := MEXICO_WITH_OLD_MOBILE_PREFIX.fullmatch(wa_id):
        return f"+52{old[1]}"
    return phone.normalise("+" + wa_id, ANY_COUNTRY) or "+" + wa_id


def _phone_of(sender: Sender) -> str:
    return sender.phone or (spelled(sender.wa_id) if sender.wa_id else "")


def _keys(sender: Sender) -> list[Key]:
    """The surest first: a contact made from a webhook is looked up by its id, not by a name that anybody may take."""
    keys = [
        ("bsuid", sender.bsuid, sender.portfolio), ("bsuid", sender.parent_bsuid, ""), ("wa_id", sender.wa_id, ""),
        ("phone", _phone_of(sender), ""), ("username", sender.username.removeprefix("@").lower(), ""),
    ]  # fmt: skip
    found = [key for key in keys if key[1]]
    if not found:
        raise ValueError("a sender without any identity")
    return found


def _link(keys: list[Key]) -> list[Key]:
    """The keys that tell who it is. A username may have passed to somebody else, so it counts only alone."""
    return [key for key in keys if key[0] != "username"] or keys


def _is_settled(sender: Sender, keys: list[Key], known: dict[Key, _Known]) -> bool:
    found = [known.get(key) for key in keys]
    first = found[0]
    if first is None or any(other is None or other.contact_id != first.contact_id for other in found):
        return False
    return not (first.nameless and sender.name)


async def _known(db: Db, keys: list[list[Key]]) -> dict[Key, _Known]:
    wanted = sorted({key for each in keys for key in each})
    return {found.key: found for found in await db.many(q.known, _Known, **_columns(wanted))}


def _groups(senders: Sequence[Sender], keys: list[list[Key]], known: dict[Key, _Known]) -> list[_Group]:
    group_of: dict[Key | int, _Group] = {}
    for sender, marks in zip(senders, keys, strict=True):
        links = _link(marks)
        contacts = {known[key].contact_id for key in links if key in known}
        group = _Group(contacts, dict.fromkeys(marks), sender.name)
        group.username = next((value for kind, value, _ in marks if kind == "username"), "")
        touched: list[Key | int] = [*links, *contacts]
        joined = {id(other): other for mark in touched if (other := group_of.get(mark))}
        for other in joined.values():
            other.absorb(group)
            group = other
        touched = [*_link(list(group.keys)), *group.contacts]
        group_of |= dict.fromkeys(touched, group)
    return list({id(group): group for group in group_of.values()}.values())


async def _settle(db: Db, groups: list[_Group], known: dict[Key, _Known]) -> None:
    for group in groups:
        if group.contacts:
            group.contacts = {await _merged(db, sorted(group.contacts))}
    new = [group for group in groups if not group.contacts]
    made = await db.rows(q.create, names=[group.name for group in new]) if new else []
    for group, row in zip(new, sorted(made, key=lambda row: row["id"]), strict=True):
        group.contacts = {row["id"]}
    owned = [(contact, key) for group in groups for contact in group.contacts for key in group.keys]
    missing = [(contact, key) for contact, key in owned if key not in known or known[key].contact_id != contact]
    if missing:
        await db.tell(q.add, ids=[contact for contact, _ in missing], **_columns([key for _, key in missing]))
    names = {contact: group.name for group in groups for contact in group.contacts if group.name}
    await db.tell(q.name_the_nameless, ids=list(names), names=list(names.values()))
    usernames = {contact: group.username for group in groups for contact in group.contacts if group.username}
    await db.tell(q.drop_old_usernames, ids=list(usernames), names=list(usernames.values()))


async def _merged(db: Db, people: list[int]) -> int:
    kept: int = people[0] if len(people) == 1 else await db.value(q.merge, people=people)
    return kept


def _columns(keys: list[Key]) -> dict[str, list[str]]:
    kinds, values, portfolios = zip(*keys, strict=True) if keys else ((), (), ())
    return {"kinds": list(kinds), "values": list(values), "portfolios": list(portfolios)}
