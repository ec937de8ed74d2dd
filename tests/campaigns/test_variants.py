"""Several texts: some people get them in turn, the rest waits, the winner goes to everybody else."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from app.campaigns import campaign, variants
from app.core.clock import now
from app.numbers import phone_number
from tests.campaigns.drafts import LIST, a_template, a_wish, made
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of, text_of
from tests.numbers.numbers import a_number

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
TEXT_B = {"1": {"field": "name"}, "2": {"text": "B-99"}}


async def tried(
    owner: Person, people: int = 20, *, share: float = 0.5, by: str = "read", hours: int = 4, **behaviour: Any
) -> Sending:
    """A campaign with two texts: the same template with another word in it."""
    sending = await a_sending(owner, people, **behaviour)
    async with owner.tenant.tx() as db:
        found = await campaign.find(db, sending.id)
        plan = variants.Plan([variants.Text(1, found.template_id, TEXT_B)], share, by, timedelta(hours=hours))  # type: ignore[arg-type]
        await variants.save(db, sending.id, plan)
    return sending


async def read_by(sending: Sending, people: int) -> None:
    """The first of them have read it, the others wait."""

    async def read() -> bool:
        return (await sending.recounted()).get("read") == people

    await sending.launch()
    await eventually(read)


async def test_the_form_keeps_what_is_to_be_tried(owner: Person) -> None:
    wish = await a_wish(owner, test="1", texts="2", test_share="30", winner_by="answer", decides="time", winner_hours="6")
    page = page_of(await owner.post(f"{LIST}/fields", wish, headers=PARTIAL))
    assert page.css_first("[name='field.1:2']") is not None
    bad = await owner.post(LIST, wish | {"field.1:1": "text", "text.1:1": "", "test_share": "3"})
    assert bad.status_code == 422
    errors = {each.attributes["id"] for each in page_of(bad).css(".error[id]")}
    assert any("text.1:1" in (each or "") for each in errors), errors
    assert any("test_share" in (each or "") for each in errors), errors
    found = await made(owner, wish | {"field.1:1": "first_name", "field.1:2": "text", "text.1:2": "699 €"})
    async with owner.tenant.tx() as db:
        test, texts = await variants.test_of(db, found.id), await variants.texts(db, found.id)
    assert (round(test.test_share or 0, 2), test.winner_by, test.winner_after) == (0.3, "answer", timedelta(hours=6))
    assert [text.variables["2"] for text in texts] == [{"field": "variables.oferta"}, {"text": "699 €"}]
    edit = page_of(await owner.get(f"{LIST}/{found.id}/edit"))
    field = edit.css_first("[name='text.1:2']")
    assert field is not None
    assert field.attributes["value"] == "699 €"
    assert (await owner.put(f"{LIST}/{found.id}", wish | {"test": ""})).status_code == 303
    async with owner.tenant.tx() as db:
        assert len(await variants.texts(db, found.id)) == 1


async def test_the_review_names_the_texts_and_a_test_leaves_no_canary(owner: Person) -> None:
    wish = await a_wish(owner, canary="50", test="1", texts="2", test_share="30", winner_by="answer", winner_hours="6")
    alone = await made(owner, wish | {"test": ""})
    facts = text_of(await owner.get(f"{LIST}/{alone.id}"), "#review .facts:last-of-type")
    assert ("50" in facts, "Texto B" in facts) == (True, False)
    found = await made(owner, wish | {"field.1:1": "first_name", "field.1:2": "text", "text.1:2": "699 €"})
    facts = text_of(await owner.get(f"{LIST}/{found.id}"), "#review .facts:last-of-type")
    assert all(each in facts for each in ("Texto A", "Texto B", "otono", "699 €", "30 %"))
    assert "50" not in facts
    form = page_of(await owner.get(f"{LIST}/{found.id}/edit"))
    assert form.css_first(".never-tried [name=canary]") is not None


async def test_another_account_s_template_is_refused(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    elsewhere = await a_template(owner, await a_number(owner))
    async with owner.tenant.tx() as db:
        with pytest.raises(campaign.CannotUse):
            await variants.save(db, found.id, variants.Plan([variants.Text(1, elsewhere, {})], 0.5))


async def test_the_test_is_even_and_everybody_else_waits_for_the_winner(owner: Person) -> None:
    sending = await tried(owner)
    await read_by(sending, 10)
    rows = await sending.rows("variant, status, parameters, address")
    assert Counter((variant, status) for variant, status, *_ in rows) == {(0, "read"): 5, (1, "read"): 5, (None, "pending"): 10}
    assert all(parameters.keys() == {"0", "1"} for *_, parameters, _ in rows)
    second = next(address for variant, *_, address in rows if variant == 1)
    assert "B-99" in await sending.screen(second)
    assert await sending.status() == "sending"
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update campaign_recipients set answered_at = now() where variant = 1 and campaign_id = %s", (sending.id,)
        )
        test = await variants.test_of(db, sending.id)
        assert test.decided_at is not None
        assert timedelta(hours=3) < test.decided_at - now() < timedelta(hours=5)
    page = await owner.partial(f"{LIST}/{sending.id}/results")
    assert len(page_of(page).css("tbody tr")) == 2
    refused = await owner.put(f"{LIST}/{sending.id}/winner", {"place": "3"})
    assert page_of(refused).css_first("[data-tone=warning]") is not None
    chosen = await owner.put(f"{LIST}/{sending.id}/winner", {"place": "1"})
    assert page_of(chosen).css_first("#text-1 [data-tone=success]") is not None
    assert (await sending.settled()) == {"read": 20}
    assert Counter(variant for (variant,) in await sending.rows("variant")) == {0: 5, 1: 15}
    received = await sending.received()
    assert (received["people"], received["twice"]) == (20, 0)
    await eventually(lambda: sending.is_("completed"))


async def test_the_winner_is_found_when_its_time_has_come(owner: Person) -> None:
    sending = await tried(owner, by="answer")
    await read_by(sending, 10)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update campaign_recipients set answered_at = now() where variant = 1 and campaign_id = %s", (sending.id,)
        )
        await db.conn.execute("update campaigns set decided_at = now() where id = %s", (sending.id,))
    await variants.decide_due()
    async with owner.tenant.tx() as db:
        test = await variants.test_of(db, sending.id)
        assert test.winner is None
        # Four hours from the last message on, not from the launch.
        assert test.decided_at is not None
        assert test.decided_at > now() + timedelta(hours=3)
        await db.conn.execute(
            "update campaign_recipients set sent_at = sent_at - interval '5 hours' where campaign_id = %s", (sending.id,)
        )
        await db.conn.execute("update campaigns set decided_at = now() where id = %s", (sending.id,))
    await variants.decide_due()
    await variants.decide_due()
    assert (await sending.settled()) == {"read": 20}
    async with owner.tenant.tx() as db:
        results = await variants.results(db, sending.id)
    assert (results.test.winner, results.verdict.state) == (1, "early")
    assert [(each.tested.sent, each.all.sent) for each in results.variants] == [(5, 5), (5, 15)]
    assert results.answered == 5


async def test_a_tie_goes_to_the_first_text(owner: Person) -> None:
    sending = await tried(owner, by="click")
    await read_by(sending, 10)
    async with owner.tenant.tx() as db:
        verdict = (await variants.results(db, sending.id)).verdict
    assert verdict.place == 0


async def test_with_everybody_in_it_nobody_waits(owner: Person) -> None:
    sending = await tried(owner, share=1)
    await sending.launch()
    assert (await sending.settled()) == {"read": 20}
    assert Counter(variant for (variant,) in await sending.rows("variant")) == {0: 10, 1: 10}
    await eventually(lambda: sending.is_("completed"))


async def test_a_thread_shows_the_text_that_this_person_got(owner: Person) -> None:
    sending = await tried(owner, 4, share=1)
    await sending.launch()
    await sending.settled()
    async with owner.tenant.tx() as db:
        found = await db.conn.execute(
            "insert into conversations (contact_id, number_id, last_inbound_at) select contact_id, %s, now()"
            " from campaign_recipients where campaign_id = %s and variant = 1 limit 1 returning id",
            (sending.number.id, sending.id),
        )
        ((conversation_id,),) = await found.fetchall()
    assert "B-99" in (await owner.get(f"/inbox/{conversation_id}")).text


async def test_each_text_may_be_a_template_of_its_own(owner: Person) -> None:
    wish = await a_wish(owner, test="1", texts="2", test_share="100", winner_by="read", decides="person")
    async with owner.tenant.tx() as db:
        number = await phone_number.find(db, wish["number_id"])
    other = await a_template(owner, number, name="invierno", body="Sin nada que cambiar.")
    found = await made(owner, wish | {"template_id.1": str(other)})
    async with owner.tenant.tx() as db:
        assert await variants.keys(db, found.id) == ["1", "2"]
        await db.conn.execute("update campaigns set status = 'launching' where id = %s", (found.id,))
        rows = await (await db.conn.execute("select parameters from campaign_rows(%s, '{1,2}', 0, 1)", (found.id,))).fetchall()
    assert rows == [({"0": ["Lucía", "749 €"], "1": []},)]
