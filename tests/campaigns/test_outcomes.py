"""What becomes of a message that was handed over: unknown outcomes, statuses in any order, later attempts."""

from __future__ import annotations

from itertools import permutations

from app.campaigns import control, delivery, lanes, upkeep
from app.campaigns.sending import Outcome, Row
from app.core.clock import now
from app.whatsapp.updates import StatusUpdate, Trouble
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually


async def test_an_expired_lease_is_uncertain_then_tried_once_more(owner: Person) -> None:
    sending = await a_sending(owner, people=1, refuse_share=1, error_code=132015)
    await sending.launch()
    await eventually(lambda: sending.is_("paused"))
    await sending.behave(refuse_share=0)
    async with owner.tenant.tx() as db:
        # As a runner leaves it that was killed between claim and call.
        await db.conn.execute(
            "update campaign_recipients set status = 'sending', attempt = 1, lease_until = now() - interval '1 second'"
        )
        await db.conn.execute("update campaigns set status = 'sending', grace_seconds = 1")
    await upkeep.recover()
    assert await sending.recounted() == {"uncertain": 1}
    await eventually(lambda: _recovered(sending))
    assert await sending.settled() == {"read": 1}
    await sending.everybody_got_it_once(1)
    ((attempt, story),) = await sending.rows("attempt, story")
    assert attempt == 2
    assert [step["outcome"] for step in story] == ["unknown"]


async def test_with_the_rule_ask_a_person_decides(owner: Person) -> None:
    sending = await a_sending(owner, people=1)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set uncertain_rule = 'ask', grace_seconds = 1, status = 'sending'")
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, attempt, next_attempt_at)"
            " select %s, id, '+34610000010', 'uncertain', 1, now() from contacts limit 1", (sending.id,),
        )  # fmt: skip
    await upkeep.recover()
    assert await sending.recounted() == {"uncertain": 1}
    assert await sending.status() == "sending"
    async with owner.tenant.tx() as db:
        await control.leave_uncertain(db, sending.id)
    assert await sending.recounted() == {"failed": 1}
    assert await sending.status() == "completed"


async def test_statuses_in_any_order_end_the_same(owner: Person) -> None:
    steps = [("sent", 1), ("delivered", 2), ("read", 3), ("failed", 4)]
    orders = list(permutations(steps))
    sending = await a_sending(owner, people=len(orders))
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, attempt)"
            " select %s, id, 'x', 'sending', 1 from contacts", (sending.id,),
        )  # fmt: skip
    ids = [row[0] for row in await sending.rows("id")]
    for turn in range(len(steps)):
        async with owner.tenant.tx() as db:
            await delivery.apply(db, [_status(sending, ids[n], *order[turn]) for n, order in enumerate(orders)])
    assert await sending.recounted() == {"read": len(orders)}
    assert {row[0] for row in await sending.rows("failed_at")} == {None}
    assert await sending.counted() == await sending.recounted()


async def test_a_failure_of_an_earlier_attempt_does_not_fail_the_next(owner: Person) -> None:
    sending = await a_sending(owner, people=1)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, attempt)"
            " select %s, id, 'x', 'sending', 2 from contacts limit 1", (sending.id,),
        )  # fmt: skip
        ((recipient,),) = await (await db.conn.execute("select id from campaign_recipients")).fetchall()
        await delivery.apply(db, [_status(sending, recipient, "failed", 1)])
    assert await sending.recounted() == {"sending": 1}


async def test_an_answer_later_than_its_grace_counts_and_is_not_sent_again(owner: Person) -> None:
    sending = await a_sending(owner, people=1)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, attempt, next_attempt_at)"
            " select %s, id, 'x', 'retry', 1, now() from contacts limit 1", (sending.id,),
        )  # fmt: skip
        ((recipient,),) = await (await db.conn.execute("select id from campaign_recipients")).fetchall()
        await lanes.settle(db, 0, [Outcome(sending.id, Row(recipient, 1, "sent", wamid="wamid.late"))])
    assert await sending.rows("status, wamid, next_attempt_at") == [("sent", "wamid.late", None)]


async def test_what_comes_back_after_a_cancellation_is_cancelled_too(owner: Person) -> None:
    sending = await a_sending(owner, people=2)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = 'cancelled', finished_at = now(), grace_seconds = 1")
        await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, attempt, next_attempt_at)"
            " select %s, id, 'x', (array['pending', 'uncertain'])[row_number() over (order by id)], 1, now() from contacts",
            (sending.id,),
        )
    await upkeep.recover()
    assert await sending.recounted() == {"cancelled": 1, "uncertain": 1}


def _status(sending: Sending, recipient_id: int, status: str, minute: int, attempt: int = 1) -> StatusUpdate:
    return StatusUpdate(
        phone_number_id=sending.number.phone_number_id, waba_id="1", wamid=f"wamid.{recipient_id}", status=status,
        at=now().replace(minute=minute), callback=f"c:{recipient_id}:{attempt}",
        trouble=Trouble(131026, "Undeliverable") if status == "failed" else None,
    )  # fmt: skip


async def _recovered(sending: Sending) -> bool:
    await upkeep.recover()
    return not (await sending.recounted()).get("uncertain")
