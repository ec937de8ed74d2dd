"""The queues over the API: the same figures and the same three hands, for one's own workspace."""

from __future__ import annotations

import pytest

from tests.api.test_api import Program, a_program
from tests.conftest import Person, eventually
from tests.numbers.numbers import a_number
from tests.ops.stumbling import a_failed_job, healed, ran, state_of

QUEUES = ["chat", "intake", "campaigns", "webhooks", "maintenance", "imports"]


@pytest.fixture
async def program(owner: Person) -> Program:
    return await a_program(owner)


async def test_every_queue_is_listed_with_its_figures(program: Program, owner: Person) -> None:
    await a_failed_job(owner, "listed")
    found = (await program.ask("GET", "/queues"))["data"]
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
    found = (await program.ask("GET", f"/queues?number_id={number.id}"))["data"]
    assert {each["name"]: each["delayed"] for each in found if each["delayed"]} == {"campaigns": 1}
    await (await a_program(stranger)).ask("GET", f"/queues?number_id={number.id}", 404)


async def test_failed_jobs_are_shown_retried_and_cleared(program: Program, owner: Person, stranger: Person) -> None:
    first, second = await a_failed_job(owner, "api one"), await a_failed_job(owner, "api two")
    shown = await program.ask("GET", "/queues/maintenance")
    assert [each["id"] for each in shown["failed"]] == [second, first]
    assert shown["failed"][0]["error"].startswith("ValueError: No answer from …")
    foreign = await a_program(stranger)
    assert (await foreign.ask("GET", "/queues/maintenance"))["failed"] == []
    await foreign.ask("POST", f"/queues/maintenance/retry?job_id={first}", 404)
    healed.add("api one")
    assert await program.ask("POST", f"/queues/maintenance/retry?job_id={first}") == {"queue": "maintenance", "jobs": 1}
    await eventually(lambda: "api one" in ran)
    assert await foreign.ask("DELETE", "/queues/maintenance/failed") == {"queue": "maintenance", "jobs": 0}
    assert await program.ask("DELETE", "/queues/maintenance/failed") == {"queue": "maintenance", "jobs": 1}
    assert await state_of(second) is None


async def test_recovery_and_queues_that_do_not_exist(program: Program) -> None:
    assert (await program.ask("POST", "/queues/campaigns/recovery"))["queue"] == "campaigns"
    for method, path in (("GET", ""), ("POST", "/retry"), ("DELETE", "/failed"), ("POST", "/recovery")):
        await program.ask(method, f"/queues/automations{path}", 404)
