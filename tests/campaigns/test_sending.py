"""A campaign on its way: each person once, whatever happens meanwhile, and the page says so."""

from __future__ import annotations

import pytest

from app.campaigns import control, launch
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of, text_of


async def test_everybody_gets_it_once_and_the_page_says_so(owner: Person) -> None:
    sending = await a_sending(owner, people=60)
    await sending.launch()
    assert await sending.settled() == {"read": 60}
    await sending.everybody_got_it_once(60)
    await eventually(lambda: sending.is_("completed"))
    assert all(all(row) for row in await sending.rows("wamid, sent_at, delivered_at, read_at"))
    assert "60" in page_of(await owner.get(f"/campaigns/{sending.id}")).text()


async def test_parameters_are_frozen_at_launch(owner: Person) -> None:
    sending = await a_sending(owner, people=2)
    await sending.launch()
    await sending.settled()
    assert sorted(row[0] for row in await sending.rows("parameters")) == [
        ["Persona 10000010", "A-10000010"], ["Persona 10000011", "A-10000011"],
    ]  # fmt: skip


async def test_statuses_may_come_shuffled_and_five_times(owner: Person) -> None:
    sending = await a_sending(owner, people=40, repeat=5, shuffle=True, delay_ms=[0, 60])
    await sending.launch()
    assert await sending.settled() == {"read": 40}
    await sending.everybody_got_it_once(40)


async def test_an_unanswered_send_is_settled_by_its_status_and_not_repeated(owner: Person) -> None:
    sending = await a_sending(owner, people=20, accept_but_drop_answer_share=1)
    await sending.launch()
    assert await sending.settled() == {"read": 20}
    await sending.everybody_got_it_once(20)


async def test_an_error_after_acceptance_is_not_repeated_either(owner: Person) -> None:
    sending = await a_sending(owner, people=20, error_after_accept_share=1)
    await sending.launch()
    assert await sending.settled() == {"read": 20}
    await sending.everybody_got_it_once(20)


async def test_a_number_that_is_too_fast_waits_and_loses_nobody(owner: Person) -> None:
    # By lot it took as long as luck would have it; now the first are refused, and nobody after them.
    sending = await a_sending(owner, people=30, refuse_share=1, error_code=130429)
    await sending.launch()

    async def some_wait() -> bool:
        return "retry" in await sending.recounted()

    await eventually(some_wait)
    await sending.behave(refuse_share=0)
    assert await sending.settled(within=40) == {"read": 30}
    await sending.everybody_got_it_once(30)


async def test_a_paused_template_pauses_the_campaign_and_fails_nobody(owner: Person) -> None:
    sending = await a_sending(owner, people=30, refuse_share=1, error_code=132015)
    await sending.launch()
    await eventually(lambda: sending.is_("paused"))
    rows = await eventually(sending.recounted)
    assert rows.keys() <= {"pending", "sending"}
    await sending.behave(refuse_share=0)
    async with owner.tenant.tx() as db:
        await control.resume(db, sending.id)
    assert await sending.settled() == {"read": 30}
    await sending.everybody_got_it_once(30)


async def test_a_refused_person_fails_in_plain_words_and_the_others_go_on(owner: Person) -> None:
    sending = await a_sending(owner, people=20)
    async with owner.tenant.tx() as db:
        # The simulator never delivers to numbers that end in 0000.
        await db.conn.execute("update contact_identities set value = '+34610010000' where value = '+34610000010'")
    await sending.launch()
    assert await sending.settled() == {"read": 19, "failed": 1}
    failed = [row for row in await sending.rows("status, error_code, failed_at is not null") if row[0] == "failed"]
    assert failed == [("failed", 131026, True)]
    failures = await owner.partial(f"/campaigns/{sending.id}/failures")
    assert "131026" in text_of(failures, ".why")
    assert "131026" not in text_of(failures, "summary")


async def test_pause_stops_within_a_second_and_resume_reaches_the_rest(owner: Person) -> None:
    sending = await a_sending(owner, people=200, per_second=60)
    await sending.launch()
    await eventually(lambda: _some_are_out(sending))
    assert (await owner.put(f"/campaigns/{sending.id}/pause")).status_code < 400
    out = await eventually(lambda: _still(sending))
    assert out < 200
    assert (await owner.delete(f"/campaigns/{sending.id}/pause")).status_code < 400
    assert await sending.settled(within=30) == {"read": 200}
    await sending.everybody_got_it_once(200)


async def test_cancel_leaves_the_rest_unsent(owner: Person) -> None:
    sending = await a_sending(owner, people=300, per_second=50)
    await sending.launch()
    await eventually(lambda: _some_are_out(sending))
    async with owner.tenant.tx() as db:
        await control.cancel(db, sending.id)
    rows = await sending.settled(within=30)
    assert rows["cancelled"] + rows["read"] == 300
    assert (await sending.received())["people"] == rows["read"]


@pytest.mark.parametrize("gone", ["update contacts set opted_out_at = now()", "delete from contacts"])
async def test_whoever_left_after_the_launch_is_skipped(owner: Person, gone: str) -> None:
    sending = await a_sending(owner, people=10, category="MARKETING")
    async with owner.tenant.tx() as db:
        await db.conn.execute("update pacing set tokens = 0, refilled_at = now() + interval '1 hour'")
    await sending.launch()
    await eventually(sending.recounted)
    async with owner.tenant.tx() as db:
        await db.conn.execute(f"{gone} where name = 'Persona 10000012'".encode())
        await db.conn.execute("update pacing set refilled_at = now()")
    assert await sending.settled() == {"read": 9, "skipped": 1}
    assert (await sending.received())["people"] == 9


async def test_a_second_launch_is_refused_and_adds_nobody(owner: Person) -> None:
    sending = await a_sending(owner, people=5)
    await sending.launch()
    await sending.settled()
    try:
        await sending.launch()
        raise AssertionError("launched twice")
    except launch.CannotLaunch:
        pass
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = 'launching' where id = %s", (sending.id,))
        await launch.fill.later(db, campaign_id=sending.id)
    await eventually(lambda: sending.is_("completed", "sending"))
    await sending.everybody_got_it_once(5)


async def test_a_launch_is_filled_by_one_at_a_time(owner: Person) -> None:
    sending = await a_sending(owner, people=3)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = 'launching', launched_at = now()")
    async with owner.tenant.tx() as first, owner.tenant.tx() as second:
        assert await first.value(launch.q.begin_fill, id=sending.id)
        assert await second.value(launch.q.begin_fill, id=sending.id) is None


async def test_a_stranger_cannot_touch_it(owner: Person, stranger: Person, agent: Person) -> None:
    sending = await a_sending(owner, people=1)
    for path in ("launch", "pause", "cancellation"):
        assert (await stranger.put(f"/campaigns/{sending.id}/{path}")).status_code == 404
        assert (await agent.put(f"/campaigns/{sending.id}/{path}")).status_code == 403
    assert await sending.status() == "draft"


async def _some_are_out(sending: Sending) -> bool:
    return bool((await sending.received())["people"] >= 20)


async def _still(sending: Sending) -> int:
    """How many are out, once the number no longer changes and nothing is in hand."""
    rows = await sending.recounted()
    return 0 if rows.get("sending") or await sending.status() != "paused" else int((await sending.received())["people"])
