"""A company with teams: who is in them, who is there, and what their customers write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Person, a_colleague, in_english, page_of
from tests.inbox.conftest import Shop, a_shop

STATE = "/account/availability"


class Company(Shop):
    """A workspace with a number, as its people use it."""

    async def team(self, name: str, *members: Person, lead: Person | None = None, **more: Any) -> int:
        """The id of a new team with these people in it."""
        answer = await self.owner.post("/teams", {"name": name, "description": "", "tone": "info", **more})
        assert answer.status_code == 303, answer.text[:2000]
        team = int(answer.headers["location"].rpartition("/")[2])
        for member in members:
            added = await self.owner.post(f"/teams/{team}/members", {"person_id": str(member.user_id)})
            assert added.status_code == 200, added.text[:2000]
        if lead:
            assert (await self.owner.put(f"/teams/{team}/lead", {"person_id": str(lead.user_id)})).status_code == 200
        return team

    async def talk(self, sender: str, **columns: Any) -> int:
        """The conversation that somebody has begun, put where a test wants it."""
        await self.hears(self.element("text", {"body": "Hola"}, sender=sender), names={sender: f"Persona {sender[-3:]}"})
        found = await self.row(
            "select c.id from conversations c join contact_identities i on i.contact_id = c.contact_id where i.value = %s",
            sender,
        )
        for column, value in columns.items():
            async with self.owner.tenant.tx() as db:
                await db.conn.execute(f"update conversations set {column} = %s where id = %s".encode(), (value, found["id"]))
        return int(found["id"])

    async def held(self, conversation: int) -> tuple[int | None, int | None]:
        """Who has it, and which team."""
        row = await self.row("select assignee_id, team_id from conversations where id = %s", conversation)
        return row["assignee_id"], row["team_id"]


async def sees(person: Person, query: str = "") -> set[int]:
    """The conversations in somebody's inbox."""
    page = page_of(await person.partial(f"/inbox{query}"))
    return {int((row.attributes["id"] or "").removeprefix("row-")) for row in page.css("li[id^=row-]")}


async def come(*people: Person) -> None:
    """They sit down at their desks."""
    for person in people:
        assert (await person.post(f"{STATE}/heartbeat")).status_code == 204


async def state_of(person: Person) -> str:
    async with person.tenant.tx() as db:
        row = await (await db.conn.execute("select state from availability where user_id = %s", (person.user_id,))).fetchone()
    assert row
    return str(row[0])


async def takes_at_most(company: Company, person: Person, most: int) -> None:
    answer = await company.owner.put(f"/teams/people/{person.user_id}", {"capacity": str(most)})
    assert answer.status_code == 303, answer.text[:2000]


@pytest.fixture
async def owner(owner: Person) -> Person:
    return in_english(owner)


@pytest.fixture
async def company(owner: Person) -> Company:
    shop = await a_shop(owner)
    return Company(owner, shop.number)


async def english(owner: Person, role: str, name: str) -> Person:
    return in_english(await a_colleague(owner, role, name))


@pytest.fixture
async def beto(owner: Person) -> Person:
    """An agent."""
    return await english(owner, "agent", "Beto Ruiz")


@pytest.fixture
async def cira(owner: Person) -> Person:
    """Another agent."""
    return await english(owner, "agent", "Cira Paz")
