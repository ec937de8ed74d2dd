"""Answers: sent once, whatever is repeated; statuses in any order; a closed window; an outcome that nobody knows."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.db import NotFound
from app.inbox import conversation as conversations
from app.inbox import delivery, dispatch, message, sending
from app.inbox.message import Message
from app.inbox.sending import CannotTryAgain, Draft
from app.inbox.window import WindowClosed
from tests.conftest import eventually
from tests.inbox.conftest import Shop, statuses_of


async def send(shop: Shop, text: str = "Sí, tenemos", **more: Any) -> Message:
    async with shop.owner.tenant.tx() as db:
        found = await conversations.find(db, (await shop.conversation())["id"])
        return await sending.send_text(db, found, Draft(text=text, **more))


async def outgoing(shop: Shop) -> dict[str, Any]:
    columns = "id, status, wamid, error_code, sent_at, delivered_at, read_at, failed_at"
    return await shop.row(f"select {columns} from messages where direction = 'out'")


async def status(shop: Shop) -> str:
    return str((await outgoing(shop))["status"])


async def until(shop: Shop, *wanted: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any] | None:
        row = await outgoing(shop)
        return row if row["status"] in wanted else None

    found: dict[str, Any] = await eventually(reached)
    return found


async def test_an_answer_is_sent_once(talk: Shop) -> None:
    public_id = uuid4()
    first, second = await send(talk, public_id=public_id), await send(talk, public_id=public_id)
    assert (first.key, first.status) == (second.key, "pending")
    row = await until(talk, "sent")
    assert row["wamid"].startswith("wamid.")
    await dispatch.deliver.task(tenant_id=talk.owner.tenant_id, message_id=first.key)
    told = await talk.received()
    assert (told["accepted"], told["by_callback"]) == (1, {f"m:{first.key}": 1})
    assert (await talk.conversation())["snippet"] == "Sí, tenemos"
    assert (await talk.conversation())["unread"] == 0


async def test_a_public_id_of_another_conversation_is_not_found(talk: Shop) -> None:
    mine = await send(talk)
    await talk.hears(talk.text("Buenas", sender="34622014873"), names={})
    other = await talk.row("select max(id) as id from conversations")
    async with talk.owner.tenant.tx() as db:
        found = await conversations.find(db, other["id"])
        with pytest.raises(NotFound):
            await sending.send_text(db, found, Draft(text="x", public_id=UUID(mine.public_id)))


async def test_a_closed_window_is_refused_before_whatsapp_does(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=24 * 3600 + 1))
    with pytest.raises(WindowClosed):
        await send(shop)
    assert (await shop.received())["accepted"] == 0


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "read"))))
async def test_statuses_only_rise(talk: Shop, order: tuple[str, ...]) -> None:
    written = await send(talk)
    wamid = (await until(talk, "sent"))["wamid"]
    seconds = {"sent": 1, "delivered": 2, "read": 3}
    for step in (*order, *order):
        told = statuses_of(wamid, [(step, seconds[step])], biz_opaque_callback_data=f"m:{written.key}")
        assert await talk.learns(*told) == []
    row = await outgoing(talk)
    assert row["status"] == "read"
    assert None not in (row["sent_at"], row["delivered_at"], row["read_at"])


async def test_a_status_may_come_before_we_know_the_wamid(talk: Shop) -> None:
    await talk.rows("update messages set at = at returning id")
    async with talk.owner.tenant.tx() as db:
        found = await conversations.find(db, (await talk.conversation())["id"])
        written, _ = await sending.write(db, found, Draft(text="Hola"), by=None)
    await talk.learns(*statuses_of("wamid.early", [("delivered", 2)], biz_opaque_callback_data=f"m:{written.key}"))
    row = await outgoing(talk)
    assert (row["status"], row["wamid"]) == ("delivered", "wamid.early")
    await dispatch.deliver.task(tenant_id=talk.owner.tenant_id, message_id=written.key)
    assert (await talk.received())["accepted"] == 0


async def test_a_status_without_our_id_is_found_by_its_wamid(talk: Shop) -> None:
    await send(talk)
    wamid = (await until(talk, "sent"))["wamid"]
    strange = statuses_of("wamid.of-somebody-else", [("read", 1)])
    left = await talk.learns(*statuses_of(wamid, [("read", 1)]), *strange)
    assert [each.wamid for each in left] == ["wamid.of-somebody-else"]
    assert await status(talk) == "read"


async def test_a_failure_says_why_and_may_be_tried_again(talk: Shop) -> None:
    written = await send(talk)
    wamid = (await until(talk, "sent"))["wamid"]
    errors = [{"code": 131047, "title": "Re-engagement message"}]
    await talk.learns(*statuses_of(wamid, [("failed", 1)], biz_opaque_callback_data=f"m:{written.key}", errors=errors))
    async with talk.owner.tenant.tx() as db:
        failed = await message.find(db, written.key)
        assert failed.failure is not None
        assert "24 hours" in failed.failure.title
        again = await sending.try_again(db, await conversations.find(db, failed.conversation_id), failed)
        assert again.status == "pending"
    await until(talk, "sent")
    assert (await talk.received())["accepted"] == 2
    # The first attempt fails once more, which is no news.
    await talk.learns(*statuses_of(wamid, [("failed", 1)], biz_opaque_callback_data=f"m:{written.key}", errors=errors))
    assert await status(talk) == "sent"


async def test_a_second_attempt_has_its_own_failures_and_its_own_time(talk: Shop) -> None:
    written = await send(talk)
    wamid = (await until(talk, "sent"))["wamid"]
    (failure,) = statuses_of(wamid, [("failed", 1)], biz_opaque_callback_data=f"m:{written.key}", errors=[{"code": 131047}])
    await talk.learns(failure)
    await talk.behave(accept_but_drop_answer_share=1)
    async with talk.owner.tenant.tx() as db:
        await db.conn.execute("update messages set at = now() - interval '1 hour' where id = %s", [written.key])
        found = await conversations.find(db, written.conversation_id)
        await sending.try_again(db, found, await message.find(db, written.key))
        # The provider repeats itself before the second attempt has left.
        await delivery.apply(db, talk.read(failure))
        assert (await message.find(db, written.key)).status == "pending"
    await until(talk, "uncertain")
    async with talk.owner.tenant.tx() as db:
        uncertain = await message.find(db, written.key)
        assert not uncertain.may_try_again
        with pytest.raises(CannotTryAgain):
            await sending.try_again(db, found, uncertain)


async def test_a_refusal_fails_at_once(talk: Shop) -> None:
    await talk.behave(refuse_share=1, error_code=131026)
    await send(talk)
    row = await until(talk, "failed")
    assert row["error_code"] == 131026
    assert row["failed_at"] is not None


async def test_an_unknown_outcome_waits_for_its_webhook(talk: Shop) -> None:
    await talk.behave(accept_but_drop_answer_share=1)
    written = await send(talk)
    await until(talk, "uncertain")
    async with talk.owner.tenant.tx() as db:
        found = await conversations.find(db, written.conversation_id)
        with pytest.raises(CannotTryAgain):
            await sending.try_again(db, found, await message.find(db, written.key))
    await talk.learns(*statuses_of("wamid.after-all", [("sent", 1)], biz_opaque_callback_data=f"m:{written.key}"))
    assert await status(talk) == "sent"
    assert (await talk.received())["accepted"] == 1


async def test_a_job_that_died_in_the_call_leaves_it_uncertain(talk: Shop) -> None:
    async with talk.owner.tenant.tx() as db:
        found = await conversations.find(db, (await talk.conversation())["id"])
        written, _ = await sending.write(db, found, Draft(text="Hola"), by=None)
        await db.conn.execute("update messages set status = 'sending' where id = %s", [written.key])
    await dispatch.deliver.task(tenant_id=talk.owner.tenant_id, message_id=written.key)
    assert await status(talk) == "uncertain"
    assert (await talk.received())["accepted"] == 0
