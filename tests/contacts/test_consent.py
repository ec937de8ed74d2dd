"""Opting out: by a word, by WhatsApp's own switch, by hand, by a program; proved once, confirmed once, respected everywhere."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors

from app.contacts import consent, contact, identities
from app.contacts.consent import Said
from app.contacts.identities import Sender
from app.contacts.opt_out_words import plain, usual
from app.core.clock import now
from app.core.db import platform_tx
from app.numbers import credentials
from app.whatsapp.updates import Person as Somebody
from app.whatsapp.updates import PreferenceUpdate
from tests.api.test_api import a_number, a_program, an_approved_template, same_shape
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, a_colleague, eventually, page_of, text_of
from tests.inbox.conftest import LUCIA, PILAR, Shop, a_shop, statuses_of
from tests.intake.test_intake import done, post

WORDS = "/settings/opt-out"


@pytest.fixture
async def shop(owner: Person) -> Shop:
    return await a_shop(owner)


@pytest.fixture
async def talk(shop: Shop) -> Shop:
    """Lucía has written a moment ago."""
    await shop.behave(statuses=False)
    await shop.told({"type": "text", "text": {"body": "Hola"}})
    await eventually(lambda: shop.rows("select 1 from conversations where unread = 1"))
    return shop


async def a_contact(owner: Person, name: str = "Ana Ruiz", phone: str = "+34611482903") -> int:
    async with owner.tenant.tx() as db:
        return (await identities.resolve(db, [Sender(phone=phone, name=name)]))[0]


async def state(shop: Shop | Person, contact_id: int | None = None) -> tuple[str, str]:
    """Scope and reason of the only contact, or of this one."""
    owner = shop.owner if isinstance(shop, Shop) else shop
    async with owner.tenant.tx() as db:
        found = (await contact.search(db)).rows
        person = next(each for each in found if contact_id in (None, each.id))
    return person.opted_out_scope, person.opt_out_reason


async def ledger(owner: Person) -> list[tuple[Any, ...]]:
    async with owner.tenant.tx() as db:
        found = await db.conn.execute("select what, scope, how, text from consent_events order by id")
        return await found.fetchall()


async def answers(shop: Shop) -> list[str]:
    return [row["text"] for row in await shop.rows("select text from messages where direction = 'out' order by id")]


def the_switch(shop: Shop, *, wants: bool, ago: float = 0) -> PreferenceUpdate:
    return PreferenceUpdate(
        phone_number_id=shop.number.phone_number_id, waba_id=shop.number.waba_id, person=Somebody(wa_id=LUCIA),
        wants_marketing=wants, at=now() - timedelta(seconds=ago),
    )  # fmt: skip


async def prefers(shop: Shop, *updates: PreferenceUpdate) -> None:
    async with shop.owner.tenant.tx() as db:
        await consent.apply_preferences(db, updates)


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


async def test_nobody_is_answered_late_or_against_the_workspace(shop: Shop) -> None:
    await shop.hears(shop.text("BAJA", ago=25 * 3600))
    assert (await state(shop), await answers(shop)) == (("marketing", "keyword"), [])
    form = typed(await shop.owner.get(WORDS))
    form.pop("confirms")
    assert (await shop.owner.put(WORDS, form)).status_code == 200
    await shop.hears(shop.text("BAJA", sender=PILAR), names={PILAR: "Pilar"})
    assert (len(await ledger(shop.owner)), await answers(shop)) == (2, [])


async def test_whatsapps_own_switch_is_kept_and_never_answered(shop: Shop) -> None:
    stop, resume = the_switch(shop, wants=False, ago=60), the_switch(shop, wants=True, ago=30)
    await prefers(shop, stop, stop)
    await prefers(shop, stop)
    assert await state(shop) == ("marketing", "whatsapp")
    await shop.hears(shop.text("BAJA TOTAL", ago=50))
    assert (await state(shop), await answers(shop)) == (("all", "keyword"), [])
    await prefers(shop, resume)
    assert await state(shop) == ("all", "keyword"), "the switch is about marketing"


async def test_an_old_stop_that_comes_again_undoes_nothing(shop: Shop) -> None:
    stop, resume = the_switch(shop, wants=False, ago=60), the_switch(shop, wants=True, ago=30)
    await prefers(shop, stop)
    await prefers(shop, resume)
    await prefers(shop, stop)
    await prefers(shop, resume, stop)
    assert await state(shop) == ("", "")
    assert [entry[0] for entry in await ledger(shop.owner)] == ["opted_out", "opted_in"]


async def test_the_ledger_is_only_added_to(owner: Person) -> None:
    person = await a_contact(owner)
    async with owner.tenant.tx() as db:
        await consent.opt_out(db, [Said(person)], "manual")
    for statement in ("update consent_events set text = 'x'", "delete from consent_events", "truncate consent_events"):
        with pytest.raises(errors.RestrictViolation):
            async with owner.tenant.tx() as db:
                await db.conn.execute(statement.encode())
    assert len(await ledger(owner)) == 1


async def test_the_ledger_outlives_whoever_wrote_it_but_not_the_workspace(owner: Person, agent: Person) -> None:
    person = await a_contact(owner)
    assert (await agent.put(f"/contacts/{person}/opt-out", {"text": "llamó"})).status_code == 200
    async with platform_tx() as door:
        await door.conn.execute("delete from users where id = %s", (agent.user_id,))
    assert await ledger(owner) == [("opted_out", "marketing", "manual", "llamó")]
    async with platform_tx() as door:
        await door.conn.execute("delete from tenants where id = %s", (owner.tenant_id,))
    assert await ledger(owner) == []


async def test_whoever_is_deleted_and_comes_back_is_still_out(owner: Person) -> None:
    person = await a_contact(owner)
    async with owner.tenant.tx() as db:
        await consent.opt_out(db, [Said(person, text="por teléfono")], "manual", scope="all")
        await contact.delete(db, [person])
    again = await a_contact(owner)
    assert (again != person, await state(owner, again)) == (True, ("all", "manual"))
    assert "por teléfono" in text_of(await owner.get(f"/contacts/{again}"), ".ledger")


async def test_two_who_are_one_keep_the_stricter_wish(owner: Person) -> None:
    one, other = await a_contact(owner), await a_contact(owner, phone="+34622014873")
    async with owner.tenant.tx() as db:
        await consent.opt_out(db, [Said(one)], "manual")
        await consent.opt_out(db, [Said(other)], "manual", scope="all")
        kept = await identities.moved(db, Sender(phone="+34611482903"), Sender(phone="+34622014873"))
    assert await state(owner, kept) == ("all", "manual")


async def test_a_colleague_notes_it_with_a_reason(owner: Person) -> None:
    person = await a_contact(owner)
    path = f"/contacts/{person}/opt-out"
    noted = await owner.put(path, {"scope": "all", "text": "lo dijo en la tienda"})
    assert "lo dijo en la tienda" in text_of(noted, ".ledger")
    assert "Ana Olmo" in text_of(noted, ".ledger")
    assert (await owner.put(path, {"scope": "everything"})).status_code == 422
    back = await owner.delete(path, params={"text": "llamó ella"})
    assert "llamó ella" in text_of(back, ".ledger li:first-child")
    assert [entry[:3] for entry in await ledger(owner)] == [("opted_out", "all", "manual"), ("opted_in", "all", "manual")]


async def test_the_list_and_the_thread_show_it(shop: Shop) -> None:
    await shop.hears(shop.text("BAJA TOTAL"))
    (talk,) = await shop.rows("select id from conversations")
    shop.owner.http.cookies.set("language", "en")
    assert "Only answers" in text_of(await shop.owner.get("/contacts"), "tbody tr")
    assert "Only answers" in text_of(await shop.owner.get(f"/inbox/{talk['id']}"), "#consent")


def typed(answer: Any) -> dict[str, str]:
    page = page_of(answer)
    form = {field.attributes["name"]: field.text() for field in page.css("#opt-out-words textarea")}
    return {name or "": text for name, text in form.items()} | {"confirms": "1"}


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


async def test_several_are_left_in_peace_at_once(owner: Person) -> None:
    ids = [await a_contact(owner, f"P{n}", f"+3461148290{n}") for n in range(3)]
    answer = await owner.put("/contacts/selection/opt-out", {"ids": [*ids[:2], 999999], "scope": "all"})
    assert (answer.status_code, "2" in answer.headers["hx-trigger"]) == (204, True)
    assert [await state(owner, each) for each in ids] == [("all", "manual"), ("all", "manual"), ("", "")]


@pytest.mark.parametrize(("category", "scope", "out"), [
    ("MARKETING", "marketing", True), ("UTILITY", "marketing", False), ("UTILITY", "all", True),
])  # fmt: skip
async def test_whoever_opts_out_between_launch_and_claim_is_skipped(
    owner: Person, category: str, scope: Any, out: bool
) -> None:
    sending = await a_sending(owner, people=6, category=category)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update pacing set tokens = 0, refilled_at = now() + interval '1 hour'")
    await sending.launch()
    await eventually(sending.recounted)
    async with owner.tenant.tx() as db:
        (person,) = (await contact.search(db, "10000012")).rows
        await consent.opt_out(db, [Said(person.id)], "manual", scope=scope)
        await db.conn.execute("update pacing set refilled_at = now()")
    assert await sending.settled() == ({"read": 5, "skipped": 1} if out else {"read": 6})
    reasons = {row[0] for row in await sending.rows("skip_reason")}
    assert reasons == ({"", "opted_out"} if out else {""})


async def test_a_launch_skips_whoever_wants_nothing_at_all(owner: Person) -> None:
    sending = await a_sending(owner, people=4)
    async with owner.tenant.tx() as db:
        people = (await contact.search(db)).rows
        await consent.opt_out(db, [Said(people[0].id)], "manual", scope="all")
        await consent.opt_out(db, [Said(people[1].id)], "manual")
    await sending.launch()
    assert await sending.settled() == {"read": 3, "skipped": 1}


def test_plain_words() -> None:
    assert plain("  ¡Cancelar—SUSCRIPCIÓN! ") == "cancelar suscripcion"
    assert plain("_STOP_") == "stop"
    assert plain("🙏") == ""


async def test_a_program_notes_it_and_reads_the_proof(owner: Person) -> None:
    program, person = await a_program(owner), await a_contact(owner)
    out = await program.ask("PUT", f"/contacts/{person}/opt-out", json={"scope": "all", "text": "web"})
    assert same_shape(out, "opt_contact_out")
    assert (out["opted_out_scope"], out["opt_out_reason"]) == ("all", "api")
    assert (await program.ask("DELETE", f"/contacts/{person}/opt-out?text=tienda"))["opted_out_at"] is None
    proof = await program.get(f"/contacts/{person}/consent-events")
    assert same_shape(proof, "list_consent_events")
    assert [(each["what"], each["text"], each["by"]) for each in proof["data"]] == [
        ("opted_in", "tienda", "Ana Olmo"), ("opted_out", "web", "Ana Olmo"),
    ]  # fmt: skip


async def test_what_somebody_does_not_want_cannot_be_sent_to_them(owner: Person) -> None:
    program = await a_program(owner)
    await an_approved_template(program, await a_number(program))
    person = await a_contact(owner)
    wish = {"contact_id": person, "template": {"name": "rebajas_otono", "variables": {"1": "Lucía", "2": "749 €"}}}
    sent = await program.ask("POST", "/messages", 201, json=wish)
    talk = sent["conversation_id"]
    path = f"/inbox/{talk}/messages"
    await program.ask("PUT", f"/contacts/{person}/opt-out", json={})
    refused = await program.ask("POST", "/messages", 409, json=wish)
    assert refused["errors"].keys() == {"template"}
    form = {"template_id": 1, "body.1": "Lucía", "body.2": "749 €"}
    assert "rebajas" not in (await owner.get(f"/inbox/{talk}")).text.split("composer")[-1]
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select id from message_templates")).fetchone()
        assert row
        await db.conn.execute("update messages set status = 'failed'")
    form["template_id"] = row[0]
    assert (await owner.post(f"{path}/templates", form)).status_code == 422
    assert text_of(await owner.post(f"{path}/{sent['id']}/attempts"), ".failure")
    async with owner.tenant.tx() as db:
        statuses = await (await db.conn.execute("select status from messages")).fetchall()
        await db.conn.execute("update message_templates set category = 'UTILITY'")
    assert statuses == [("failed",)]
    assert (await program.ask("POST", "/messages", 201, json=wish))["kind"] == "template"
    await program.ask("PUT", f"/contacts/{person}/opt-out", json={"scope": "all"})
    await program.ask("POST", "/messages", 409, json=wish)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update conversations set last_inbound_at = now()")
    assert (await program.ask("POST", "/messages", 201, json={"contact_id": person, "text": "Hola"}))["kind"] == "text"
    assert (await program.ask("POST", "/messages", 201, json=wish))["kind"] == "template"


async def test_a_campaign_that_whatsapp_refuses_for_them_opts_them_out(owner: Person) -> None:
    sending = await a_sending(owner, people=3, refuse_share=1, error_code=131050)
    await sending.launch()
    assert await sending.settled() == {"failed": 3}
    assert [entry[:3] for entry in await ledger(owner)] == [("opted_out", "marketing", "131050")] * 3


async def test_a_refusal_that_a_campaign_hears_later_counts_as_well(owner: Person) -> None:
    sending = await a_sending(owner, people=2)
    async with owner.tenant.tx() as db:
        # The simulator refuses those who end like this, and says so in a status.
        await db.conn.execute(
            "update contact_identities set value = '+34600000002' where value = (select min(value) from contact_identities)"
        )
    await sending.launch()
    assert await sending.settled() == {"failed": 1, "read": 1}
    ((*entry, _text),) = await ledger(owner)
    assert entry == ["opted_out", "marketing", "131050"]


async def test_a_refusal_that_comes_as_a_status_counts_once(talk: Shop) -> None:
    (found,) = await talk.rows("select id from conversations")
    await talk.owner.post(f"/inbox/{found['id']}/messages", {"text": "Hola"})
    sent = await eventually(lambda: talk.rows("select id, wamid from messages where wamid is not null and direction = 'out'"))
    callback = f"m:{sent[0]['id']}"
    failed = statuses_of(sent[0]["wamid"], [("failed", -5)], biz_opaque_callback_data=callback, errors=[{"code": 131050}])
    await talk.learns(*failed)
    assert await state(talk) == ("marketing", "131050")
    async with talk.owner.tenant.tx() as db:
        (person,) = (await contact.search(db)).rows
        await consent.opt_in(db, [Said(person.id)], "manual")
    await talk.learns(*failed)
    assert await state(talk) == ("", "")


async def test_a_refused_answer_opts_out_at_once(talk: Shop) -> None:
    await talk.behave(refuse_share=1, error_code=131050)
    (found,) = await talk.rows("select id from conversations")
    await talk.owner.post(f"/inbox/{found['id']}/messages", {"text": "Hola"})
    await eventually(lambda: ledger(talk.owner))
    assert await state(talk) == ("marketing", "131050")
