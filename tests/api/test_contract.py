"""What the description promises of every operation, and what nobody sends by hand."""

from __future__ import annotations

from app.api.description import PROBLEMS, description, operations
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


async def test_another_method_hears_which_there_are(owner: Person) -> None:
    answer = await owner.http.request("PATCH", "/api/v1/campaigns", headers=await bearer(owner))
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
