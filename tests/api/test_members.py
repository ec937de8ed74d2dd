"""People over the API: read, invited, taken back; by whom, and what it refuses."""

from __future__ import annotations

import secrets
from typing import Any

import httpx

from tests.access.people import letter_to
from tests.conftest import Person, a_colleague, bearer


async def ask(person: Person, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    head = await bearer(person) | {"Accept-Language": "en"}
    return await person.http.request(method, f"/api/v1{path}", json=body, headers=head)


async def test_people_are_listed_and_shown(owner: Person, agent: Person) -> None:
    found = (await ask(owner, "GET", "/members")).json()
    assert [(each["name"], [role["key"] for role in each["roles"]]) for each in found["data"]] == [
        ("Ana Olmo", ["owner"]), ("Beto Ruiz", ["agent"]),
    ]  # fmt: skip
    one = (await ask(owner, "GET", f"/members/{agent.user_id}")).json()
    assert (one["email"], one["state"], one["roles"][0]["level"]) == (agent.email, "active", 5)
    assert (await ask(owner, "GET", "/members?role=owner")).json()["data"][0]["name"] == "Ana Olmo"
    assert (await ask(owner, "GET", "/members?only=deactivated")).json() == {"data": [], "next": None}


async def test_somebody_is_invited_and_it_is_taken_back(owner: Person) -> None:
    email = f"dora-{secrets.token_hex(5)}@ejemplo.es"
    made = await ask(owner, "POST", "/invitations", {"emails": [email], "roles": ["agent"], "language": "en"})
    assert made.status_code == 201
    (invitation,) = made.json()["data"]
    assert (invitation["email"], invitation["roles"][0]["key"]) == (email, "agent")
    assert "invites you" in (await letter_to(email)).subject
    assert "token" not in made.text
    assert (await ask(owner, "DELETE", f"/invitations/{invitation['id']}")).status_code == 204
    assert (await ask(owner, "GET", "/invitations")).json()["data"] == []
    assert (await ask(owner, "DELETE", f"/invitations/{invitation['id']}")).status_code == 404


async def test_refusals_say_which_and_why(owner: Person, agent: Person) -> None:
    member = await ask(owner, "POST", "/invitations", {"emails": [agent.email, "nada"], "roles": ["agent"]})
    assert member.status_code == 422
    assert set(member.json()["addresses"]) == {agent.email, "nada"}
    for body, field in (
        ({"emails": ["a@ejemplo.es"], "roles": ["owner"]}, "roles"), ({"emails": ["a@ejemplo.es"], "roles": []}, "roles"),
        ({"emails": [], "roles": ["agent"]}, "emails"), ({"emails": ["a@ejemplo.es"], "roles": ["agent"], "language": "x"},
         "language"),
    ):  # fmt: skip
        answer = await ask(owner, "POST", "/invitations", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert (await ask(owner, "GET", "/invitations")).json()["data"] == []


async def test_a_program_reaches_as_far_as_its_person(owner: Person, agent: Person, stranger: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert (await ask(agent, "GET", "/members")).status_code == 403
    assert (await ask(manager, "POST", "/invitations", {"emails": ["a@ejemplo.es"], "roles": ["admin"]})).status_code == 422
    assert (await ask(stranger, "GET", f"/members/{agent.user_id}")).status_code == 404
