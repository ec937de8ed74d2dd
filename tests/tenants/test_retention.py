"""What a workspace no longer wants to keep: asked first, deleted by night, and nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core import files
from app.core.clock import now
from app.core.db import platform_tx
from app.schedule import forget_processed_events
from app.tenants import retention
from tests.conftest import Person, eventually, page_of, text_of

PAGE = "/settings/workspace/retention"
FOR_EVER = {"messages_days": "", "files_days": "", "webhooks_days": "30", "audit_days": ""}


async def one(owner: Person, query: str, *values: Any) -> Any:
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute(query.encode(), values or None)).fetchone()
    return row[0] if row else None


async def a_chat(owner: Person, *days_ago: int) -> int:
    """A conversation with one message, each with a picture, for each of these days."""
    async with owner.tenant.tx() as db:
        waba = await one(
            owner, "insert into wabas (waba_id, access_token, app_secret) values (gen_random_uuid()::text, '', '') returning id"
        )
        number = await one(owner, "insert into phone_numbers (waba, phone_number_id, display, verified_name)"
                                  " values (%s, gen_random_uuid()::text, '+34 600', 'Casa') returning id", waba)  # fmt: skip
        contact = await one(owner, "insert into contacts (name) values ('Marta') returning id")
        last = now() - timedelta(days=min(days_ago))
        chat = await one(owner, "insert into conversations (contact_id, number_id, last_message_at)"
                                " values (%s, %s, %s) returning id", contact, number, last)  # fmt: skip
        for days in sorted(days_ago, reverse=True):
            file = await files.store_bytes(db, "foto.jpg", "image/jpeg", b"picture")
            await db.conn.execute("update files set created_at = now() - %s where id = %s", (timedelta(days=days), file.id))
            await db.conn.execute(
                "insert into messages (conversation_id, direction, kind, text, file_id, at)"
                " values (%s, 'in', 'image', 'Mira', %s, %s)",
                (chat, file.id, now() - timedelta(days=days)),
            )
    return int(chat)


async def the_night_comes(owner: Person) -> None:
    async with platform_tx() as door:
        await retention.forget_everywhere(door)
    await eventually(lambda: no_job_left(owner))


async def no_job_left(owner: Person) -> bool:
    async with platform_tx() as door:
        left = await door.conn.execute(
            "select from procrastinate_jobs where status in ('todo', 'doing') and (args->>'tenant_id')::bigint = %s",
            (owner.tenant_id,),
        )
    return left.rowcount == 0


async def test_the_page_says_what_the_night_takes(owner: Person) -> None:
    await a_chat(owner, 400, 40, 2)
    page = await owner.partial(f"{PAGE}?look=chosen&messages_days=365&files_days=30&webhooks_days=30&audit_days=")
    assert ": 1," in text_of(page, "#rule-messages .due")
    assert ": 2," in text_of(page, "#rule-files .due")
    assert page_of(page).css_first("#rule-audit .due") is None
    assert page_of(page).css_first("form[hx-confirm]") is not None
    assert await one(owner, "select count(*) from retention") == 0


async def test_old_messages_go_with_their_files_and_totals_stay(owner: Person, stranger: Person) -> None:
    await a_chat(owner, 400, 300, 2)
    old = await a_chat(owner, 390)
    await a_chat(stranger, 400)
    slots = "select coalesce(sum(received), 0) from stats where tenant_id = tenant_id()"
    assert await one(owner, slots) == 4
    assert (await owner.put(PAGE, {**FOR_EVER, "messages_days": "365"})).status_code == 200
    await the_night_comes(owner)
    assert await one(owner, "select count(*) from messages") == 2
    assert await one(owner, "select count(*) from files") == 2
    assert await one(owner, "select count(*) from conversations where id = %s", old) == 0
    assert await one(owner, slots) == 4
    assert await one(stranger, "select count(*) from messages") == 1


async def test_old_pictures_go_and_their_words_stay(owner: Person) -> None:
    await a_chat(owner, 90, 5)
    await owner.put(PAGE, {**FOR_EVER, "files_days": "60"})
    await the_night_comes(owner)
    assert await one(owner, "select count(*) from messages") == 2
    assert await one(owner, "select array_agg(file_id is null order by at) from messages") == [True, False]
    assert await one(owner, "select count(*) from file_parts") == 1


async def test_the_audit_log_forgets_only_what_is_old(owner: Person) -> None:
    await owner.put(PAGE, {**FOR_EVER, "audit_days": "60"})
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into audit_log (tenant_id, at, actor, action)"
            " values (tenant_id(), now() - interval '61 days', 'person', 'x.old'),"
            " (tenant_id(), now() - interval '59 days', 'person', 'x.new')"
        )
    await the_night_comes(owner)
    assert await one(
        owner,
        "select array_agg(action) from audit_log where action like 'x.%%'",
    ) == ["x.new"]


async def test_webhooks_are_kept_for_as_long_as_a_workspace_says(owner: Person, stranger: Person) -> None:
    await owner.put(PAGE, {**FOR_EVER, "webhooks_days": "90"})
    kept = [await a_webhook(owner, 40), await a_webhook(owner, 40, stranger)]
    gone = [await a_webhook(owner, 100), await a_webhook(stranger, 40)]
    await forget_processed_events.func(timestamp=0)
    async with platform_tx() as door:
        left = await (await door.conn.execute("select id from intake_events where id = any(%s)", (kept + gone,))).fetchall()
    assert {row[0] for row in left} == set(kept)
    assert await one(stranger, "select count(*) from intake_parts") == 0
    assert await one(owner, "select count(*) from intake_parts") == 2


async def a_webhook(owner: Person, days: int, *others: Person) -> int:
    async with platform_tx() as door:
        made = await (await door.conn.execute(
            "insert into intake_events (provider, digest, body, state, received_at, processed_at)"
            " select 'meta', sha256(gen_random_uuid()::text::bytea), 'x', 'done', now() - %s, now() - %s returning id",
            (timedelta(days=days), timedelta(days=days)))).fetchone()  # fmt: skip
        assert made is not None
        for person in (owner, *others):
            await door.conn.execute(
                "insert into intake_parts (tenant_id, event_id, state, kinds, numbers, updates, unrouted, unknown, attempts,"
                " error, received_at) values (%s, %s, 'done', '{}', '{}', 1, 0, 0, 0, '', now() - %s)",
                (person.tenant_id, made[0], timedelta(days=days)),
            )
    return int(made[0])


async def test_less_than_thirty_days_are_refused(owner: Person, agent: Person) -> None:
    answer = await owner.put(PAGE, {**FOR_EVER, "messages_days": "7"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#messages_days-error") is not None
    assert await one(owner, "select count(*) from retention") == 0
    assert (await agent.get(PAGE)).status_code == 403
