"""Consent where something is sent: asked at launch, in the claim and by every template; and refusals that are opt-outs."""

from __future__ import annotations

from typing import Any

import pytest

from app.contacts import consent, contact
from app.contacts.consent import Said
from tests.api.test_api import a_number, a_program, an_approved_template
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, eventually, text_of
from tests.contacts.conftest import a_contact, ledger, state
from tests.inbox.conftest import Shop, a_talk, statuses_of


@pytest.fixture
async def talk(shop: Shop) -> Shop:
    return await a_talk(shop)


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
