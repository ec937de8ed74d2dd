"""The guard and the canary: when a campaign stops by itself, what it says then, and how a person goes on."""

from __future__ import annotations

from typing import Any

import pytest

from app.campaigns import canary, control, guard
from app.campaigns.guard import Facts, Running, Verdict, judge
from app.core import events
from app.core.clock import now
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of, text_of

LIMITS = {"most_failed": 0.1, "most_capped": 0.3, "most_opted_out": 0.03, "most_blocked": 0.15}


def campaign(**changed: Any) -> Running:
    usual: dict[str, Any] = {
        "id": 1, "guarded": True, "ladder": False, "canary_due": False, "drifted": False, "number_fell": False,
        "template_fell": False, "failed": 0, "done": 1000, "opted_out": 0, **LIMITS,
    }  # fmt: skip
    return Running(**usual | changed)


@pytest.mark.parametrize(
    ("found", "codes", "verdict"),
    [
        (campaign(failed=100), {131000: 100}, None),
        (campaign(failed=101), {131000: 101}, Verdict(guard.FAILS, Facts(101, 1000, 0.1))),
        (campaign(failed=300), {131049: 300}, None),
        (campaign(failed=301), {131049: 301}, Verdict(guard.HELD_BACK, Facts(301, 1000, 0.3))),
        (campaign(failed=151), {131026: 151}, Verdict(guard.BLOCKS, Facts(151, 1000, 0.15))),
        (campaign(opted_out=31), {}, Verdict(guard.LEAVES, Facts(31, 1000, 0.03))),
        # Whoever stops marketing in WhatsApp is an opt-out, not a failure.
        (campaign(failed=500), {131050: 500}, None),
        (campaign(failed=300, most_failed=None), {131000: 300}, None),
        # One angry person in twenty is no pattern.
        (campaign(done=20, failed=2), {131026: 2}, None),
        (campaign(done=20, failed=4), {131026: 4}, Verdict(guard.BLOCKS, Facts(4, 20, 0.15))),
        # The latest ten thousand stand for all.
        (campaign(done=400_000, failed=50_000), {131000: 10_000}, Verdict(guard.FAILS, Facts(50_000, 400_000, 0.1))),
        # Climbing the ladder they are not failed, and still were held back.
        (campaign(done=10, ladder=True), {131049: 40}, Verdict(guard.HELD_BACK, Facts(40, 40, 0.3))),
    ],
)  # fmt: skip
def test_limits(found: Running, codes: dict[int, int], verdict: Verdict | None) -> None:
    assert judge(found, codes) == verdict


async def decide(sending: Sending, **rules: Any) -> None:
    """The rules of the campaign, with a grace of a second where nobody says otherwise."""
    columns = ", ".join(f"{name} = %s" for name in rules)
    async with sending.owner.tenant.tx() as db:
        await db.conn.execute(f"update campaigns set {columns} where id = %s", (*rules.values(), sending.id))


async def found(sending: Sending, what: str) -> tuple[Any, ...]:
    async with sending.owner.tenant.tx() as db:
        row = await (await db.conn.execute(f"select {what} from campaigns where id = %s", (sending.id,))).fetchone()
        assert row is not None
        return tuple(row)


async def look(sending: Sending) -> None:
    """What the schedule does every ten seconds."""
    async with sending.owner.tenant.tx() as db:
        await canary.look(db)


async def rested(sending: Sending) -> None:
    """The canary has waited long enough."""
    await look(sending)
    assert await found(sending, "canary_state, only_to is not null, canary_until > now()") == ("waiting", True, True)
    await decide(sending, canary_until=now())
    await look(sending)


async def failing(owner: Person, people: int = 150, **rules: Any) -> Sending:
    """Everybody fails for a reason that is not the number's."""
    sending = await a_sending(owner, people=people, per_second=100, refuse_share=1, error_code=131008)
    await decide(sending, **LIMITS, **rules)
    await sending.launch()
    return sending


async def test_too_many_failures_pause_it_and_one_press_goes_on(owner: Person) -> None:
    sending = await failing(owner, people=400)
    told: list[dict[str, Any]] = []

    async def listen(_db: Any, **facts: Any) -> None:
        told.append(facts)

    events.on("campaign_paused", listen)

    async def paused() -> bool:
        await look(sending)
        return await sending.is_("paused")

    await eventually(paused)
    assert await found(sending, "paused_by, stop_reason") == ("guard", guard.FAILS)
    assert {"campaign_id": sending.id, "by": "guard", "reason": guard.FAILS} in told
    (facts,) = await found(sending, "stop_facts")
    assert facts["people"] == facts["of"] >= 100
    assert facts["limit"] == pytest.approx(0.1)
    banner = text_of(await owner.get(f"/campaigns/{sending.id}"), ".banner[data-tone=danger]")
    assert "100" in banner
    assert "10" in banner
    await owner.delete(f"/campaigns/{sending.id}/pause")
    await look(sending)
    assert await found(sending, "status, ignored_guard, paused_by") == ("sending", True, "")
    assert page_of(await owner.get(f"/campaigns/{sending.id}")).css_first(".banner[data-tone=info]") is not None
    rows = await sending.settled(within=30)
    assert rows == {"failed": 400}


