"""Templates: written with a preview, checked before Meta does, reviewed while one watches, corrected and sent again."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from app.core.clock import now
from app.core.db import platform_tx
from app.message_templates import message_template, review, submission, syncing
from app.message_templates.message_template import MessageTemplate
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.updates import TemplateCategory, TemplateQuality, TemplateUpdate
from tests.campaigns.workspace import jobs_are_done
from tests.conftest import SIMULATOR, Person, eventually, page_of, text_of
from tests.numbers.numbers import a_number

LIST = "/message-templates"
WORDS = {
    "name": "otono sofas", "language": "es", "category": "MARKETING", "header": "Rebajas de otoño", "footer": "Responde BAJA",
    "body": "Hola, {{1}}: el sofá *Olmo* baja a {{2}} con entrega incluida.", "examples.1": "Lucía", "examples.2": "749 €",
    "buttons.0.kind": "QUICK_REPLY", "buttons.0.text": "Quiero verlo", "buttons.0.value": "", "buttons.0.example": "",
}  # fmt: skip
REVIEW = {"action": "review"}


async def only(person: Person) -> MessageTemplate:
    async with person.tenant.tx() as db:
        (template,) = (await message_template.search(db, "")).rows
        return template


async def status_of(person: Person, template_id: int) -> str:
    async with person.tenant.tx() as db:
        return (await message_template.find(db, template_id)).status


async def decided(person: Person, template: MessageTemplate, number: PhoneNumber, event: str, **value: Any) -> None:
    """What the webhook of the review brings."""
    update = TemplateUpdate(
        waba_id=number.waba_id, template_id=template.provider_id or "", name=template.name, language=template.language,
        event=event, **value,
    )  # fmt: skip
    async with person.tenant.tx() as db:
        await review.apply(db, [update])


async def submitted(person: Person, **words: str) -> MessageTemplate:
    answer = await person.post(LIST, {**WORDS, **words, **REVIEW})
    assert answer.status_code == 303, answer.text
    return await only(person)


async def test_a_draft_is_saved_before_it_is_complete(owner: Person) -> None:
    await a_number(owner)
    answer = await owner.post(LIST, {**WORDS, "examples.1": "", "action": "draft"})
    assert answer.status_code == 303
    assert text_of(await owner.get(LIST), "tbody tr").startswith("otono_sofas")
    template = await only(owner)
    assert (template.status, template.name, template.buttons[0]["text"]) == ("draft", "otono_sofas", "Quiero verlo")
    form = page_of(await owner.get(f"{LIST}/{template.id}/draft"))
    assert form.css_first('[name="examples.2"]').attributes["value"] == "749 €"


async def test_what_whatsapp_refuses_is_said_beside_each_field(owner: Person) -> None:
    await a_number(owner)
    wrong = {"name": "Otoño!", "body": "{{1}} baja a {{3}} con la entrega incluida", "footer": "x" * 61, "buttons.0.text": ""}
    answer = await owner.post(LIST, {**WORDS, **wrong, **REVIEW})
    assert answer.status_code == 422
    errors = {error.attributes["id"] for error in page_of(answer).css(".error")}
    assert errors == {"name-error", "body-error", "footer-error", "examples.3-error", "buttons.0.text-error"}
    assert page_of(answer).css_first("#name").attributes["value"] == "otono!"


async def test_fields_for_examples_appear_while_one_types(owner: Person) -> None:
    typed = {
        "body": "Hola, {{first_name}}: tu *sofá* llega el {{day}} a casa.",
        "examples.first_name": "Pilar",
        "category": "UTILITY",
    }
    answer = await owner.post(f"{LIST}/preview", typed, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    page = page_of(answer)
    assert {field.attributes["name"] for field in page.css("hx-partial input")} == {"examples.first_name", "examples.day"}
    assert [filled.text() for filled in page.css(".bubble .filled")] == ["Pilar", "{{day}}"]
    assert page.css_first(".bubble strong").text() == "sofá"


async def test_buttons_are_added_and_removed(owner: Person) -> None:
    partial = {"headers": {"HX-Request": "true", "HX-Request-Type": "partial"}}
    added = page_of(await owner.post(f"{LIST}/preview?add=URL", WORDS, **partial))
    assert [field.attributes["value"] for field in added.css('input[name$=".kind"]')] == ["QUICK_REPLY", "URL"]
    removed = page_of(await owner.post(f"{LIST}/preview?remove=0", WORDS, **partial))
    assert removed.css('input[name$=".kind"]') == []


async def test_html_in_a_template_stays_text(owner: Person) -> None:
    typed = {**WORDS, "body": "Hola <script>alert(1)</script> {{1}} adiós", "examples.1": "<b>x</b>"}
    answer = await owner.post(f"{LIST}/preview", typed, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<script>" not in answer.text
    assert "<b>x" not in answer.text


async def test_a_submitted_template_waits_and_is_approved(owner: Person) -> None:
    number = await a_number(owner)
    template = await submitted(owner)
    assert (template.status, bool(template.provider_id)) == ("pending", True)
    await decided(owner, template, number, "APPROVED")
    assert await status_of(owner, template.id) == "approved"
    async with owner.tenant.tx() as db:
        assert [each.name for each in await message_template.approved(db, number.id)] == ["otono_sofas"]
    page = await owner.get(f"{LIST}/{template.id}/draft")
    assert (page.status_code, page.headers["location"]) == (303, f"{LIST}/{template.id}")


async def reviews_at_once(number: PhoneNumber) -> None:
    async with httpx.AsyncClient() as http:
        wish = {"phone_number_id": number.phone_number_id, "review_ms": 50}
        assert (await http.put(f"{SIMULATOR}/simulator/behaviour", json=wish)).status_code == 200


async def becomes(person: Person, template: MessageTemplate, status: str) -> None:
    async def has() -> bool:
        return await status_of(person, template.id) == status

    await eventually(has)


async def test_a_review_arrives_by_itself(owner: Person) -> None:
    await reviews_at_once(await a_number(owner))
    await becomes(owner, await submitted(owner), "approved")


async def test_a_rejection_shows_its_reason_and_the_corrected_text_goes_again(owner: Person) -> None:
    await reviews_at_once(await a_number(owner))
    template = await submitted(owner, body="Hola, {{1}}: no podrás rechazar el sofá a {{2}} con entrega.")
    await becomes(owner, template, "rejected")
    assert "Write the text in another way" in text_of(await owner.get(f"{LIST}/{template.id}"), ".banner")
    assert "Write the text in another way" in text_of(await owner.get(LIST), "tbody tr")
    answer = await owner.put(f"{LIST}/{template.id}", {**WORDS, "name": "otro_nombre", **REVIEW})
    assert answer.status_code == 303, answer.text
    again = await only(owner)
    assert (again.name, again.provider_id, again.reason) == ("otono_sofas", template.provider_id, "")
    await becomes(owner, again, "approved")


async def test_a_late_or_repeated_decision_changes_nothing(owner: Person) -> None:
    number = await a_number(owner)
    # Connecting reads the account's templates; later, that would be news.
    await eventually(lambda: jobs_are_done(owner))
    template = await submitted(owner)
    at = now()
    await decided(owner, template, number, "APPROVED", at=at)
    await decided(owner, template, number, "REJECTED", reason="SCAM", at=at.replace(year=at.year - 1))
    assert (await only(owner)).status == "approved"


async def test_quality_and_category_are_kept_up(owner: Person) -> None:
    number = await a_number(owner)
    template = await submitted(owner, category="UTILITY")
    await decided(owner, template, number, "APPROVED")
    who = {"waba_id": number.waba_id, "template_id": template.provider_id or "", "name": template.name, "language": "es"}
    async with owner.tenant.tx() as db:
        await review.apply(
            db,
            [
                TemplateQuality(**who, previous="GREEN", quality="RED"),
                TemplateCategory(**who, category="MARKETING", previous="UTILITY"),
            ],
        )
    changed = await only(owner)
    assert (changed.quality, changed.category, changed.status) == ("RED", "MARKETING", "approved")
    assert page_of(await owner.get(f"{LIST}/{template.id}")).css_first(".banner[data-tone=warning]") is not None


async def test_what_meta_refuses_at_once_is_said_beside_the_field(owner: Person) -> None:
    number = await a_number(owner)
    template = await submitted(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update message_templates set name = 'renamed_here'")
    answer = await owner.post(LIST, {**WORDS, **REVIEW})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#name-error") is not None
    async with owner.tenant.tx() as db:
        kept = (await message_template.search(db, "otono")).rows
    assert [(each.status, each.waba) for each in kept] == [("draft", number.waba)]
    assert kept[0].id != template.id


async def test_templates_of_the_account_are_fetched(owner: Person) -> None:
    number = await a_number(owner)
    template = await submitted(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from message_templates")
    assert (await owner.post(f"{LIST}/syncs")).status_code == 200
    fetched = await only(owner)
    assert (fetched.provider_id, fetched.body, fetched.examples) == (template.provider_id, template.body, template.examples)
    assert (fetched.draft, fetched.waba) == (template.draft, number.waba)


async def test_a_template_of_somebody_elses_making_is_fetched_when_it_is_decided(owner: Person) -> None:
    number = await a_number(owner)
    template = await submitted(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from message_templates")
    await decided(owner, template, number, "APPROVED")

    async def is_there() -> bool:
        async with owner.tenant.tx() as db:
            return bool((await message_template.search(db, "otono")).rows)

    await eventually(is_there)


async def test_templates_are_fetched_by_the_hour(owner: Person) -> None:
    await a_number(owner)
    await submitted(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from message_templates")
    async with platform_tx() as door:
        await syncing.resync_everywhere(door)

    async def is_back() -> bool:
        async with owner.tenant.tx() as db:
            return bool((await message_template.search(db, "otono")).rows)

    await eventually(is_back)


async def test_one_that_was_lost_on_its_way_is_a_draft_again(owner: Person) -> None:
    number = await a_number(owner)
    await owner.post(LIST, {**WORDS, "action": "draft"})
    async with owner.tenant.tx() as db:
        await db.conn.execute("update message_templates set status = 'pending', submitted_at = now() - interval '1 hour'")
    await syncing.sync(owner.tenant, number.waba)
    assert ((await only(owner)).status, (await only(owner)).reason) == ("draft", "LOST")


async def test_a_double_click_submits_once(owner: Person) -> None:
    number = await a_number(owner)
    await owner.post(LIST, {**WORDS, "action": "draft"})
    template = await only(owner)
    await asyncio.gather(*(submission.submit(owner.tenant, template.id) for _ in range(3)))
    assert (await only(owner)).status == "pending"
    async with httpx.AsyncClient(headers={"authorization": "Bearer EAAsim-by-hand"}) as http:
        listed = (await http.get(f"{SIMULATOR}/v25.0/{number.waba_id}/message_templates")).json()
    assert len(listed["data"]) == 1


async def test_deleting_takes_it_away_at_whatsapp_too(owner: Person) -> None:
    await a_number(owner)
    template = await submitted(owner)
    assert (await owner.delete(f"{LIST}/{template.id}")).headers["location"] == LIST
    assert (await owner.get(f"{LIST}/{template.id}")).status_code == 404
    await owner.post(f"{LIST}/syncs")
    assert page_of(await owner.get(LIST)).css("tbody tr") == []


async def test_a_template_for_codes_needs_no_words(owner: Person) -> None:
    await a_number(owner)
    answer = await owner.post(LIST, {"name": "codigo", "language": "es", "category": "AUTHENTICATION", **REVIEW})
    assert answer.status_code == 303, answer.text
    assert (await only(owner)).buttons[0]["kind"] == "OTP"


async def test_the_account_is_chosen_by_its_number(owner: Person) -> None:
    first, second = await a_number(owner, "Madrid"), await a_number(owner, "Bogotá")
    answer = await owner.post(LIST, {**WORDS, "action": "draft"})
    assert page_of(answer).css_first("#waba-error") is not None
    assert (await owner.post(LIST, {**WORDS, "action": "draft", "waba": str(second.waba)})).status_code == 303
    assert (await only(owner)).waba == second.waba != first.waba


async def test_a_name_is_taken_once_per_language(owner: Person) -> None:
    await a_number(owner)
    await owner.post(LIST, {**WORDS, "action": "draft"})
    answer = await owner.post(LIST, {**WORDS, "action": "draft"})
    assert page_of(answer).css_first("#name-error") is not None
    assert (await owner.post(LIST, {**WORDS, "language": "pt_BR", "action": "draft"})).status_code == 303


async def test_without_a_number_the_form_says_what_comes_first(owner: Person) -> None:
    page = await owner.get(f"{LIST}/new")
    assert page_of(page).css_first('a[href="/numbers/new"]') is not None


async def test_who_may_see_and_write(owner: Person, agent: Person, stranger: Person, nobody: Person) -> None:
    await a_number(owner)
    template = await submitted(owner)
    path = f"{LIST}/{template.id}"
    assert (await agent.get(path)).status_code == 200
    assert (await agent.get(f"{LIST}/new")).status_code == 403
    assert (await agent.put(path, WORDS)).status_code == 403
    assert (await agent.delete(path)).status_code == 403
    for answer in (await stranger.get(path), await stranger.put(path, WORDS), await stranger.delete(path)):
        assert answer.status_code == 404
    assert page_of(await stranger.get(LIST)).css("tbody tr") == []
    assert (await nobody.get(LIST)).headers["location"].startswith("/sign-in?to=")
