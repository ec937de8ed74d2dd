"""The ledger of consent: by WhatsApp's own switch, by hand, by a program; proved once, and kept whatever becomes of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg import errors

from app.contacts import consent, contact, identities
from app.contacts.consent import Said
from app.contacts.identities import Sender
from app.core.clock import now
from app.core.db import platform_tx
from app.whatsapp.updates import Person as Somebody
from app.whatsapp.updates import PreferenceUpdate
from tests.api.test_api import a_program, same_shape
from tests.conftest import Person, text_of
from tests.contacts.conftest import a_contact, answers, ledger, state
from tests.inbox.conftest import LUCIA, Shop


def the_switch(shop: Shop, *, wants: bool, ago: float = 0) -> PreferenceUpdate:
    return PreferenceUpdate(
        phone_number_id=shop.number.phone_number_id, waba_id=shop.number.waba_id, person=Somebody(wa_id=LUCIA),
        wants_marketing=wants, at=now() - timedelta(seconds=ago),
    )  # fmt: skip


async def prefers(shop: Shop, *updates: PreferenceUpdate) -> None:
    async with shop.owner.tenant.tx() as db:
        await consent.apply_preferences(db, updates)


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
        await door.conn.execute("select set_config('app.forgets', 'workspace', true)")
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


async def test_several_are_left_in_peace_at_once(owner: Person) -> None:
    ids = [await a_contact(owner, f"P{n}", f"+3461148290{n}") for n in range(3)]
    answer = await owner.put("/contacts/selection/opt-out", {"ids": [*ids[:2], 999999], "scope": "all"})
    assert (answer.status_code, "2" in answer.headers["hx-trigger"]) == (204, True)
    assert [await state(owner, each) for each in ids] == [("all", "manual"), ("all", "manual"), ("", "")]


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
