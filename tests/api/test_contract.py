"""What the description promises of every operation, and what nobody sends by hand."""

from __future__ import annotations

from typing import get_type_hints

from app.api import problems
from app.api.description import PROBLEMS, description, operations
from app.api.routes import HANDLERS
from app.core.i18n import gettext
from tests.architecture.test_routes import bearer
from tests.conftest import Person


def test_every_refusal_is_described_as_a_problem() -> None:
    for method, path, operation in operations(description()):
        for status in ("400", "401", "403", "404", "422", "423", "503"):
            content = operation["responses"][status]["content"]
            assert list(content) == ["application/problem+json"], f"{method} {path} {status}"
        assert operation["responses"].keys() - PROBLEMS.keys() <= {"200", "201", "202", "204", "429", "502"}, f"{method} {path}"


async def test_a_text_with_a_nul_is_refused_politely(owner: Person) -> None:
    answer = await owner.http.get("/api/v1/campaigns?status=a%00b", headers=await bearer(owner))
    assert answer.status_code in (200, 400)
    answer = await owner.http.get("/api/v1/message-templates?q=a%00b", headers=await bearer(owner))
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_every_body_refuses_fields_that_nobody_knows() -> None:
    structs = [hints["data"] for hints in (get_type_hints(handler.fn) for handler in HANDLERS) if "data" in hints]
    careless = [struct.__name__ for struct in structs if not struct.__struct_config__.forbid_unknown_fields]
    assert (len(structs) > 10, careless) == (True, [])


async def test_a_body_is_taken_at_its_word(owner: Person) -> None:
    for path, body, fields in (
        ("/contacts", {"phone": "+34 611 482 903", "label_ids": ["7"]}, ["label_ids"]),
        ("/contacts/exports", {"opted_out": 0}, ["opted_out"]),
        ("/contacts", {"phone": 611482903, "name": 7}, ["phone", "name"]),
    ):  # fmt: skip
        answer = await owner.http.post(f"/api/v1{path}", json=body, headers=await bearer(owner))
        assert (answer.status_code, list(answer.json()["errors"])) == (422, fields)


async def test_what_is_no_json_is_refused_politely(owner: Person) -> None:
    head = await bearer(owner) | {"Content-Type": "application/json"}
    for body in (b"", b"\n7D\xff\xfe", b"{", b'{"phone": "\xff"}'):
        answer = await owner.http.post("/api/v1/contacts", content=body, headers=head)
        assert (answer.status_code, answer.json()["title"]) == (400, gettext(problems.Unreadable.message))


async def test_an_id_that_is_larger_than_any_is_nobodys(owner: Person) -> None:
    for path in ("numbers", "contacts", "campaigns", "members"):
        answer = await owner.http.get(f"/api/v1/{path}/{10**26}", headers=await bearer(owner))
        assert (answer.status_code, answer.json()["status"]) == (404, 404), path


async def test_another_method_hears_which_there_are(owner: Person) -> None:
    head = await bearer(owner)
    for method, path, status, allowed in (
        ("PATCH", "/api/v1/campaigns", 405, "GET, OPTIONS, POST"), ("OPTIONS", "/api/v1/campaigns", 204, "GET, OPTIONS, POST"),
        ("OPTIONS", "/api/v1/contacts/7/opt-out", 204, "DELETE, OPTIONS, PUT"),
    ):  # fmt: skip
        answer = await owner.http.request(method, path, headers=head)
        assert (answer.status_code, answer.headers["allow"]) == (status, allowed)


async def test_a_moment_has_a_date_a_time_and_a_zone(owner: Person) -> None:
    head = await bearer(owner)
    for moment, status in (
        ("2026-11-20T10:42:00Z", 200), ("2026-11-20T10:42:00%2B01:00", 200), ("", 422), ("0.5", 422), ("1763635320", 422),
        ("2026-11-20", 422), ("2026-11-20T10:42:00", 422), ("yesterday", 422),
    ):  # fmt: skip
        answer = await owner.http.get(f"/api/v1/webhook-events?until={moment}", headers=head)
        assert answer.status_code == status, moment
        assert status == 200 or list(answer.json()["errors"]) == ["until"]
