"""The journal as people see it: their own part, searched, looked into, read again; and what others see of it."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

from app.api import description
from app.core.clock import now
from app.core.db import platform_tx
from app.intake import processing
from app.numbers import routing
from app.numbers.phone_number import PhoneNumber
from tests.conftest import Person, a_colleague, bearer, eventually, page_of, text_of
from tests.intake.test_intake import GARBAGE, body_of, done, post, secret_of, text
from tests.numbers.numbers import a_number

LIST = "/ops/webhooks"
WIDE = "/platform/ops/webhooks"
POISON = {"from": "34622014873", "id": "wamid.poison", "timestamp": "no time", "type": "text", "text": {"body": "veneno"}}


async def kept(person: Person, body: bytes, secret: str) -> int:
    """Its id, once it was read."""
    routing._every.until = 0
    assert (await post(body, secret)).status_code == 200
    await done(body)
    async with platform_tx() as door:
        row = await (await door.conn.execute("select id from intake_events where body = %s", (body,))).fetchone()
    assert row is not None
    assert person.tenant_id
    return int(row[0])


async def listed(person: Person, query: str = "", *, at: str = LIST) -> list[int]:
    page = page_of(await person.partial(f"{at}?{query}"))
    return [int((row.attributes["id"] or "").removeprefix("webhook-")) for row in page.css("tbody tr[id]")]


async def state(event_id: int) -> tuple[Any, ...]:
    async with platform_tx() as door:
        found = await door.conn.execute("select state, attempts from intake_events where id = %s", (event_id,))
        return tuple(await found.fetchone() or ())


async def test_a_webhook_is_in_the_journal_with_its_bytes_and_what_was_read(owner: Person) -> None:
    number = await a_number(owner)
    body = body_of(number, text("¿Tenéis la mesa Roble?"))
    found = await kept(owner, body, await secret_of(owner, number))
    assert await listed(owner, "kind=messages") == [found]
    page = await owner.get(f"{LIST}/{found}")
    assert (
        "¿Tenéis la mesa Roble?"
        in json.loads(text_of(page, "pre code"))["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]
    )
    assert "Pilar Soto" in text_of(page, "tbody tr")
    download = await owner.get(f"{LIST}/{found}/body")
    assert (download.content, "attachment" in download.headers["content-disposition"]) == (body, True)


async def test_the_filter_finds_by_kind_number_state_error_and_day(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    fine = await kept(owner, body_of(number, text("hola")), secret)
    dead = await kept(owner, body_of(number, POISON), secret)
    strange = await kept(owner, body_of(number, text("hola"), waba_id="9" * 15, phone_number_id="8" * 15), secret)
    today, tomorrow = now().date(), now().date() + timedelta(days=2)
    digits = "".join(each for each in number.display if each.isdigit())
    for query, wanted in (
        ("kind=messages", {fine, strange}), ("kind=unreadable", {dead}), ("state=dead", {dead}), ("state=unrouted", {strange}),
        (f"number={number.phone_number_id}", {fine, dead}), (f"number=%2B{digits}&kind=messages", {fine}),
        (f"number={'8' * 15}", {strange}), ("error=no+time", {dead}), ("error=100%25", set()), ("number=abc", set()),
        (f"day={tomorrow}", set()), (f"day={today}&state=dead", {dead}), ("day=hoy&state=dead", {dead}),
    ):  # fmt: skip
        assert set(await listed(owner, query)) == wanted, query


async def test_the_list_pages_by_keyset_newest_first(owner: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "with made as (insert into intake_events (provider, digest, body, state)"
            " select 'meta', sha256((%s || n)::bytea), '{}', 'done' from generate_series(1, 120) n returning id, received_at)"
            " insert into intake_parts"
            " (tenant_id, event_id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at)"
            " select %s, id, 'done', '{statuses}', '{}', 1, 0, 0, 0, '', received_at from made",
            (f"page {owner.tenant_id} ", owner.tenant_id),
        )
    first = page_of(await owner.partial(LIST))
    more = first.css_first(".load-more")
    assert more is not None
    ids = await listed(owner)
    assert (len(ids), ids) == (50, sorted(ids, reverse=True))
    second = await listed(owner, (more.attributes["hx-get"] or "").partition("?")[2])
    assert second[0] < ids[-1]


async def test_others_see_nothing_of_it(owner: Person, stranger: Person, agent: Person) -> None:
    number = await a_number(owner)
    found = await kept(owner, body_of(number, text("privado")), await secret_of(owner, number))
    assert found not in await listed(stranger)
    for answer in (
        await stranger.get(f"{LIST}/{found}"), await stranger.get(f"{LIST}/{found}/body"),
        await stranger.post(f"{LIST}/{found}/replays"), await stranger.put(f"{LIST}/{found}/discard"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert (await agent.get(LIST)).status_code == 403


async def test_the_database_keeps_the_bytes_from_others(owner: Person, stranger: Person) -> None:
    number = await a_number(owner)
    found = await kept(owner, body_of(number, text("privado")), await secret_of(owner, number))
    for person, wanted in ((owner, 1), (stranger, 0)):
        async with person.tenant.tx() as db:
            for table, key in (("intake_events", "id"), ("intake_parts", "event_id"), ("webhook_events", "id")):
                query = f"select body from {table} where {key} = %s"
                assert len(await (await db.conn.execute(query.encode(), (found,))).fetchall()) == wanted, table


async def test_a_webhook_of_two_workspaces_shows_each_its_own_part(owner: Person, stranger: Person) -> None:
    theirs, mine = await a_number(owner), await a_number(stranger, "Muebles Sur")
    both = json.loads(body_of(theirs, text("para Casa Olmo")))
    both["entry"] += json.loads(body_of(mine, text("para Muebles Sur")))["entry"]
    both["entry"] += json.loads(body_of(mine, text("para nadie"), waba_id="7" * 15, phone_number_id="6" * 15))["entry"]
    body = json.dumps(both).encode()
    async with platform_tx() as door:
        # As the platform's own app signs it, which speaks for all.
        await door.conn.execute(
            "insert into intake_events (provider, digest, body) values ('meta', sha256(%s), %s)", (body, body)
        )
    await processing.process_batch()
    await done(body)
    for person, own, foreign in (
        (owner, "para Casa Olmo", "para Muebles Sur"),
        (stranger, "para Muebles Sur", "para Casa Olmo"),
    ):
        (found,) = await listed(person, "kind=messages")
        for shown in (await person.get(f"{LIST}/{found}"), await person.get(f"{LIST}/{found}/body")):
            assert (own in shown.text, foreign in shown.text, "para nadie" in shown.text) == (True, False, False)
        part = json.loads((await person.get(f"{LIST}/{found}/body")).content)
        assert len(part["entry"]) == 1
        async with person.tenant.tx() as db:
            whole = await db.conn.execute("select from intake_events where id = %s", (found,))
            assert whole.rowcount == 0


async def test_an_operator_sees_what_belongs_to_nobody(owner: Person, operator: Person) -> None:
    body = body_of(await a_number(owner), text("¿quién?"), waba_id="5" * 15, phone_number_id="4" * 15)
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into intake_events (provider, digest, body) values ('meta', sha256(%s), %s)", (body, body)
        )
    await processing.process_batch()
    await done(body)
    assert await listed(owner, "state=unrouted") == []
    (found, *_) = await listed(operator, f"number={'4' * 15}", at=WIDE)
    shown = await operator.get(f"{WIDE}/{found}")
    assert "¿quién?" in json.dumps(json.loads(text_of(shown, "pre code")), ensure_ascii=False)
    assert (await operator.get(f"{LIST}/{found}")).status_code == 404


async def test_a_workspace_reads_in_its_log_that_an_operator_looked_at_what_its_customers_wrote(
    owner: Person, operator: Person
) -> None:
    number = await a_number(owner)
    found = await kept(owner, body_of(number, text("privado")), await secret_of(owner, number))
    digits = number.phone_number_id
    assert await listed(operator, f"number={digits}", at=WIDE) == [found]
    for _ in range(2):
        assert "privado" in (await operator.get(f"{WIDE}/{found}")).text
        assert b"privado" in (await operator.get(f"{WIDE}/{found}/body")).content
    assert (await operator.post(f"{WIDE}/{found}/replays")).status_code == 200
    await eventually(lambda: _is(found, "done"))
    assert (await operator.post(f"{WIDE}/replays?number={digits}")).status_code == 200
    async with owner.tenant.tx() as db:
        log = await (
            await db.conn.execute("select actor, user_id, subject_id from audit_log where action = 'platform.look'")
        ).fetchall()
    assert log == [("platform", operator.user_id, found)], "once an hour is enough"


async def test_one_poisoned_among_a_thousand_is_put_aside_alone_and_read_again(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    bodies = [body_of(number, text(f"mensaje {turn}")) for turn in range(999)]
    poisoned = body_of(number, text("con fecha imposible"))
    poisoned = poisoned.replace(b'"1795200000"', b'"99999999999999"')
    async with platform_tx() as door:
        for body in (*bodies[:500], poisoned, *bodies[500:]):
            await door.conn.execute(
                "insert into intake_events (provider, digest, body, signers) values ('meta', sha256(%s), %s, %s)",
                (body, body, [owner.tenant_id]),
            )
    assert secret
    while await processing.process_batch():
        pass
    await done(poisoned)
    (found,) = await listed(owner, "state=dead")
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select count(*) from messages where direction = 'in'")).fetchone()
    assert row == (999,)
    page = await owner.get(LIST)
    assert page_of(page).css_first('.webhook-troubles a[href*="state=dead"]') is not None
    assert (await owner.post(f"{LIST}/{found}/replays")).status_code == 200
    assert await listed(owner, "state=waiting") in ([found], [])
    await eventually(lambda: _dead_again(owner, found))
    discarded = await owner.put(f"{LIST}/{found}/discard")
    assert discarded.status_code == 200
    assert await listed(owner, "state=dead") == []
    assert await listed(owner, "state=discarded") == [found]
    await eventually(lambda: _is(found, "discarded"))


async def _dead_again(owner: Person, event_id: int) -> bool:
    return await listed(owner, "state=dead") == [event_id]


async def _is(event_id: int, wanted: str) -> bool:
    return bool((await state(event_id))[0] == wanted)


async def test_what_fails_while_it_is_applied_is_tried_three_times_and_then_replayed(owner: Person) -> None:
    number = await a_number(owner)
    body, secret = body_of(number, text("con estorbo")), await secret_of(owner, number)
    async with owner.tenant.tx() as db:
        await db.conn.execute("alter table messages add constraint in_the_way check (text <> 'con estorbo') not valid")
    try:
        assert (await post(body, secret)).status_code == 200
        for _ in range(3):
            await eventually(lambda: _tried(body))
            async with platform_tx() as door:
                await door.conn.execute(
                    "update intake_events set next_attempt_at = now() where body = %s and state = 'waiting'", (body,)
                )
            await processing.process_batch()
        dead, _, attempts, error = await done(body)
        assert (dead, attempts, "in_the_way" in error) == ("dead", 3, True)
    finally:
        async with owner.tenant.tx() as db:
            await db.conn.execute("alter table messages drop constraint in_the_way")
    (found,) = await listed(owner, "error=in_the_way")
    assert "in_the_way" in (await owner.get(f"{LIST}/{found}")).text
    count = await owner.partial(f"{LIST}/replays?state=dead")
    assert "1" in text_of(count, "#replays p")
    assert (await owner.post(f"{LIST}/replays?state=dead")).status_code == 200
    await eventually(lambda: _is(found, "done"))
    assert "con estorbo" in (await owner.get("/inbox")).text


async def _tried(body: bytes) -> bool:
    async with platform_tx() as door:
        found = await door.conn.execute("select from intake_events where body = %s and attempts > 0", (body,))
        return found.rowcount > 0


async def test_ten_times_shuffled_and_before_our_own_commit(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    bodies = [body_of(number, text(f"una vez {turn}")) for turn in range(30)]
    repeated = bodies * 10
    random.Random(7).shuffle(repeated)
    await asyncio.gather(*(post(body, secret) for body in repeated))
    for body in bodies:
        assert (await done(body))[0] == "done"
    async with owner.tenant.tx() as db:
        row = await (
            await db.conn.execute("select count(*), count(distinct wamid) from messages where direction = 'in'")
        ).fetchone()
    assert row == (30, 30)


async def test_unreadable_bytes_are_shown_as_they_came(owner: Person) -> None:
    number = await a_number(owner)
    found = await kept(owner, GARBAGE + number.phone_number_id.encode(), await secret_of(owner, number))
    assert await listed(owner, "kind=unreadable") == [found]
    shown = await owner.get(f"{LIST}/{found}")
    assert "not json" in text_of(shown, "pre code")


async def test_a_manager_may_replay_and_an_agent_may_not_look(owner: Person) -> None:
    number: PhoneNumber = await a_number(owner)
    found = await kept(owner, body_of(number, text("hola")), await secret_of(owner, number))
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert (await manager.post(f"{LIST}/{found}/replays")).status_code == 200
    await eventually(lambda: _is(found, "done"))


async def test_the_journal_over_the_api(owner: Person, stranger: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    found, fine = await kept(owner, body_of(number, POISON), secret), await kept(owner, body_of(number, text("hola")), secret)
    api, heads = "/api/v1/webhook-events", [await bearer(person) for person in (owner, stranger)]
    dead = (await owner.get(f"{api}?state=dead&since=2026-01-01T00:00:00Z", headers=heads[0])).json()
    assert ([event["id"] for event in dead["data"]], dead["next"]) == ([found], None)
    assert dead["data"][0].keys() == description.examples()["list_webhook_events"].answer["data"][0].keys()
    messages = (await owner.get(f"{api}?kind=messages", headers=heads[0])).json()["data"]
    assert [(event["id"], event["numbers"]) for event in messages] == [(fine, [number.phone_number_id])]
    assert (await stranger.get(api, headers=heads[1])).json()["data"] == []
    assert (await stranger.http.post(f"{api}/{found}/replay", headers=heads[1])).status_code == 404
    again = await owner.http.post(f"{api}/{fine}/replay", headers=heads[0])
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    await eventually(lambda: _is(fine, "done"))