async def test_a_canary_that_goes_well_is_followed_by_everybody(owner: Person) -> None:
    sending = await a_sending(owner, people=30)
    await decide(sending, canary=10, **LIMITS)
    await sending.launch()
    await eventually(lambda: _is(sending, {"read": 10, "pending": 20}))
    await rested(sending)
    assert await found(sending, "canary_state, only_to") == ("passed", None)
    assert await sending.settled() == {"read": 30}
    assert (await sending.received())["twice"] == 0


async def test_a_canary_that_goes_badly_stops_it_before_the_others(owner: Person) -> None:
    sending = await failing(owner, people=30, canary=10)
    await eventually(lambda: _is(sending, {"failed": 10, "pending": 20}))
    await rested(sending)
    assert await found(sending, "status, paused_by, stop_reason") == ("paused", "canary", guard.FAILS)
    assert "10" in text_of(await owner.get(f"/campaigns/{sending.id}"), ".banner[data-tone=danger]")
    await sending.behave(refuse_share=0)
    await owner.delete(f"/campaigns/{sending.id}/pause")
    assert await sending.settled() == {"failed": 10, "read": 20}


async def test_a_person_may_release_it_at_once(owner: Person, agent: Person, stranger: Person) -> None:
    sending = await a_sending(owner, people=12)
    await decide(sending, canary=4)
    await sending.launch()
    await eventually(lambda: _is(sending, {"read": 4, "pending": 8}))
    await look(sending)
    assert await found(sending, "canary_state, canary_until > now() + interval '29 minutes'") == ("waiting", True)
    assert page_of(await owner.get(f"/campaigns/{sending.id}")).css_first("[hx-delete$='/canary']") is not None
    assert (await stranger.delete(f"/campaigns/{sending.id}/canary")).status_code == 404
    await owner.delete(f"/campaigns/{sending.id}/canary")
    assert await sending.settled() == {"read": 12}
    again = await owner.delete(f"/campaigns/{sending.id}/canary")
    assert canary.NoCanary.message
    assert page_of(again).css_first(".banner[data-tone=warning]") is not None


async def test_nobody_after_the_canary_means_no_canary(owner: Person) -> None:
    sending = await a_sending(owner, people=5)
    await decide(sending, canary=5)
    await sending.launch()
    assert await sending.settled() == {"read": 5}
    assert await found(sending, "canary_state, only_to") == ("", None)


async def test_a_template_that_becomes_marketing_asks_for_consent_again(owner: Person) -> None:
    sending = await a_sending(owner, people=60, per_second=20)
    await sending.launch()
    await eventually(lambda: _has_gone(sending, 5))
    async with owner.tenant.tx() as db:
        await db.conn.execute("update message_templates set category = 'MARKETING'")
    await look(sending)
    assert await found(sending, "status, paused_by, stop_reason") == ("paused", "guard", guard.DRIFTED)
    out = await eventually(lambda: _still(sending))
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update contacts set opted_out_at = now() where id = any(array("
            "select contact_id from campaign_recipients"
            " where campaign_id = %s and status = 'pending' order by id desc limit 7))",
            (sending.id,),
        )
    await owner.delete(f"/campaigns/{sending.id}/pause")
    await look(sending)
    assert await sending.settled() == {"read": 53, "skipped": 7}
    assert out < 53
    assert await found(sending, "was_marketing") == (True,)


async def test_the_quality_of_number_and_template_pauses(owner: Person) -> None:
    sending = await a_sending(owner, people=200, per_second=10)
    await sending.launch()
    await eventually(lambda: sending.is_("sending"))
    async with owner.tenant.tx() as db:
        await db.conn.execute("update phone_numbers set quality = 'YELLOW'")
        await events.record(db, "quality_fell", number_id=sending.number.id, quality="YELLOW")
    assert await sending.status() == "sending"
    async with owner.tenant.tx() as db:
        await db.conn.execute("update phone_numbers set quality = 'RED'")
        await events.record(db, "quality_fell", number_id=sending.number.id, quality="RED")
    assert await found(sending, "status, stop_reason") == ("paused", guard.NUMBER_FELL)
    await decide(sending, status="sending", stop_reason="", quality_stop="")
    async with owner.tenant.tx() as db:
        await db.conn.execute("update message_templates set quality = 'RED'")
    await look(sending)
    assert await sending.status() == "sending"
    await decide(sending, quality_stop="YELLOW")
    await look(sending)
    assert await sending.status() == "paused"
    async with owner.tenant.tx() as db:
        await control.cancel(db, sending.id)


async def test_people_who_unsubscribe_afterwards_are_counted(owner: Person) -> None:
    sending = await a_sending(owner, people=10, per_second=500)
    await sending.launch()
    await sending.settled()
    await decide(sending, status="sending", finished_at=None)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update contacts set opted_out_at = now() where id in (select id from contacts order by id limit 4)"
        )
        counted = {each.id: (each.done, each.opted_out) for each in await guard.running(db)}
    assert counted[sending.id] == (10, 4)


async def _is(sending: Sending, rows: dict[str, int]) -> bool:
    return await sending.recounted() == rows


async def _has_gone(sending: Sending, people: int) -> bool:
    return (await sending.received())["people"] >= people


async def _still(sending: Sending) -> int | None:
    """People who got it, once nothing is on its way."""
    rows = await sending.recounted()
    return None if rows.keys() & {"sending", "sent", "delivered", "uncertain"} else rows.get("read", 0)
