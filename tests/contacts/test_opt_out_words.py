"""Opting out by a word: which ones count, what is answered, and the words of a workspace's own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from app.contacts.opt_out_words import plain, usual
from app.numbers import credentials
from tests.conftest import Person, a_colleague, eventually, page_of
from tests.contacts.conftest import answers, ledger, state
from tests.inbox.conftest import LUCIA, PILAR, Shop
from tests.intake.test_intake import done, post

WORDS = "/settings/opt-out"


@pytest.mark.parametrize(
    "said", ["STOP", "baja", "¡Baja!", " *Stop*. ", "cancelar  suscripcion", "SAIR", "berhenti", "Opt-out", "🛑 STOP 🛑"]
)
async def test_a_word_alone_stops_advertising_and_is_answered(shop: Shop, said: str) -> None:
    await shop.hears(shop.text(said))
    assert await state(shop) == ("marketing", "keyword")
    assert await ledger(shop.owner) == [("opted_out", "marketing", "keyword", said)]
    (answer,) = await answers(shop)
    assert answer == usual("es").marketing_text


@pytest.mark.parametrize("said", ["No quiero la baja", "stop it now please", "STOPP", "Para", "¿?", "BAJA 2"])
async def test_a_sentence_is_no_word(shop: Shop, said: str) -> None:
    await shop.hears(shop.text(said))
    assert await state(shop) == ("", "")
    assert await answers(shop) == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("button", {"text": "Baja", "payload": "no-more"}),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "BAJA"}}),
    ],
)
async def test_a_button_with_the_same_text_counts(shop: Shop, kind: str, content: dict[str, Any]) -> None:
    await shop.hears(shop.element(kind, content))
    assert await state(shop) == ("marketing", "keyword")


async def test_what_is_no_word_of_theirs_to_us_does_not_count(shop: Shop) -> None:
    listed = shop.element("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Baja"}})
    echo = {**shop.text("BAJA"), "from": shop.number.display, "to": LUCIA}
    await shop.hears(listed, shop.text("BAJA", group_id="g1"))
    await shop.hears(echo, field="smb_message_echoes")
    assert (await state(shop), await ledger(shop.owner)) == (("", ""), [])


async def test_a_person_comes_back_and_may_leave_for_good(shop: Shop) -> None:
    await shop.hears(shop.text("BAJA", ago=30), shop.text("ALTA", ago=20))
    assert await state(shop) == ("", "")
    await shop.hears(shop.text("BAJA", ago=12))
    await shop.hears(shop.text("Stop all", ago=10), shop.text("BAJA", ago=5))
    assert await state(shop) == ("all", "keyword")
    assert [entry[:3] for entry in await ledger(shop.owner)] == [
        ("opted_out", "marketing", "keyword"), ("opted_in", "marketing", "keyword"),
        ("opted_out", "marketing", "keyword"), ("opted_out", "all", "keyword"),
    ]  # fmt: skip
    words = usual("es")
    assert await answers(shop) == [words.marketing_text, words.back_text, words.marketing_text, words.everything_text]


async def test_the_same_webhook_ten_times_is_one_entry_and_one_answer(shop: Shop) -> None:
    await shop.told({"type": "text", "text": {"body": "Hola"}})
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": shop.number.phone_number_id}}
    value |= {"contacts": [{"wa_id": LUCIA, "profile": {"name": "Lucía"}}], "messages": [shop.text("BAJA")]}
    async with shop.owner.tenant.tx() as db:
        secret = (await credentials.of_number(db, shop.number.id)).app_secret
    entry = {"id": shop.number.waba_id, "changes": [{"field": "messages", "value": value}]}
    # Other bytes each time, or the intake itself would know them again.
    bodies = [json.dumps({"object": "whatsapp_business_account", "entry": [entry], "n": n}).encode() for n in range(10)]
    await asyncio.gather(*(post(body, secret) for body in bodies))
    assert [(await done(body))[0] for body in bodies] == ["done"] * 10
    assert len(await ledger(shop.owner)) == 1
    assert len(await answers(shop)) == 1

    await eventually(lambda: shop.rows("select 1 from messages where direction = 'out' and sent_at is not null"))
    assert (await shop.received())["accepted"] == 1


async def test_the_answer_leaves_unread_what_nobody_has_read(shop: Shop) -> None:
    await shop.hears(shop.text("¿Dónde está mi pedido?", ago=9), shop.text("BAJA"))
    found = await shop.conversation()
    assert (found["unread"], found["status"], len(await answers(shop))) == (2, "open", 1)


def typed(answer: Any) -> dict[str, str]:
    page = page_of(answer)
    form = {field.attributes["name"]: field.text() for field in page.css("#opt-out-words textarea")}
    return {name or "": text for name, text in form.items()} | {"confirms": "1"}


async def test_nobody_is_answered_late_or_against_the_workspace(shop: Shop) -> None:
    await shop.hears(shop.text("BAJA", ago=25 * 3600))
    assert (await state(shop), await answers(shop)) == (("marketing", "keyword"), [])
    form = typed(await shop.owner.get(WORDS))
    form.pop("confirms")
    assert (await shop.owner.put(WORDS, form)).status_code == 200
    await shop.hears(shop.text("BAJA", sender=PILAR), names={PILAR: "Pilar"})
    assert (len(await ledger(shop.owner)), await answers(shop)) == (2, [])


async def test_a_workspace_has_words_of_its_own(shop: Shop) -> None:
    form = typed(await shop.owner.get(WORDS))
    assert form["marketing"].startswith("BAJA, STOP, ")
    wish = {**form, "marketing": "Basta, ¡Fuera!\nfuera", "back": "Hola de nuevo", "marketing_text": "Vale."}
    assert (await shop.owner.put(WORDS, wish)).status_code == 200
    assert typed(await shop.owner.get(WORDS))["marketing"] == "Basta, ¡Fuera!"
    await shop.hears(shop.text("STOP", ago=9))
    assert await ledger(shop.owner) == []
    await shop.hears(shop.text("fuera"))
    assert (await state(shop), await answers(shop)) == (("marketing", "keyword"), ["Vale."])
    assert typed(await shop.owner.delete(WORDS))["marketing"] == form["marketing"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"marketing": " , "}, "marketing"),
        ({"back": "alta\nbaja"}, "back"),
        ({"everything": "x" * 61}, "everything"),
        ({"back_text": ""}, "back_text"),
    ],
)
async def test_lists_that_cannot_be_are_explained(owner: Person, wrong: dict[str, str], field: str) -> None:
    form = typed(await owner.get(WORDS))
    answer = await owner.put(WORDS, {**form, **wrong})
    assert (answer.status_code, page_of(answer).css_first(f"#{field}-error") is not None) == (422, True)
    assert typed(await owner.get(WORDS)) == form


async def test_a_manager_reads_no_words(owner: Person) -> None:
    manager = await a_colleague(owner, "manager")
    assert (await manager.get(WORDS)).status_code == 403


def test_plain_words() -> None:
    assert plain("  ¡Cancelar—SUSCRIPCIÓN! ") == "cancelar suscripcion"
    assert plain("_STOP_") == "stop"
    assert plain("🙏") == ""
