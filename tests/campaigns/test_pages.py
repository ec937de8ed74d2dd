"""Campaigns before they run: written with a count and a preview of real people, reviewed, tried out, planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app.campaigns import campaign
from app.core.clock import now
from tests.campaigns.drafts import LIST, a_contact, a_template, a_wish, made, value
from tests.conftest import Person, a_colleague, page_of, text_of
from tests.numbers.numbers import a_number

PARTIAL = {"HX-Request-Type": "partial"}


async def reach(person: Person, wish: dict[str, Any]) -> httpx.Response:
    """What stands beside the form while one fills it in."""
    return await person.post(f"{LIST}/reach", wish, headers=PARTIAL)


async def test_who_has_nothing_yet_is_led_to_it(owner: Person) -> None:
    assert page_of(await owner.get(f"{LIST}/new")).css_first('a[href="/numbers/new"]') is not None
    number = await a_number(owner)
    assert page_of(await owner.get(f"{LIST}/new")).css_first('a[href^="/contacts"]') is not None
    await a_contact(owner, "Lucía", "+34611482903")
    assert page_of(await owner.get(f"{LIST}/new")).css_first('main a[href="/message-templates/new"]') is not None
    await a_template(owner, number)
    assert page_of(await owner.get(f"{LIST}/new")).css_first("#campaign-form") is not None


async def test_all_mistakes_are_said_at_once_and_what_was_typed_stays(owner: Person) -> None:
    wish = await a_wish(owner)
    wrong = {"name": "", "audience": "labels", "field.1": "text", "text.1": " ", "field.2": "", "when": "later", "at": ""}
    answer = await owner.post(LIST, {**wish, **wrong, "fallback.2": "una rebaja"})
    assert answer.status_code == 422
    page = page_of(answer)
    for field in ("name", "label_ids", "text.1", "field.2", "at"):
        assert page.css_first(f'[id="{field}-error"]') is not None, field
    fallback = page.css_first('[name="fallback.2"]')
    assert fallback is not None
    assert fallback.attributes["value"] == "una rebaja"


async def test_people_are_counted_with_the_reasons_of_those_who_are_skipped(owner: Person) -> None:
    wish = await a_wish(owner)
    await a_contact(owner, "Sin oferta", "+34611482904")
    await a_contact(owner, "No quiere", "+34611482905", opted_out=True)
    await a_contact(owner, "Sin número")
    answer = await reach(owner, wish)
    assert text_of(answer, ".reach-people strong") == "1"
    skipped = [strong.text() for strong in page_of(answer).css(".checks strong")]
    assert skipped == ["1", "1", "1"]
    filled = await reach(owner, {**wish, "fallback.2": "una rebaja"})
    assert text_of(filled, ".reach-people strong") == "2"


async def test_a_utility_template_reaches_those_who_want_no_advertising(owner: Person) -> None:
    wish = await a_wish(owner)
    number_id = wish["number_id"]
    await a_contact(owner, "No quiere", "+34611482905", variables='{"oferta": "1 €"}', opted_out=True)
    waba = await value(owner, "select waba from phone_numbers where id = %s", number_id)
    utility = await value(
        owner, "insert into message_templates (waba, name, language, category, body, status)"
        " values (%s, 'pedido', 'es', 'UTILITY', 'Tu pedido ha salido hoy.', 'approved') returning id", waba,
    )  # fmt: skip
    answer = await reach(owner, {**wish, "template_id": utility})
    assert text_of(answer, ".reach-people strong") == "2"


async def test_the_preview_shows_what_real_people_will_read(owner: Person) -> None:
    wish = await a_wish(owner)
    await a_contact(owner, "Marta Olmo", "+34611482906", variables='{"oferta": "<b>20 %</b>\\n\\tmenos"}')
    answer = await reach(owner, wish)
    texts = [" ".join(body.text().split()) for body in page_of(answer).css(".template-body")]
    assert texts == [
        "Hola, Lucía: el sofá Olmo baja a 749 € con entrega incluida.",
        "Hola, Marta: el sofá Olmo baja a <b>20 %</b> menos con entrega incluida.",
    ]
    assert page_of(answer).css_first(".template-body b") is None


async def test_labels_and_imports_choose_people(owner: Person) -> None:
    wish = await a_wish(owner)
    label = await value(owner, "insert into labels (name) values ('VIP') returning id")
    other = await a_contact(owner, "Marta", "+34611482906", variables='{"oferta": "1 €"}')
    await value(owner, "insert into contact_labels (label_id, contact_id) values (%s, %s) returning label_id", label, other)
    chosen = {**wish, "audience": "labels", "label_ids": [str(label)]}
    answer = await reach(owner, chosen)
    assert (text_of(answer, ".reach-people strong"), text_of(answer, ".phone .day")) == (
        "1",
        "Para Marta",
    ) or "Marta" in answer.text
    nobody_chosen = await reach(owner, {**wish, "audience": "labels"})
    assert text_of(nobody_chosen, ".reach-people strong") == "0"


async def test_a_draft_is_reviewed_changed_and_deleted(owner: Person) -> None:
    wish = await a_wish(owner)
    found = await made(owner, wish)
    assert (found.status, found.variables["2"]) == ("draft", {"field": "variables.oferta"})
    review = await owner.get(f"{LIST}/{found.id}")
    assert text_of(review, "main h1:last-of-type") == "Rebajas de otoño"
    go = await owner.partial(f"{LIST}/{found.id}/reach")
    assert page_of(go).css_first(f'button[hx-put="{LIST}/{found.id}/launch"]') is not None
    assert (await owner.put(f"{LIST}/{found.id}", {**wish, "name": "Invierno"})).status_code == 303
    assert "Invierno" in text_of(await owner.get(LIST), "tbody tr")
    assert (await owner.delete(f"{LIST}/{found.id}")).headers["location"] == LIST
    assert (await owner.get(f"{LIST}/{found.id}")).status_code == 404


async def test_a_time_is_of_the_workspace_and_must_exist(owner: Person) -> None:
    wish = await a_wish(owner, when="later")
    for at, clock in (("2020-01-01", "10:00"), ("2027-03-28", "02:30"), ("31/02/2027", "10:00"), ("2027-07-01", "noche")):
        answer = await owner.post(LIST, {**wish, "at": at, "at_clock": clock})
        assert page_of(answer).css_first("#at-error") is not None, at
    found = await made(owner, {**wish, "at": "1/7/2027", "at_clock": "10:00"})
    assert (found.scheduled_at, found.status) == (datetime(2027, 7, 1, 8, tzinfo=UTC), "draft")
    assert (await owner.put(f"{LIST}/{found.id}/schedule")).status_code == 303
    async with owner.tenant.tx() as db:
        assert (await campaign.find(db, found.id)).status == "scheduled"
    form = page_of(await owner.get(f"{LIST}/{found.id}/edit"))
    assert [field.attributes["value"] for field in form.css('[name^="at"]')] == ["01/07/2027", "10:00"]


async def test_what_cannot_be_sent_any_more_offers_no_sending(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    await value(owner, "update message_templates set status = 'paused' where id = %s returning id", found.template_id)
    assert page_of(await owner.get(f"{LIST}/{found.id}")).css_first("#review .banner[data-tone=danger]") is not None
    button = page_of(await owner.partial(f"{LIST}/{found.id}/reach")).css_first("button[hx-put]")
    assert button is not None
    assert "disabled" in button.attributes


async def test_a_late_campaign_asks(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    await value(
        owner, "update campaigns set status = 'late', scheduled_at = %s where id = %s returning id",
        now() - timedelta(hours=5), found.id,
    )  # fmt: skip
    banner = page_of(await owner.get(f"{LIST}/{found.id}")).css_first(".banner[data-tone=warning]:has(button)")
    assert banner is not None
    paths = [button.attributes.get("hx-put") for button in banner.css("button")]
    assert paths == [f"{LIST}/{found.id}/cancellation", f"{LIST}/{found.id}/launch"]


async def test_templates_that_a_campaign_cannot_fill_are_not_offered(owner: Person) -> None:
    wish = await a_wish(owner)
    number = await a_number(owner)
    await a_template(owner, number, name="mapa", header='{"kind": "LOCATION"}')
    await a_template(owner, number, name="en_revision", status="pending")
    options = page_of(await owner.post(f"{LIST}/fields", wish, headers=PARTIAL)).css("#template_id option")
    assert all("mapa" not in option.text() and "en_revision" not in option.text() for option in options)
    refused = await owner.post(LIST, {**wish, "template_id": 0})
    assert refused.status_code == 422


async def test_a_test_message_reaches_one_phone_and_no_figure(owner: Person) -> None:
    found = await made(owner, await a_wish(owner))
    wrong = await owner.post(f"{LIST}/{found.id}/tests", {"phone": "12"}, headers=PARTIAL)
    assert (wrong.status_code, page_of(wrong).css_first("#phone-error") is None) == (422, False)
    unknown = await owner.post(f"{LIST}/{found.id}/tests", {"phone": "611 48 29 03"}, headers=PARTIAL)
    # The template of this test was never shown to WhatsApp, so the refusal stands beside the field, in plain words.
    assert unknown.status_code == 422
    assert "132001" not in text_of(unknown, "#phone-error")
    async with owner.tenant.tx() as db:
        assert (await campaign.counts(db, found.id)).total == 0


async def test_an_agent_has_no_campaigns(owner: Person, agent: Person) -> None:
    found = await made(owner, await a_wish(owner))
    for answer in (
        await agent.get(LIST), await agent.get(f"{LIST}/{found.id}"), await agent.get(f"{LIST}/new"),
        await agent.put(f"{LIST}/{found.id}/launch"), await agent.delete(f"{LIST}/{found.id}"),
    ):  # fmt: skip
        assert answer.status_code == 403
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert (await manager.get(f"{LIST}/{found.id}")).status_code == 200


async def test_a_stranger_finds_nothing(owner: Person, stranger: Person) -> None:
    wish = await a_wish(owner)
    found = await made(owner, wish)
    path = f"{LIST}/{found.id}"
    for answer in (
        await stranger.get(path), await stranger.get(f"{path}/edit"), await stranger.get(f"{path}/recipients"),
        await stranger.get(f"{path}/failures"), await stranger.get(f"{path}/reach"), await stranger.put(f"{path}/launch"),
        await stranger.put(f"{path}/pause"), await stranger.delete(path), await stranger.put(path, wish),
        await stranger.post(f"{path}/tests", {"phone": "+34611482903"}), await stranger.delete(f"{path}/uncertain"),
    ):  # fmt: skip
        assert answer.status_code == 404, answer.url
    assert (await stranger.post(LIST, wish)).status_code == 422
    assert page_of(await stranger.get(LIST)).css_first("tbody tr") is None
