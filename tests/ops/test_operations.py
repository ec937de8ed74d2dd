"""The page of operations: calm when all is well, exact when it is not, and nobody sees another workspace's jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.core.db import platform_tx
from app.ops import process, queue, stuck
from app.ops.process import Process
from tests.architecture.belongings import one_of_each
from tests.conftest import Person, a_colleague, eventually, page_of, text_of
from tests.numbers.numbers import a_number
from tests.ops.stumbling import a_failed_job, contexts, healed, ran, state_of


@pytest.fixture(autouse=True)
async def nobody_left_behind(house: str) -> AsyncIterator[None]:
    """Heartbeats of tests stop; a later test must not take them for the dead."""
    yield
    async with platform_tx() as door:
        await door.conn.execute("delete from workers")


async def test_a_new_workspace_is_calm(owner: Person) -> None:
    answer = await owner.get("/ops")
    assert answer.status_code == 200
    assert "Everything is moving" in text_of(answer, "#now")
    assert page_of(answer).css_first("#failed") is None
    assert text_of(answer, "#stuck .card-body") == "Nothing is stuck."
    assert 'id="workers"' not in answer.text, "in a house of many companies, machines are not theirs to see"


async def test_an_agent_does_not_see_it(agent: Person) -> None:
    assert (await agent.get("/ops")).status_code == 403
    assert 'href="/ops"' not in (await agent.get("/inbox")).text


async def test_a_failed_job_is_shown_with_its_reason_and_without_a_number(owner: Person, stranger: Person) -> None:
    job_id = await a_failed_job(owner, "shown")
    answer = await owner.get("/ops")
    line = text_of(answer, f"#job-{job_id}")
    assert "ValueError: No answer from … (…)" in line
    assert "contact_id 7" in line
    assert "shown" not in line, "of the arguments only ids"
    assert "611" not in line
    assert "1" in text_of(answer, "#queue-maintenance .badge")
    assert f'id="job-{job_id}"' not in (await stranger.get("/ops")).text


async def test_a_failed_job_runs_again_when_somebody_says_so(owner: Person) -> None:
    job_id = await a_failed_job(owner, "again")
    healed.add("again")
    answer = await owner.post(f"/ops/jobs/{job_id}/retries")
    assert answer.status_code == 200
    assert f'id="job-{job_id}"' not in answer.text
    await eventually(lambda: "again" in ran)

    async def gone() -> bool:
        return await state_of(job_id) is None

    await eventually(gone)


async def test_a_job_of_another_workspace_is_not_there(owner: Person, stranger: Person) -> None:
    job_id = await a_failed_job(owner, "theirs")
    assert (await stranger.post(f"/ops/jobs/{job_id}/retries")).status_code == 404
    assert (await stranger.delete(f"/ops/jobs/{job_id}")).status_code == 404
    assert (await stranger.delete("/ops/dead-letters")).status_code == 200
    assert (await stranger.post("/ops/retries")).status_code == 200
    assert await state_of(job_id) == "failed"


async def test_failed_jobs_are_cleared_one_by_one_and_all_at_once(owner: Person) -> None:
    first, second, third = [await a_failed_job(owner, word) for word in ("one", "two", "three")]
    await owner.delete(f"/ops/jobs/{first}")
    assert (await state_of(first), await state_of(second)) == (None, "failed")
    answer = await owner.delete("/ops/dead-letters?only=maintenance")
    assert (await state_of(second), await state_of(third)) == (None, None)
    assert "They are gone." in text_of(answer, "#now")
    assert "Everything is moving" in text_of(answer, "#now")


async def test_of_two_wake_ups_of_one_name_one_is_enough(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, args, status)"
            " select 'maintenance', 'nothing', 'bell ' || %(tenant)s::bigint,"
            " jsonb_build_object('tenant_id', %(tenant)s::bigint), 'failed' from generate_series(1, 3)",
            {"tenant": owner.tenant_id},
        )
        assert await queue.retry(db) == 1
        left = await (await db.conn.execute("select count(*) from jobs")).fetchone()
        assert left == (1,)
        await db.conn.rollback()


async def test_what_a_dead_process_held_runs_again(owner: Person) -> None:
    healed.add("left behind")
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status) values ('maintenance', %s,"
            " jsonb_build_object('tenant_id', %s::bigint, 'word', 'left behind', 'contact_id', 7), 'doing')",
            ("tests.ops.stumbling.stumble", owner.tenant_id),
        )
        (found,) = await stuck.all(db)
        assert (found.kind, found.name, found.n) == ("job", "maintenance", 1)
    assert (await owner.post("/ops/recoveries")).status_code == 200
    await eventually(lambda: "left behind" in ran)


async def test_a_lease_that_nobody_keeps_is_stuck(owner: Person) -> None:
    things = await one_of_each(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update campaign_recipients set status = 'sending', lease_until = now() - interval '10 minutes' where id = %s",
            (things.ids["campaign_recipients"],),
        )
        await db.conn.execute("update campaigns set status = 'failed'")
    answer = await owner.get("/ops")
    assert "Messages somebody took and never reported" in text_of(answer, "#stuck")
    assert "Everything is moving" not in answer.text


async def test_a_number_shows_its_limits_and_its_breaker(owner: Person) -> None:
    number = await a_number(owner)
    assert "Working normally" in text_of(await owner.get("/ops"), "#ops-numbers")
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into breakers (number_id, failures, opened_at) values (%s, 5, now())"
            " on conflict (tenant_id, number_id) do update set failures = 5, opened_at = now()",
            (number.id,),
        )
    answer = await owner.get("/ops")
    assert "Resting" in text_of(answer, "#ops-numbers")
    assert "A number is resting." in text_of(answer, "#now")


async def test_an_operator_sees_all_workspaces_and_the_machines(owner: Person, operator: Person) -> None:
    job_id = await a_failed_job(owner, "far")
    await process.arrive(Process("worker"))
    own = await operator.get("/ops")
    assert page_of(own).css_first("#queue-automations") is None, "no job of this version goes there"
    assert f'id="job-{job_id}"' not in own.text
    assert page_of(own).css_first("#workers") is None
    everything = await operator.get("/platform/ops")
    assert "Casa Olmo" in text_of(everything, f"#job-{job_id}")
    assert "Alive" in text_of(everything, "#workers")
    assert "Europe/Madrid" in text_of(everything, ".platform-head")
    assert "Journal" in text_of(everything, "#queue-journal")
    cleared = await operator.delete(f"/platform/ops/jobs/{job_id}")
    assert f'id="job-{job_id}"' not in cleared.text
    assert await state_of(job_id) is None
    async with owner.tenant.tx() as db:
        log = await (await db.conn.execute("select actor, action, subject_id, subject_name from audit_log")).fetchall()
    assert log == [("platform", "platform.delete", job_id, "tests.ops.stumbling.stumble")]
    assert (await operator.post("/platform/ops/recoveries")).status_code == 200


async def test_the_log_of_a_job_knows_its_ids(owner: Person) -> None:
    job_id = await a_failed_job(owner, "context")
    known = contexts["context"]
    assert known == {"job_id": job_id, "task": "tests.ops.stumbling.stumble", "tenant": owner.tenant_id, "contact_id": 7}


async def test_a_manager_may_act(owner: Person) -> None:
    manager = await a_colleague(owner, "manager")
    job_id = await a_failed_job(owner, "managed")
    assert (await manager.delete(f"/ops/jobs/{job_id}")).status_code == 200


async def test_only_the_last_failed_jobs_are_kept(owner: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status)"
            " select 'imports', 'nothing', jsonb_build_object('tenant_id', %s::bigint), 'failed' from generate_series(1, 510)",
            (owner.tenant_id,),
        )
        await queue.tidy(door)
    async with owner.tenant.tx() as db:
        (imports,) = [each for each in await queue.all(db) if each.name == "imports"]
        assert imports.failed == queue.KEPT
        await queue.clear(db)
