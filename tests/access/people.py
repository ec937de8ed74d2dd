"""What the tests of people share: the mailbox, a link out of it, and asking for a page as htmx does."""

from __future__ import annotations

import re
import secrets
from typing import Any

import httpx

from app.core import mail
from tests.conftest import Person, eventually, page_of

LIST = "/settings/people"
NEW = f"{LIST}/invitations"
NEWCOMER = {"name": "Dora Vega", "password": "una grapa correcta"}
AS_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def letter_to(email: str, *, number: int = 1, about: str = "/invitations/") -> mail.Received:
    """The newest of `number` letters about this to the address, as soon as the worker has handed it over."""

    def newest() -> mail.Received | None:
        found = [each for each in mail.mailbox() if each.to == email and about in each.text]
        return found[0] if len(found) >= number else None

    letter: mail.Received = await eventually(newest)
    return letter


async def link_to(email: str, *, number: int = 1) -> str:
    """The path of the invitation in the newest letter."""
    found = re.search(r"/invitations/[\w-]+", (await letter_to(email, number=number)).text)
    assert found is not None
    return found[0]


async def invite(owner: Person, email: str, *roles: str, **more: Any) -> httpx.Response:
    return await owner.post(NEW, {"emails": email, "language": "es", "roles": list(roles or ("agent",)), **more})


def browser() -> Person:
    """Somebody new, with a browser of their own."""
    return Person()


async def roles_of(person: Person) -> set[str]:
    async with person.tenant.tx() as db:
        cursor = await db.conn.execute("select unnest(held) from members where id = %s", (person.user_id,))
        return {row[0] for row in await cursor.fetchall()}


async def a_role(owner: Person, name: str, level: int, permissions: list[str]) -> str:
    """One of the workspace's own; its key."""
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "insert into roles (name, level, permissions) values (%s, %s, %s) returning id", (name, level, permissions)
        )
        row = await cursor.fetchone()
        assert row is not None
        return str(row[0])


def token_of(person: Person) -> str:
    """The newest session of their browser: the tests sign people in by hand, whose cookie names no host."""
    return [cookie.value or "" for cookie in person.http.cookies.jar if cookie.name == "recado"][-1]


def an_address(name: str = "dora") -> str:
    return f"{name}-{secrets.token_hex(5)}@ejemplo.es"


async def open_ones(owner: Person) -> list[str]:
    return [link.text().strip() for link in page_of(await owner.get(f"{LIST}?only=invited")).css("tbody th .truncate")]
