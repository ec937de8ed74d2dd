"""The API: every request of its description works, says what is wrong, and opens to whom the pages open."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from app.api import description
from app.core.clock import now
from tests.conftest import Person, bearer, eventually, page_of, text_of

API = "/api/v1"


class Program:
    """Somebody's program, with a token of theirs."""

    def __init__(self, person: Person, head: dict[str, str]) -> None:
        self.person, self.http, self.head = person, person.http, head

    async def get(self, path: str) -> Any:
        return await self.ask("GET", path)

    async def ask(self, method: str, path: str, wanted: int = 200, **options: Any) -> Any:
        answer = await self.http.request(method, API + path, headers=self.head, **options)
        assert answer.status_code == wanted, answer.text
        return answer.json()


async def a_program(person: Person) -> Program:
    return Program(person, await bearer(person))


@pytest.fixture
async def program(owner: Person) -> Program:
    return await a_program(owner)


async def a_number(program: Program) -> int:
    made: int = (await program.ask("POST", "/numbers", 201, json={"simulated": True}))["id"]
    return made


async def an_approved_template(program: Program, number_id: int) -> int:
    wish = {**example("create_message_template").request, "number_id": number_id}
    made = await program.ask("POST", "/message-templates", 201, json=wish)
    assert made["status"] == "pending"

    async def approved() -> bool:
        return bool((await program.get(f"/message-templates/{made['id']}"))["status"] == "approved")

    await eventually(approved)
    return int(made["id"])


def example(operation: str) -> description.Example:
    return description.examples()[operation]


def same_shape(answer: dict[str, Any], operation: str) -> bool:
    wanted = example(operation).answer
    assert answer.keys() == wanted.keys(), operation
    if "data" in answer:
        assert answer["data"][0].keys() == wanted["data"][0].keys(), operation
    return True


async def test_contacts_are_made_and_found(program: Program) -> None:
    made = await program.ask("POST", "/contacts", 201, json=example("create_contact").request)
    assert same_shape(made, "create_contact")
    assert (made["phone"], made["variables"]) == ("+34611482903", {"ciudad": "Valencia"})
    found = await program.get("/contacts?q=lucia")
    assert same_shape(found, "list_contacts")
    assert [each["id"] for each in found["data"]] == [made["id"]]
    assert (await program.get("/contacts?q=nadie"))["data"] == []


async def test_lists_page_by_keyset(program: Program) -> None:
    async with program.person.tenant.tx() as db:
        await db.conn.execute("insert into contacts (name) select 'Persona ' || n from generate_series(1, 60) n")
    first = await program.get("/contacts")
    second = await program.get(f"/contacts?after={first['next']}")
    assert (len(first["data"]), len(second["data"]), second["next"]) == (50, 10, None)


async def test_all_errors_come_at_once_with_their_fields(program: Program) -> None:
    answer = await program.ask("POST", "/campaigns", 422, json={"name": "", "number_id": "uno"})
    assert (answer["status"], answer["errors"].keys()) == (422, {"name", "number_id", "template_id"})
    unknown = await program.ask("POST", "/contacts", 422, json={"phone": "+34611482903", "telephone": "1"})
    assert unknown["errors"].keys() == {"telephone"}
    bad = await program.ask("POST", "/contacts", 422, json={"phone": "12"})
    assert bad["errors"].keys() == {"phone"}
    await program.ask("POST", "/contacts", 201, json={"phone": "+34611482903"})
    taken = await program.ask("POST", "/contacts", 409, json={"phone": "611 482 903"})
    assert taken["errors"].keys() == {"phone"}
    broken = await program.ask("POST", "/contacts", 400, content=b'{"phone":')
    assert broken["status"] == 400


@pytest.mark.parametrize("form", ["json", "multipart"])
async def test_a_file_of_contacts_is_imported(program: Program, form: str) -> None:
    wish = example("create_contact_import").request
    if form == "json":
        started = await program.ask("POST", "/contacts/imports", 202, json=wish)
    else:
        mapping = msgspec.json.encode(wish["mapping"]).decode()
        given = {"mapping": mapping, "country": "ES", "label": "Noviembre"}
        file = {"file": ("clientes.csv", wish["csv"].encode(), "text/csv")}
        started = await program.ask("POST", "/contacts/imports", 202, data=given, files=file)
    assert same_shape(started, "create_contact_import")

    async def done() -> dict[str, Any] | None:
        state: dict[str, Any] = await program.get(f"/contacts/imports/{started['id']}")
        return state if state["state"] == "done" else None

    assert (await eventually(done))["added"] == 1
    (person,) = (await program.get("/contacts"))["data"]
    assert (person["phone"], person["name"], person["labels"][0]["name"]) == ("+34611482903", "Lucía", "Noviembre")


