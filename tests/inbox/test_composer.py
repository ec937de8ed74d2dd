"""Writing to somebody: texts, notes, templates, files, reactions, and the first word."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.conftest import Person, eventually, page_of, text_of
from tests.inbox.conftest import Shop, a_template, names, thread


async def test_writing_sends_once_and_answers_with_bubble_and_empty_composer(talk: Shop) -> None:
    path, public_id = await thread(talk), str(uuid4())
    wish = {"text": "Sí, en 160", "public_id": public_id, "kind": "reply"}
    first = await talk.owner.post(f"{path}/messages", wish)
    await talk.owner.post(f"{path}/messages", wish)
    assert first.status_code == 200
    assert page_of(first).css_first(f"#message-{public_id} .tick") is not None
    assert text_of(first, "#composer textarea") == ""
    await eventually(lambda: talk.rows("select 1 from messages where status = 'sent'"))
    assert (await talk.received())["accepted"] == 1


async def test_an_empty_text_is_refused(talk: Shop) -> None:
    answer = await talk.owner.post(f"{await thread(talk)}/messages", {"text": "  ", "kind": "reply"})
    assert answer.status_code == 422
    assert len(await talk.said()) == 1


async def test_a_note_is_never_sent(talk: Shop) -> None:
    path = await thread(talk)
    answer = await talk.owner.post(f"{path}/messages", {"text": "Ojo, tiene gatos", "kind": "note"})
    assert "Ojo, tiene gatos" in text_of(answer, ".note")
    assert page_of(answer).css_first('input[value="note"][checked]') is not None
    await talk.owner.post(f"{path}/messages", {"text": "Hola, Lucía", "kind": "reply"})
    await eventually(lambda: talk.rows("select 1 from messages where status = 'sent'"))
    assert (await talk.received())["accepted"] == 1
    assert (await talk.conversation())["snippet"] == "Hola, Lucía"


async def test_a_closed_window_offers_templates_and_keeps_the_text(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=25 * 3600))
    await a_template(shop)
    path = await thread(shop)
    assert page_of(await shop.owner.get(path)).css_first("#composer[data-closed]") is not None
    answer = await shop.owner.post(f"{path}/messages", {"text": "¿Lo vieron?", "kind": "reply"})
    assert answer.status_code == 422
    assert "¿Lo vieron?" in text_of(answer, "#composer")
    assert "Seguimiento" in text_of(answer, "#composer")
    assert (await shop.received())["accepted"] == 0


async def test_a_template_is_filled_in_looked_at_and_sent(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=25 * 3600))
    template_id, path = await a_template(shop), await thread(shop)
    shown = await shop.owner.partial(f"{path}/messages/templates?template_id={template_id}")
    assert "Hola, Lucía: ¿pudo verlo?" in text_of(shown, "#template-preview")
    half = await shop.owner.post(f"{path}/messages/templates", {"template_id": str(template_id), "body.1": "Lucía"})
    assert half.status_code == 422
    assert page_of(half).css_first(".error") is not None
    wish = {"template_id": str(template_id), "body.1": "Lucía", "button.0": "7"}
    sent = await shop.owner.post(f"{path}/messages/templates", wish)
    assert "Hola, Lucía: ¿pudo verlo?" in text_of(sent, ".template-body")
    await eventually(lambda: shop.rows("select 1 from messages where status in ('sent', 'delivered', 'read')"))
    assert (await shop.received())["accepted"] == 1


async def test_a_file_is_sent_and_served_to_those_who_may_see_it(talk: Shop, stranger: Person) -> None:
    path = await thread(talk)
    file = {"file": ("../foto<1>.png", b"\x89PNG" + bytes(200), "image/png")}
    answer = await talk.owner._send("POST", f"{path}/messages/files", {"caption": "La mesa"}, files=file)
    assert answer.status_code == 200, answer.text[:500]
    picture = page_of(answer).css_first("img[src^='/inbox/media/']")
    assert picture is not None
    await eventually(lambda: talk.rows("select 1 from messages where status = 'sent'"))
    served = await talk.owner.get(picture.attributes["src"] or "")
    assert (served.status_code, served.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in served.headers["content-security-policy"]
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "/" not in served.headers["content-disposition"].partition("filename")[2].replace("''", "")
    assert (await stranger.get(picture.attributes["src"] or "")).status_code == 404


@pytest.mark.parametrize(("name", "content", "mime"), [("a.png", 6 * 1024 * 1024, "image/png"), ("leer.txt", 0, "text/plain")])
async def test_a_file_that_does_not_fit_is_explained(talk: Shop, name: str, content: int, mime: str) -> None:
    answer = await talk.owner._send(
        "POST", f"{await thread(talk)}/messages/files", {}, files={"file": (name, bytes(content), mime)}
    )
    assert answer.status_code == 422
    assert page_of(answer).css_first("#file-error") is not None


async def test_a_reaction_of_ours_is_shown_and_sent(talk: Shop) -> None:
    path = await thread(talk)
    row = await talk.row("select public_id from messages where direction = 'in'")
    answer = await talk.owner.put(f"{path}/messages/{row['public_id']}/reaction", {"emoji": "👍"})
    assert "👍" in text_of(answer, ".reaction")
    await talk.owner.put(f"{path}/messages/{row['public_id']}/reaction", {"emoji": ""})
    assert (await talk.row("select reaction_ours from messages where direction = 'in'")) == {"reaction_ours": ""}
    waiting = (
        "select count(*) as n from procrastinate_jobs where task_name = 'inbox.reacting.tell' and args ->> 'tenant_id' = %s"
    )

    async def told() -> bool:
        return bool((await talk.row(waiting, str(talk.owner.tenant_id)))["n"] == 0)

    # Jobs that succeeded are deleted; those that WhatsApp refused stay.
    await eventually(told)


async def test_quick_replies_come_with_the_name_filled_in(talk: Shop) -> None:
    await talk.owner.post("/settings/quick-replies", {"shortcut": "hola", "body": "Hola, {name}. ¿En qué ayudo?"})
    found = await talk.owner.partial(f"{await thread(talk)}/messages/quick-replies?q=ho")
    option = page_of(found).css_first("[data-insert]")
    assert option is not None
    assert option.attributes["data-insert"] == "Hola, Lucía. ¿En qué ayudo?"


async def test_a_conversation_is_begun_with_a_contact_and_a_number(shop: Shop) -> None:
    person = await shop.row("insert into contacts (name) values ('Joaquín Paredes') returning id")
    await shop.rows(
        "insert into contact_identities (contact_id, kind, value) values (%s, 'phone', '+34622014873') returning 1",
        person["id"],
    )
    assert "Joaquín Paredes" in text_of(await shop.owner.partial("/inbox/new?q=joaq"), ".people")
    begun = await shop.owner.post("/inbox", {"contact_id": str(person["id"]), "number_id": str(shop.number.id)})
    assert begun.status_code == 303
    page = await shop.owner.get(begun.headers["location"])
    assert page_of(page).css_first("#composer[data-closed]") is not None
    assert await names(shop.owner) == []
