"""Limits are asked in the claim: the portfolio's people of the day, each person's turn, the workspace's cap, the breaker."""

from __future__ import annotations

from typing import Any

from app.campaigns import delivery, lanes
from app.campaigns.sending import Outcome, Row, verdicts
from app.numbers import breaker, pacing, portfolio
from app.whatsapp.updates import StatusUpdate, Trouble
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person

CLAIM = "select count(*) from claim_recipients(%s, %s, interval '20 seconds')"


async def sending_by_hand(owner: Person, people: int) -> Sending:
    """Rows without a lane: the campaign is paused for lanes, and claimed by the test."""
    sending = await a_sending(owner, people=people)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address) select %s, id, 'x' from contacts", (sending.id,)
        )
    return sending


async def one(db: Any, statement: str, *values: Any) -> Any:
    return (await (await db.conn.execute(statement, values)).fetchone())[0]


async def claim(db: Any, sending: Sending, wanted: int) -> int:
    """In one transaction that no lane can see into."""
    await db.conn.execute("update campaigns set status = 'sending' where id = %s", (sending.id,))
    await db.conn.execute("update pacing set tokens = burst where number_id = %s", (sending.number.id,))
    claimed: int = await one(db, CLAIM, sending.number.id, wanted)
    await db.conn.execute("update campaigns set status = 'paused' where id = %s", (sending.id,))
    return claimed


async def recounted(db: Any) -> tuple[int, int]:
    used = await one(db, "select coalesce(sum(people), 0) from portfolio_minutes where minute > counting_since()")
    return int(used), int(await one(db, "select count(*) from portfolio_people where minute > counting_since()"))


async def test_a_portfolio_gives_away_its_people_of_the_day_and_no_more(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=12)
    async with owner.tenant.tx() as db:
        found = await portfolio.of_number(db, sending.number.id)
        await portfolio.change(db, found.id, people_by_hand=10, reserve=2)
        assert await claim(db, sending, 5) == 5
        assert await claim(db, sending, 5) == 3
        assert await claim(db, sending, 5) == 0
        found = await portfolio.of_number(db, sending.number.id)
        assert (found.limit, found.used, found.left) == (10, 8, 0)
        assert await recounted(db) == (8, 8)
        # A day later they are free again.
        await db.conn.execute("update portfolio_people set minute = minute - interval '25 hours'")
        await db.conn.execute("update portfolio_minutes set minute = minute - interval '25 hours'")
        assert await claim(db, sending, 5) == 4
        assert await recounted(db) == (4, 4)
    assert sorted(await sending.rows("status")) == [("sending",)] * 12


async def test_whoever_is_inside_the_window_does_not_count(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=4)
    async with owner.tenant.tx() as db:
        found = await portfolio.of_number(db, sending.number.id)
        await portfolio.change(db, found.id, people_by_hand=1, reserve=0)
        await db.conn.execute(
            "insert into conversations (contact_id, number_id, last_inbound_at)"
            " select id, %s, now() from contacts order by id limit 3", (sending.number.id,),
        )  # fmt: skip
        assert await claim(db, sending, 10) == 4
        assert (await portfolio.of_number(db, sending.number.id)).used == 1


async def test_a_tier_that_nobody_knows_is_no_limit(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=3)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update portfolios set tier = 'TIER_NOT_SET'")
        assert await claim(db, sending, 10) == 3
        assert (await portfolio.of_number(db, sending.number.id)).left is None


async def test_forty_six_messages_at_once_are_one_too_many_for_one_person(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=1)
    async with owner.tenant.tx() as db:
        contact_id = await one(db, "select id from contacts")
        waits = [await pacing.turn(db, sending.number.id, contact_id, begins=False) for _ in range(46)]
        assert waits[:45] == [0] * 45
        assert 0 < waits[45] <= 6
        # A campaign waits for the turn as well, and nobody's attempt is spent on it.
        assert await claim(db, sending, 5) == 0
    assert [(status, attempt) for status, attempt in await sending.rows("status, attempt")] == [("retry", 0)]


async def test_the_workspace_has_a_cap_of_its_own(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=9)
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into sending_caps (per_second, burst, tokens) values (0.001, 4, 4)")
        assert await claim(db, sending, 9) == 4
        assert await claim(db, sending, 9) == 0


async def test_five_failures_in_a_row_open_the_breaker_and_probes_that_never_came_back_are_forgotten(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=9)
    number_id = sending.number.id
    async with owner.tenant.tx() as db:
        assert (await breaker.note(db, number_id, [False] * 4)).state == "closed"
        assert (await breaker.note(db, number_id, [True])).failures == 0
        assert (await breaker.note(db, number_id, [False] * 5, "no answer")).state == "open"
        assert await claim(db, sending, 9) == 0
        await db.conn.execute("update breakers set opened_at = now() - interval '31 seconds'")
        assert await claim(db, sending, 9) == 3
        assert await claim(db, sending, 9) == 0
        await db.conn.execute("update breakers set probed_at = now() - interval '31 seconds'")
        assert await claim(db, sending, 9) == 3
        assert (await breaker.note(db, number_id, [True] * 3)).state == "closed"
        assert await claim(db, sending, 9) == 3
    assert len(await sending.rows("1")) == 9


def test_what_was_asked_in_a_row_counts_and_not_what_came_back_in_a_row() -> None:
    def asked(at: float, fine: bool | None) -> Outcome:
        return Outcome(1, Row(int(at), 1, "sent"), fine=fine, asked=at)

    burst = [asked(at, at % 3 != 0) for at in (1, 2, 4, 5, 7, 8, 10, 11, 3, 6, 9, 12)]
    assert verdicts([*burst, asked(13, None)], 0.0) == ([True, True, False] * 4, 11)
    late = [asked(at, fine=False) for at in (0.1, 0.2, 0.3, 0.4, 0.5)]
    assert verdicts(late, 11.0) == ([], 11.0)
    down = [asked(at, fine=False) for at in (14, 15, 16, 17, 18)]
    assert verdicts(down, 11.0) == ([False] * 5, 11.0)


async def test_too_fast_halves_the_rate_once_a_second(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=1)
    async with owner.tenant.tx() as db:
        for _ in range(5):
            await pacing.slow_down(db, sending.number.id)
        slowed, errors = await (
            await db.conn.execute("select slowed_to, rate_errors from pacing where number_id = %s", (sending.number.id,))
        ).fetchone() or (0, 0)
        assert (slowed, errors) == (0.5, 1)


async def test_a_failure_that_was_told_before_the_lane_settled_stays_one(owner: Person) -> None:
    sending = await sending_by_hand(owner, people=1)
    ((recipient,),) = await sending.rows("id")
    async with owner.tenant.tx() as db:
        assert await claim(db, sending, 1) == 1
        at = await one(db, "select now()")
        told = StatusUpdate(
            phone_number_id="", waba_id="", wamid="wamid.1", status="failed", at=at, callback=f"c:{recipient}:1",
            trouble=Trouble(code=131000, title="", details=""),
        )  # fmt: skip
        await delivery.apply(db, [told])
        await lanes.settle(db, sending.number.id, [Outcome(sending.id, Row(recipient, 1, "sent", wamid="wamid.1"))])
        await delivery.apply(db, [told] * 3)
    ((status, attempt, wamid, story),) = await sending.rows("status, attempt, wamid, story")
    assert (status, attempt, wamid) == ("retry", 1, None)
    assert [(each["outcome"], each["code"], each["wamid"]) for each in story] == [("failed", 131000, "wamid.1")]
