"""Webhooks: kept byte for byte before the answer, read once, and a poisonous one alone put aside."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx

from app import schedule
from app.core.db import POOL_SIZE, POOL_WAIT, platform_tx, pool
from app.core.live import hub
from app.intake import journal, receiving, replaying
from app.numbers import credentials, routing
from app.numbers.phone_number import PhoneNumber
from app.settings import settings
from app.whatsapp.signature import sign
from tests.conftest import BASE, Person, eventually, page_of
from tests.numbers.numbers import a_number

GARBAGE = b"\x00not json \xff"


async def secret_of(owner: Person, number: PhoneNumber) -> str:
    async with owner.tenant.tx() as db:
        return (await credentials.of_number(db, number.id)).app_secret


def body_of(number: PhoneNumber, *messages: dict[str, Any], waba_id: str = "", phone_number_id: str = "") -> bytes:
    metadata = {"display_phone_number": "1", "phone_number_id": phone_number_id or number.phone_number_id}
    contacts = [{"profile": {"name": "Pilar Soto"}, "wa_id": "34622014873"}]
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": contacts, "messages": list(messages)}
    entry = {"id": waba_id or number.waba_id, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text(words: str) -> dict[str, Any]:
    return {
        "from": "34622014873",
        "id": f"wamid.{os.urandom(6).hex()}",
        "timestamp": "1795200000",
        "type": "text",
        "text": {"body": words},
    }


async def post(body: bytes, secret: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=BASE) as meta:
        return await meta.post("/intake/meta", content=body, headers={"x-hub-signature-256": sign(body, secret), **headers})


async def kept(body: bytes) -> list[tuple[Any, ...]]:
    async with platform_tx() as door:
        found = await door.conn.execute("select state, unrouted, attempts, error from intake_events where body = %s", (body,))
        return await found.fetchall()


async def done(body: bytes) -> tuple[Any, ...]:
    async def settled() -> tuple[Any, ...] | None:
        rows = await kept(body)
        return rows[0] if rows and rows[0][0] != "waiting" else None

    return tuple(await eventually(settled))


async def test_meta_verifies_the_address_with_our_token(house: str) -> None:
    async with httpx.AsyncClient(base_url=BASE) as meta:
        asked = {"hub.mode": "subscribe", "hub.verify_token": settings().meta_verify_token, "hub.challenge": "4711"}
        right = await meta.get("/intake/meta", params=asked)
        wrong = await meta.get("/intake/meta", params={**asked, "hub.verify_token": "guessed"})
    assert (right.status_code, right.text) == (200, "4711")
    assert (wrong.status_code, "4711" in wrong.text) == (403, False)


async def test_a_wrong_signature_is_refused_and_nothing_is_kept(owner: Person) -> None:
    number = await a_number(owner)
    body = body_of(number, text("hola"))
    for secret in ("", "guessed"):
        assert (await post(body, secret)).status_code == 401
    async with httpx.AsyncClient(base_url=BASE) as meta:
        assert (await meta.post("/intake/meta", content=body)).status_code == 401
    assert await kept(body) == []


async def test_a_right_signature_is_accepted_whatever_is_inside(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    routing._every.until = 0
    for body in (GARBAGE + os.urandom(4), b'{"entry": 7}', b"[]", body_of(number, waba_id="1" * 15)):
        assert (await post(body, secret)).status_code == 200
        assert (await done(body))[0] in ("done", "dead")


async def test_the_same_bytes_are_kept_once_and_read_once(owner: Person) -> None:
    number = await a_number(owner)
    body, secret = body_of(number, text("¿Tenéis la mesa Roble?")), await secret_of(owner, number)
    answers = await asyncio.gather(*(post(body, secret) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert [row[0] for row in (await kept(body))] in (["waiting"], ["done"])
    await done(body)
    inbox = page_of(await owner.get("/inbox"))
    assert inbox.text().count("¿Tenéis la mesa Roble?") == 1


async def test_a_number_that_nobody_connected_is_kept_and_counted(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    body = body_of(number, text("hola"), waba_id="9" * 15, phone_number_id="8" * 15)
    routing._every.until = 0
    assert (await post(body, secret)).status_code == 200
    assert (await done(body))[:2] == ("done", 1)


async def test_one_poisonous_message_does_not_hide_its_neighbours(owner: Person) -> None:
    number = await a_number(owner)
    poison = {
        "from": "34622014873",
        "id": "wamid.poison",
        "timestamp": "not a time",
        "type": "text",
        "text": {"body": "veneno"},
    }
    body, secret = body_of(number, text("antes"), poison, text("después")), await secret_of(owner, number)
    assert (await post(body, secret)).status_code == 200
    state, _, _, error = await done(body)
    assert (state, bool(error)) == ("dead", True)
    async with owner.tenant.tx() as db:
        texts = await (await db.conn.execute("select text from messages order by id")).fetchall()
    assert {row[0] for row in texts} >= {"antes", "después"}


async def test_a_thousand_updates_of_three_megabytes_are_one_webhook(owner: Person) -> None:
    number = await a_number(owner)
    messages = [text(f"{turn} " + "x" * 2800) for turn in range(1000)]
    body, secret = body_of(number, *messages), await secret_of(owner, number)
    assert 2_900_000 < len(body) < receiving.LARGEST_BODY
    assert (await post(body, secret)).status_code == 200
    assert (await done(body))[0] == "done"
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select count(*) from messages where direction = 'in'")).fetchone()
    assert row == (1000,)


async def test_more_than_meta_would_send_is_refused_before_it_is_read(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    assert (await post(b"x" * (receiving.LARGEST_BODY + 1), secret)).status_code == 413

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 1024 * 1024

    async with httpx.AsyncClient(base_url=BASE) as meta:
        assert (await meta.post("/intake/meta", content=in_pieces())).status_code == 413


async def test_what_postgres_cannot_keep_is_brought_again_later(owner: Person) -> None:
    number = await a_number(owner)
    body, secret = body_of(number, text("más tarde")), await secret_of(owner, number)
    receiving.journal.size += journal.MOST_WAITING
    try:
        refused = await post(body, secret)
    finally:
        receiving.journal.size -= journal.MOST_WAITING
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert (await post(body, secret)).status_code == 200
    assert (await done(body))[0] == "done"


async def test_what_was_read_is_forgotten_after_a_month_and_what_belongs_to_nobody_is_not(owner: Person) -> None:
    number = await a_number(owner)
    secret = await secret_of(owner, number)
    routing._every.until = 0
    old = [body_of(number, text("viejo")), body_of(number, text("de nadie"), waba_id="3" * 15, phone_number_id="2" * 15)]
    for body in old:
        await post(body, secret)
        await done(body)
    async with platform_tx() as door:
        await door.conn.execute(
            "update intake_events set processed_at = now() - interval '31 days' where body = any(%s)", (old,)
        )
    await schedule.forget_processed_events.func(timestamp=0)
    assert [len(await kept(body)) for body in old] == [0, 1]
    async with owner.tenant.tx() as db:
        parts = await (await db.conn.execute("select unrouted from intake_parts where kinds = '{messages}'")).fetchall()
    assert parts == [(1,)]


async def test_what_belongs_to_one_workspace_is_not_in_the_other(owner: Person, stranger: Person) -> None:
    number = await a_number(owner)
    body, secret = body_of(number, text("solo para Casa Olmo")), await secret_of(owner, number)
    await post(body, secret)
    await done(body)
    assert "solo para Casa Olmo" in (await owner.get("/inbox")).text
    assert "solo para Casa Olmo" not in (await stranger.get("/inbox")).text


async def test_a_workspace_cannot_write_about_another_with_its_own_secret(owner: Person, stranger: Person) -> None:
    theirs, mine = await a_number(owner), await a_number(stranger, "Muebles Sur")
    secret = await secret_of(stranger, mine)
    both = json.loads(body_of(mine, text("de la propia"), waba_id=mine.waba_id))
    both["entry"] += json.loads(body_of(theirs, text("falso, junto a la propia")))["entry"]
    forged = [
        json.dumps(both).encode(),
        body_of(theirs, text("falso, cuenta ajena")),
        body_of(theirs, text("falso, cuenta propia"), waba_id=mine.waba_id),
    ]
    routing._every.until = 0
    for body in forged:
        assert (await post(body, secret)).status_code == 200
        assert (await done(body))[:2] == ("done", 1)
    assert "de la propia" in (await stranger.get("/inbox")).text
    assert "falso" not in (await owner.get("/inbox")).text


async def test_intake_outlives_a_moment_without_connections(owner: Person) -> None:
    number = await a_number(owner)
    body, secret = body_of(number, text("con paciencia")), await secret_of(owner, number)
    async with AsyncExitStack() as busy:
        for _ in range(POOL_SIZE):
            await busy.enter_async_context(pool().connection())
        hub.wakers["intake"].set()
        await asyncio.sleep(POOL_WAIT + 0.5)
    assert (await post(body, secret)).status_code == 200
    assert await done(body) == ("done", 0, 0, "")


async def test_what_came_before_the_number_was_connected_is_read_once_it_is(owner: Person) -> None:
    number = await a_number(owner)
    body = body_of(number, text("¿Seguís abiertos?"))
    async with platform_tx() as door:
        # As the platform's own app brings it for an account that nobody has connected yet.
        await door.conn.execute(
            "insert into intake_events (provider, digest, body, state, unrouted) values ('meta', sha256(%s), %s, 'done', 1)",
            (body, body),
        )
    async with owner.tenant.tx() as db:
        await replaying.after_connecting(db, number.waba)
    await eventually(lambda: _appears(owner, "¿Seguís abiertos?"))
    assert (await done(body))[:2] == ("done", 0)


async def _appears(owner: Person, words: str) -> bool:
    return words in (await owner.get("/inbox")).text
