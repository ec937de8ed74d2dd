"""Alerts: one open for each thing, over by hand or by itself, seen by those who may, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

from app.alerts import lookout, watch
from app.core.clock import now
from app.core.db import platform_tx
from tests.alerts.alerts import alerts, happens, open_kinds, run, stopped_number
from tests.conftest import Person, a_colleague, bearer, page_of, text_of
from tests.numbers.numbers import a_number

PAGE = "/ops/alerts"


async def test_an_event_opens_one_alert_and_repeats_only_count(owner: Person) -> None:
    number_id = await stopped_number(owner)
    await happens(owner, "number_stopped", number_id=number_id, reason="ACCOUNT_RESTRICTION")
    (found,) = await alerts(owner)
    assert (found["kind"], found["severity"], found["subject"], found["key"]) == (
        "number_stopped",
        "critical",
        "number",
        str(number_id),
    )
    assert (found["times"], found["open"]) == (2, True)
    page = await owner.get(PAGE)
    assert len(page_of(page).css("li.alert")) == 1
    assert page_of(page).css_first(f'a[href="/numbers/{number_id}"]') is not None
    assert text_of(await owner.get(f"{PAGE}/open"), ".count").startswith("1")


async def test_two_things_are_two_alerts(owner: Person) -> None:
    await stopped_number(owner)
    other = await a_number(owner, "Casa Pino")
    await happens(owner, "quality_fell", number_id=other.id, quality="RED")
    assert [(each["kind"], each["severity"]) for each in await alerts(owner)] == [
        ("number_stopped", "critical"),
        ("quality_fell", "critical"),
    ]


async def test_a_page_without_alerts_says_that_it_is_fine(owner: Person) -> None:
    assert page_of(await owner.get(PAGE)).css_first(".empty") is not None
    assert page_of(await owner.get(f"{PAGE}/open")).css_first(".count") is None


async def test_resolved_by_hand_it_says_who_and_may_open_again(owner: Person) -> None:
    number_id = await stopped_number(owner)
    (found,) = await alerts(owner)
    answer = await owner.put(f"{PAGE}/{found['id']}/resolution")
    assert "Ana Olmo" in text_of(answer, "li.alert")
    assert await open_kinds(owner) == []
    await happens(owner, "number_stopped", number_id=number_id, reason="")
    assert [each["open"] for each in await alerts(owner)] == [False, True]
    assert [row.attributes["id"] for row in page_of(await owner.partial(PAGE)).css("li.alert")][-1] == f"alert-{found['id']}"


async def test_a_breaker_that_closes_ends_its_alert(owner: Person) -> None:
    number = await a_number(owner)
    await happens(owner, "breaker_opened", number_id=number.id)
    assert await open_kinds(owner) == ["breaker_open"]
    await happens(owner, "breaker_closed", number_id=number.id)
    (found,) = await alerts(owner)
    assert (found["open"], found["by_itself"]) == (False, True)


async def test_a_number_that_may_send_again_ends_its_alert(owner: Person) -> None:
    number_id = await stopped_number(owner)
    await run(owner, "update phone_numbers set status = 'RESTRICTED', checked_at = now() where id = %s", number_id)
    await watch.look()
    assert await open_kinds(owner) == ["number_stopped"]
    await run(owner, "update phone_numbers set status = 'CONNECTED', checked_at = now() where id = %s", number_id)
    await watch.look()
    (found,) = await alerts(owner)
    assert (found["open"], found["by_itself"]) == (False, True)


async def test_only_what_recado_paused_itself_is_an_alert(owner: Person) -> None:
    number_id = (await a_number(owner)).id
    campaign_id = await _campaign(owner, number_id, "paused")
    await happens(owner, "campaign_paused", campaign_id=campaign_id, by="number", reason="WhatsApp has stopped the number")
    assert await alerts(owner) == []
    await happens(owner, "campaign_paused", campaign_id=campaign_id, by="guard", reason="Too many people opted out.")
    assert "Too many people opted out." in text_of(await owner.get(PAGE), "li.alert")
    await run(owner, "update campaigns set status = 'sending' where id = %s", campaign_id)
    await watch.look()
    assert await open_kinds(owner) == []


async def test_failures_of_a_quarter_of_an_hour_are_found_and_end_by_themselves(owner: Person) -> None:
    number_id = (await a_number(owner)).id
    campaign_id = await _campaign(owner, number_id, "completed")
    await _sampled(owner, campaign_id, minutes=10, went=1000, arrived=1000, failed=10)
    await _sampled(owner, campaign_id, minutes=-1, went=1100, arrived=1060, failed=50)
    await _look(owner)
    (found,) = await alerts(owner)
    assert (found["kind"], found["key"], found["facts"]) == ("campaign_failing", str(campaign_id), {"failed": 40, "went": 100})
    assert found["times"] == 1
    await _look(owner)
    assert [each["times"] for each in await alerts(owner)] == [1]
    await run(owner, "update campaign_samples set failed = 10 where campaign_id = %s", campaign_id)
    await _look(owner)
    assert await open_kinds(owner) == []


async def test_a_number_that_sends_and_hears_nothing_is_found(owner: Person) -> None:
    number_id = (await a_number(owner)).id
    campaign_id = await _campaign(owner, number_id, "completed")
    await _sampled(owner, campaign_id, minutes=15, went=100, arrived=90, failed=0)
    await _sampled(owner, campaign_id, minutes=-1, went=160, arrived=90, failed=0)
    await _look(owner)
    assert [(each["kind"], each["key"]) for each in await alerts(owner)] == [("webhooks_silent", str(number_id))]
    await run(owner, "update campaign_samples set arrived = 120 where went = 160")
    await _look(owner)
    assert await open_kinds(owner) == []


async def test_a_silent_process_is_told_to_whoever_runs_the_installation(operator: Person, stranger: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into workers (id, name, host, pid, started_at, heartbeat_at, memory, works) values"
            " (gen_random_uuid(), 'worker', 'dyno.2', 77, now() - interval '1 hour', now() - interval '90 seconds', 1, true)"
        )
    await watch.look()
    # On a slow machine another may be silent too.
    (found,) = [each for each in await alerts(operator, "worker_silent") if each["facts"]["host"] == "dyno.2"]
    assert found["facts"] == {"minutes": 2, "process": "worker", "host": "dyno.2"}
    assert await alerts(stranger, "worker_silent") == []
    async with platform_tx() as door:
        await door.conn.execute("delete from workers where host = 'dyno.2'")
    await watch.look()
    assert [each["open"] for each in await alerts(operator, "worker_silent") if each["facts"]["host"] == "dyno.2"] == [False]


async def test_that_nobody_works_is_found_by_who_serves_pages(operator: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute("delete from workers")
    assert await lookout.look()
    assert len(await alerts(operator, "nobody_works")) == 1
    await watch.look()  # as a worker does
    assert [each["open"] for each in await alerts(operator, "nobody_works")] == [False]


async def test_managers_see_and_resolve_but_choose_no_channels(owner: Person, agent: Person) -> None:
    await stopped_number(owner)
    (found,) = await alerts(owner)
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert len(page_of(await manager.get(PAGE)).css("li.alert")) == 1
    assert (await manager.put(f"{PAGE}/{found['id']}/acknowledgement")).status_code == 200
    assert (await manager.get("/settings/alerts")).status_code == 403
    assert (await agent.get(PAGE)).status_code == 403


async def test_alerts_of_another_workspace_are_not_there(owner: Person, stranger: Person) -> None:
    await stopped_number(owner)
    (found,) = await alerts(owner)
    for path in (f"{PAGE}/{found['id']}/resolution", f"{PAGE}/{found['id']}/acknowledgement"):
        assert (await stranger.put(path)).status_code == 404
    assert page_of(await stranger.get(PAGE)).css_first("li.alert") is None
    assert await open_kinds(owner) == ["number_stopped"]


async def test_a_program_lists_and_resolves_them(owner: Person, stranger: Person) -> None:
    number_id = await stopped_number(owner)
    head = await bearer(owner)
    (found,) = (await owner.http.get("/api/v1/alerts?only=open", headers=head)).json()["data"]
    assert (found["subject"], found["subject_id"], found["by_itself"]) == ("number", str(number_id), False)
    answer = await owner.http.post(f"/api/v1/alerts/{found['id']}/resolve", headers=head)
    assert (answer.status_code, answer.json()["resolved_by"]) == (200, "Ana Olmo")
    assert (await owner.http.get("/api/v1/alerts?only=open", headers=head)).json()["data"] == []


async def _campaign(owner: Person, number_id: int, status: str) -> int:
    await run(owner, "insert into message_templates (waba, name, language, category, body, status) select waba, 'aviso', 'es',"
              " 'UTILITY', 'Hola', 'approved' from phone_numbers where id = %s", number_id)  # fmt: skip
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "insert into campaigns (name, number_id, template_id, status, finished_at) select 'Otoño', %s, id, %s,"
            " now() from message_templates returning id",
            (number_id, status),
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


async def _sampled(owner: Person, campaign_id: int, *, minutes: int, went: int, arrived: int, failed: int) -> None:
    await run(
        owner, "insert into campaign_samples (campaign_id, at, went, arrived, read, failed)"
        " values (%s, now() - %s * interval '1 minute', %s, %s, 0, %s)", campaign_id, minutes, went, arrived, failed,
    )  # fmt: skip


async def _look(owner: Person) -> None:
    """Without a sample of its own. Those of tests are from a minute ahead, should a worker look meanwhile."""
    async with owner.tenant.tx() as db:
        await watch.judge(db, [])


async def test_a_token_that_ends_is_told_of_twice_and_settled_by_a_new_one(owner: Person) -> None:
    number = await a_number(owner)
    ends = now() + timedelta(days=10)
    for left in (timedelta(days=20), timedelta(days=10), timedelta(days=10)):
        await happens(owner, "token_inspected", number_id=number.id, ends_at=now() + left)
    (first,) = await alerts(owner)
    assert (first["kind"], first["severity"], first["times"]) == ("token_ends", "warning", 1)
    said = (await owner.get("/ops/alerts?language=en")).text
    assert f"ends on {ends:%-d %b %Y}" in said
    await happens(owner, "token_inspected", number_id=number.id, ends_at=now() + timedelta(days=2))
    assert [(each["severity"], each["open"]) for each in await alerts(owner)] == [("critical", True)]
    await owner.put(f"/ops/alerts/{first['id']}/resolution")
    await happens(owner, "token_inspected", number_id=number.id, ends_at=now() + timedelta(days=2))
    assert await open_kinds(owner) == []
    await happens(owner, "token_inspected", number_id=number.id, ends_at=now() + timedelta(days=5))
    assert await open_kinds(owner) == ["token_ends"]
    await owner.post(f"/numbers/{number.id}/checks")
    assert await open_kinds(owner) == []