async def test_an_import_that_cannot_be_done_says_why(program: Program) -> None:
    for wish, field in (
        ({"csv": ""}, "csv"), ({}, "csv"), ({"csv": "a,b\n1,2\n", "mapping": {"c": "phone"}}, "mapping"),
        ({"csv": "nombre\nLucía\n"}, "mapping"),
    ):  # fmt: skip
        answer = await program.ask("POST", "/contacts/imports", 422, json=wish)
        assert answer["errors"].keys() == {field}, wish
    await program.ask("POST", "/contacts/imports", 400, content=b"{")
    nothing = await program.ask("POST", "/contacts/imports", 422, files={"other": b"1"})
    assert nothing["errors"].keys() == {"file"}


async def test_a_campaign_from_the_number_to_its_people(program: Program) -> None:
    number_id = await a_number(program)
    assert same_shape(await program.get("/numbers"), "list_numbers")
    template_id = await an_approved_template(program, number_id)
    assert same_shape(await program.get("/message-templates?status=approved"), "list_message_templates")
    for phone in ("+34611482903", "+34611482904"):
        await program.ask("POST", "/contacts", 201, json={"phone": phone, "name": "Lucía Fernández"})
    wish = {**example("create_campaign").request, "number_id": number_id, "template_id": template_id}
    made = await program.ask("POST", "/campaigns", 201, json={**wish, "audience": {"kind": "everyone"}})
    assert same_shape(made, "create_campaign")
    assert (made["status"], made["total"]) == ("draft", 0)
    assert same_shape(await program.ask("PUT", f"/campaigns/{made['id']}/launch"), "launch_campaign")

    async def completed() -> dict[str, Any] | None:
        found: dict[str, Any] = await program.get(f"/campaigns/{made['id']}")
        return found if found["status"] == "completed" else None

    assert (await eventually(completed))["total"] == 2
    people = await program.get(f"/campaigns/{made['id']}/recipients?only=sent")
    assert same_shape(people, "list_campaign_recipients")
    assert same_shape(await program.get("/campaigns"), "list_campaigns")
    again = await program.ask("PUT", f"/campaigns/{made['id']}/launch", 409)
    assert again["title"]


async def test_a_campaign_waits_for_its_time_and_is_cancelled(program: Program) -> None:
    number_id = await a_number(program)
    template_id = await an_approved_template(program, number_id)
    later = (now() + timedelta(days=1)).isoformat()
    wish = {
        **example("create_campaign").request,
        "number_id": number_id,
        "template_id": template_id,
        "audience": {"kind": "everyone"},
    }
    made = await program.ask("POST", "/campaigns", 201, json={**wish, "scheduled_at": later})
    assert made["status"] == "scheduled"
    await program.ask("PUT", f"/campaigns/{made['id']}/pause", 409)
    await program.ask("DELETE", f"/campaigns/{made['id']}/pause", 409)
    assert (await program.ask("PUT", f"/campaigns/{made['id']}/cancellation"))["status"] == "cancelled"
    past = await program.ask("POST", "/campaigns", 422, json={**wish, "scheduled_at": "2020-01-01T10:00:00Z"})
    assert past["errors"].keys() == {"scheduled_at"}
    missing = await program.ask("POST", "/campaigns", 422, json={**wish, "variables": {"1": {"field": "shoe_size"}}})
    assert missing["errors"].keys() == {"variables.1", "variables.2"}
    assert len((await program.get("/campaigns"))["data"]) == 1


async def test_a_message_needs_an_open_window_or_a_template(program: Program) -> None:
    number_id = await a_number(program)
    await an_approved_template(program, number_id)
    closed = await program.ask("POST", "/messages", 409, json={"to": "+34 611 482 903", "text": "Hola"})
    assert closed["errors"].keys() == {"text"}
    template = {"name": "rebajas_otono", "variables": {"1": "Lucía", "2": "749 €"}}
    wish = {"id": str(uuid4()), "to": "+34 611 482 903", "text": "Hola", "template": template}
    sent = await program.ask("POST", "/messages", 201, json=wish)
    assert same_shape(sent, "send_message")
    assert (sent["id"], sent["kind"]) == (wish["id"], "template")
    assert "Lucía" in sent["text"]
    assert (await program.ask("POST", "/messages", 201, json=wish))["id"] == wish["id"]
    async with program.person.tenant.tx() as db:
        await db.conn.execute("update conversations set last_inbound_at = now()")
    text = await program.ask("POST", "/messages", 201, json={**wish, "id": str(uuid4())})
    assert text["kind"] == "text"
    thread = await program.get(f"/conversations/{text['conversation_id']}/messages")
    assert same_shape(thread, "list_messages")
    assert [each["kind"] for each in thread["data"]] == ["text", "template"]
    assert same_shape(await program.get("/conversations"), "list_conversations")


