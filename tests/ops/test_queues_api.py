"""The queues over the API: the same figures and the same three hands, for one's own workspace."""

from __future__ import annotations

from typing import Any

import pytest

from app.access import api_token
from tests.conftest import Person, eventually
from tests.numbers.numbers import a_number
from tests.ops.stumbling import a_failed_job, healed, ran, state_of

QUEUES = ["chat", "intake", "campaigns", "automations", "webhooks", "maintenance", "imports"]


class Program:
    def __init__(self, person: Person, token: str) -> None:
        self.http, self.head = person.http, {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, wanted: int = 200) -> Any:
        answer = await self.http.request(method, f"/api/v1/queues{path}", headers=self.head)
        assert answer.status_code == wanted, answer.text
        return answer.json()


async def of(person: Person) -> Program:
    async with person.tenant.tx() as db:
        return Program(person, await api_token.create(db, api_token.Wish("Panel"), user_id=person.user_id))


@pytest.fixture
async def program(owner: Person) -> Program:
    return await of(owner)


async def test_every_queue_is_listed_with_its_figures(program: Program, owner: Person) -> None:
    await a_failed_job(owner, "listed")
    found = (await program.ask("GET", ""))["data"]
    assert [each["name"] for each in found] == QUEUES
    (maintenance,) = [each for each in found if each["name"] == "maintenance"]
    assert (maintenance["failed"], maintenance["waiting"], maintenance["oldest"]) == (1, 0, None)
    assert maintenance["per_second"] > 0


async def test_the_figures_of_one_number(program: Program, owner: Person, stranger: Person) -> None:
    number = await a_number(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) values ('campaigns', 'nothing',"
            " jsonb_build_object('tenant_id', %s::bigint, 'number_id', %s::bigint), 'todo', now() + interval '1 hour')",
            (owner.tenant_id, number.id),
        )
    found = (await program.ask("GET", f"?number_id={number.id}"))["data"]
    assert {each["name"]: each["delayed"] for each in found if each["delayed"]} == {"campaigns": 1}
    await (await of(stranger)).ask("GET", f"?number_id={number.id}", 404)


async def test_failed_jobs_are_shown_retried_and_cleared(program: Program, owner: Person, stranger: Person) -> None:
    first, second = await a_failed_job(owner, "api one"), await a_failed_job(owner, "api two")
    shown = await program.ask("GET", "/maintenance")
    assert [each["id"] for each in shown["failed"]] == [second, first]
    assert shown["failed"][0]["error"].startswith("ValueError: No answer from …")
    foreign = await of(stranger)
    assert (await foreign.ask("GET", "/maintenance"))["failed"] == []
    await foreign.ask("POST", f"/maintenance/retry?job_id={first}", 404)
    healed.add("api one")
    assert await program.ask("POST", f"/maintenance/retry?job_id={first}") == {"queue": "maintenance", "jobs": 1}
    await eventually(lambda: "api one" in ran)
    assert await foreign.ask("DELETE", "/maintenance/failed") == {"queue": "maintenance", "jobs": 0}
    assert await program.ask("DELETE", "/maintenance/failed") == {"queue": "maintenance", "jobs": 1}
    assert await state_of(second) is None


async def test_recovery_and_queues_that_do_not_exist(program: Program) -> None:
    assert (await program.ask("POST", "/campaigns/recovery"))["queue"] == "campaigns"
    for method, path in (("GET", ""), ("POST", "/retry"), ("DELETE", "/failed"), ("POST", "/recovery")):
        await program.ask(method, f"/broadcast{path}", 404)