async def test_what_a_message_lacks_is_said(program: Program) -> None:
    for wish, field in (({"text": "Hola"}, "to"), ({"to": "+34611482903"}, "text"), ({"to": "12", "text": "Hola"}, "to")):
        answer = await program.ask("POST", "/messages", 422, json=wish)
        assert answer["errors"].keys() == {field}, wish
    nowhere = await program.ask("POST", "/messages", 422, json={"to": "+34611482903", "text": "Hola"})
    assert nowhere["errors"].keys() == {"number_id"}


async def test_a_template_that_whatsapp_would_refuse_is_refused_here(program: Program) -> None:
    number_id = await a_number(program)
    wish = {**example("create_message_template").request, "number_id": number_id}
    answer = await program.ask("POST", "/message-templates", 422, json={**wish, "name": "Con Espacios", "language": "klingon"})
    assert answer["errors"].keys() == {"name", "language"}
    assert (await program.ask("POST", "/message-templates", 201, json={**wish, "submit": False}))["status"] == "draft"
    assert (await program.ask("POST", "/message-templates", 409, json=wish))["errors"].keys() == {"name"}


async def test_a_number_needs_all_its_credentials(program: Program) -> None:
    answer = await program.ask("POST", "/numbers", 422, json={"waba_id": "102290129340398"})
    assert answer["errors"].keys() == {"phone_number_id", "access_token", "app_secret"}


async def test_the_dashboard_as_numbers(program: Program) -> None:
    answer = await program.get("/dashboard?days=7")
    assert same_shape(answer, "show_dashboard")
    assert len(answer["rows"]) == 7


async def test_a_program_may_do_what_its_person_may(owner: Person, agent: Person, nobody: Person) -> None:
    program = await a_program(agent)
    assert (await program.get("/contacts"))["data"] == []
    refused = await program.ask("GET", "/campaigns", 403)
    assert (refused["status"], refused["type"]) == (403, "about:blank")
    answer = await nobody.get(f"{API}/contacts")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    # A browser's cookie is no token: another site could use it.
    assert (await owner.get(f"{API}/contacts")).status_code == 401


async def test_other_workspaces_are_not_there(program: Program, stranger: Person) -> None:
    made = await program.ask("POST", "/contacts", 201, json={"phone": "+34611482903"})
    theirs = await a_program(stranger)
    assert (await theirs.get("/contacts"))["data"] == []
    answer = await theirs.ask("POST", "/messages", 422, json={"contact_id": made["id"], "text": "Hola"})
    assert answer["errors"].keys() == {"contact_id"}
    await theirs.ask("GET", "/campaigns/1", 404)
    assert (await theirs.ask("GET", "/nothing", 404))["status"] == 404


async def test_the_page_shows_every_request_to_everybody(nobody: Person, owner: Person) -> None:
    shown = await nobody.get("/api/docs?language=en")
    ids = {details.attributes["id"] for details in page_of(shown).css("details.operation")}
    assert ids == set(description.examples())
    assert "create_campaign" in ids
    assert text_of(shown, "#create_contact .badge") == "POST"
    described = (await nobody.get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    example = described["paths"]["/api/v1/contacts"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert example["phone"] == "+34 611 482 903"
    assert "/inbox" not in str(described["paths"].keys())


def test_the_example_of_an_import_is_a_table() -> None:
    rows = list(csv.DictReader(io.StringIO(example("create_contact_import").request["csv"])))
    assert rows == [{"telefono": "611482903", "nombre": "Lucía", "ciudad": "Valencia"}]


async def test_a_number_tells_its_limits_and_takes_a_pace(program: Program) -> None:
    number_id = await a_number(program)
    shown = await program.get(f"/numbers/{number_id}")
    assert same_shape(shown, "show_number")
    assert (shown["level"], shown["ceiling"], shown["per_second"], shown["reserve"], shown["breaker"]) == (
        "STANDARD", 80, 70, 10, "closed",
    )  # fmt: skip
    assert shown["portfolio"] == {"limit": 10_000, "used": 0, "left": 10_000, "reserve": 0}
    wish = example("pace_number").request
    paced = await program.ask("PUT", f"/numbers/{number_id}/pace", json=wish)
    assert same_shape(paced, "pace_number")
    assert (paced["per_second"], paced["reserve"], paced["by_hand"]) == (40, 40, True)
    refused = await program.ask("PUT", f"/numbers/{number_id}/pace", 422, json={**wish, "per_second": 81})
    assert refused["errors"].keys() == {"per_second"}
    followed = await program.ask("PUT", f"/numbers/{number_id}/pace", json={"level": "AUTOMATIC"})
    assert (followed["per_second"], followed["by_hand"]) == (70, False)
