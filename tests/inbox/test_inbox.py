"""The inbox in the browser: who sees what, writing, notes, assigning, resolving, and what comes by the stream."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from app.numbers import credentials
from app.numbers.provider import provider
from tests.conftest import Person, a_colleague, eventually, page_of, text_of
from tests.inbox.conftest import LUCIA, PILAR, Shop


async def thread(shop: Shop) -> str:
    return f"/inbox/{(await shop.conversation())['id']}"


async def names(person: Person, query: str = "") -> list[str]:
    return [name.text() for name in page_of(await person.partial(f"/inbox{query}")).css(".conversation .name")]


async def test_an_empty_inbox_says_that_it_is_fine(owner: Person) -> None:
    page = await owner.get("/inbox")
    assert page.status_code == 200
    assert "Nobody is waiting" in text_of(page, "#conversations")
    assert "Choose a conversation" in text_of(page, "#conversation")


async def test_the_list_shows_who_waits(talk: Shop) -> None:
    page = await talk.owner.get("/inbox")
    row = text_of(page, ".conversation")
    assert "Lucía Fernández" in row
    assert "Hola" in row
    assert text_of(page, ".conversation .count").startswith("1")
    assert text_of(page, ".conversation .window") in ("23 h", "24 h")
    assert text_of(await talk.owner.partial("/inbox/unread"), ".count").startswith("1")


async def test_the_list_is_filtered_and_searched(shop: Shop) -> None:
    await shop.hears(shop.text("a", ago=20), shop.text("b", sender=PILAR), names={LUCIA: "Lucía", PILAR: "Pilar"})
    owner = shop.owner
    assert await names(owner) == ["Pilar", "Lucía"]
    assert await names(owner, "?q=luci") == ["Lucía"]
    assert await names(owner, "?q=014873") == ["Pilar"]
    assert await names(owner, "?view=mine") == []
    assert await names(owner, "?view=unassigned&unread=1") == ["Pilar", "Lucía"]
    assert await names(owner, "?status=resolved") == []
    assert await names(owner, "?view=nonsense") == ["Pilar", "Lucía"]


async def test_the_list_pages_by_keyset_and_refreshes_all_that_is_shown(shop: Shop) -> None:
    await shop.hears(*[shop.text("x", sender=f"346110000{n:02}", ago=n) for n in range(45)], names={})
    first = page_of(await shop.owner.partial("/inbox"))
    assert len(first.css(".conversation")) == 40
    more = first.css_first(".load-more")
    assert more is not None
    second = page_of(await shop.owner.partial(more.attributes["hx-get"] or ""))
    assert len(second.css(".conversation")) == 5
    assert 'id="pages" name="pages" value="2"' in str(second.html)
    assert len(page_of(await shop.owner.partial("/inbox?pages=2")).css(".conversation")) == 45


async def test_a_thread_shows_every_kind(shop: Shop) -> None:
    said = shop.text("¿Y en *roble*? https://casaolmo.es/mesa?a=1&b=_x_", ago=90)
    kinds: list[tuple[str, Any]] = [
        ("image", {"id": "1", "mime_type": "image/png", "caption": "El hueco"}), ("audio", {"id": "2", "voice": True}),
        ("document", {"id": "3", "filename": "plano.pdf"}), ("location", {"latitude": 40.4, "longitude": -3.7}),
        ("contacts", [{"name": {"formatted_name": "Beto"}, "phones": [{"phone": "+34600"}]}]), ("sticker", {"id": "4"}),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "2", "title": "Mesas", "description": "De roble"}}),
        ("order", {"product_items": [{"product_retailer_id": "olmo", "quantity": 2}]}), ("hologram", {"depth": 3}),
        ("unsupported", {"type": "poll_creation"}), ("video", {"id": "5"}),
    ]  # fmt: skip
    answer = shop.text("Sí", ago=1, context={"id": said["id"], "from": LUCIA})
    heart = shop.element("reaction", {"message_id": said["id"], "emoji": "❤️"})
    await shop.hears(said, *[shop.element(kind, content, ago=60 - n) for n, (kind, content) in enumerate(kinds)], answer, heart)
    page = await shop.owner.get(await thread(shop))
    assert page.status_code == 200
    body = text_of(page, "#messages")
    for words in ("El hueco", "plano.pdf", "Beto", "Mesas", "De roble", "2 × olmo", "❤️", "New messages", "Today"):
        assert words in body
    assert body.count("not supported yet") == 2
    assert "<strong>roble</strong>" in page.text
    assert 'href="https://casaolmo.es/mesa?a=1&amp;b=_x_"' in page.text
    assert "¿Y en" in text_of(page, ".quote")
    assert [place.attributes["data-at"] for place in page_of(page).css(".message")] == sorted(
        [place.attributes["data-at"] or "" for place in page_of(page).css(".message")], key=lambda key: key.partition("-")[0]
    )


async def test_an_edited_and_a_deleted_message_say_so(shop: Shop) -> None:
    first, second = shop.text("Manana", ago=30), shop.text("secreto", ago=20)
    edit = {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": "Mañana"}}}
    await shop.hears(first, second, shop.element("edit", edit), shop.element("revoke", {"original_message_id": second["id"]}))
    page = await shop.owner.get(await thread(shop))
    assert "Mañanaedited" in text_of(page, "#messages").replace(" edited", "edited")
    assert "secreto" not in text_of(page, "#messages")
    assert "This message was deleted" in text_of(page, "#messages")


async def test_older_messages_come_before_without_repeating_the_day(shop: Shop) -> None:
    await shop.hears(*[shop.text(f"n{n}", ago=100 - n) for n in range(60)])
    path = await thread(shop)
    page = page_of(await shop.owner.get(path))
    assert len(page.css(".message")) == 40
    more = page.css_first("#messages .load-more")
    assert more is not None
    older = page_of(await shop.owner.partial(more.attributes["hx-get"] or ""))
    assert [found.text() for found in older.css(".message p")] == [f"n{n}" for n in range(20)]
    assert len(page.css(".day")) + len(older.css(".day")) <= 2


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


async def a_template(shop: Shop) -> int:
    """Approved here and at the simulator, with one variable in its text and one in its link."""
    wish = {
        "name": "seguimiento", "language": "es", "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": "Hola, {{1}}: ¿pudo verlo?", "example": {"body_text": [["Lucía"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://casaolmo.es/{{1}}", "example": ["https://casaolmo.es/7"]}]},
        ],
    }  # fmt: skip
    async with shop.owner.tenant.tx() as db:
        key = await credentials.of_number(db, shop.number.id)
    await shop.behave(review_ms=0)
    await provider().create_template(key, wish)
    row = await shop.row(
        "insert into message_templates (waba, name, language, category, body, buttons, examples, status) values"
        " (%s, 'seguimiento', 'es', 'UTILITY', 'Hola, {{1}}: ¿pudo verlo?', %s, '{\"1\": \"Lucía\"}', 'approved') returning id",
        shop.number.waba, '[{"kind": "URL", "text": "Ver", "value": "https://casaolmo.es/{{1}}", "example": "https://casaolmo.es/7"}]',
    )  # fmt: skip
    return int(row["id"])


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


async def test_a_page_sent_by_a_stranger_is_downloaded_and_not_shown(talk: Shop) -> None:
    file = {"file": ("x.html", b"<script>alert(1)</script>", "text/html")}
    await talk.owner._send("POST", f"{await thread(talk)}/messages/files", {}, files=file)
    row = await talk.row("select public_id from messages where file_id is not null")
    served = await talk.owner.get(f"/inbox/media/{row['public_id']}")
    assert served.headers["content-type"].startswith("application/octet-stream")
    assert served.headers["content-disposition"].startswith("attachment")


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


async def test_reading_takes_the_badge_away_and_tells_whatsapp(talk: Shop) -> None:
    path = await thread(talk)
    assert (await talk.owner.put(f"{path}/reading")).status_code == 204
    assert (await talk.conversation())["unread"] == 0
    assert page_of(await talk.owner.partial("/inbox/unread")).css_first(".count") is None
    await talk.owner.delete(f"{path}/reading")
    assert (await talk.conversation())["unread"] == 1


async def test_resolving_and_reopening_are_noted(talk: Shop) -> None:
    path = await thread(talk)
    resolved = await talk.owner.put(f"{path}/closure")
    assert "Reopen" in text_of(resolved, "#thread-head")
    assert "Conversation resolved" in resolved.text
    assert await names(talk.owner) == []
    assert await names(talk.owner, "?status=resolved") == ["Lucía Fernández"]
    await talk.owner.delete(f"{path}/closure")
    assert await names(talk.owner) == ["Lucía Fernández"]
    page = text_of(await talk.owner.get(path), "#messages")
    assert "Ana Olmo resolved the conversation" in page
    assert "Ana Olmo reopened the conversation" in page


async def test_an_agent_sees_only_their_own_and_what_nobody_has(talk: Shop) -> None:
    agent, other = await a_colleague(talk.owner, "agent"), await a_colleague(talk.owner, "agent", "Cira Paz")
    path = await thread(talk)
    assert await names(agent) == ["Lucía Fernández"]
    taken = await agent.put(f"{path}/assignment", {"person_id": str(agent.user_id)})
    assert "Beto" in text_of(taken, "#thread-head")
    assert await names(other) == []
    for answer in (
        await other.get(path), await other.partial(f"{path}/head"), await other.post(f"{path}/messages", {"text": "x"}),
        await other.put(f"{path}/closure"), await other.put(f"{path}/reading"), await other.get(f"{path}/assignment"),
    ):  # fmt: skip
        assert answer.status_code == 404
    given = await agent.put(f"{path}/assignment", {"person_id": str(other.user_id)})
    assert given.headers.get("location") == "/inbox" or given.headers.get("hx-redirect") == "/inbox"
    assert (await agent.get(path)).status_code == 404
    assert "Beto Ruiz assigned the conversation to Cira Paz" in text_of(await talk.owner.get(path), "#messages")
    assert (await other.get(path)).status_code == 200
    assert await names(talk.owner) == ["Lucía Fernández"]


async def test_it_cannot_be_assigned_to_somebody_of_another_company(talk: Shop, stranger: Person) -> None:
    answer = await talk.owner.put(f"{await thread(talk)}/assignment", {"person_id": str(stranger.user_id)})
    assert answer.status_code == 404
    assert (await talk.conversation())["assignee_id"] is None


async def test_a_stranger_finds_nothing(talk: Shop, stranger: Person) -> None:
    path = await thread(talk)
    message = f"{path}/messages/{(await talk.row('select public_id from messages'))['public_id']}"
    for answer in (
        await stranger.get(path),
        await stranger.get(f"{path}/messages"),
        await stranger.post(f"{path}/messages", {"text": "x"}),
        await stranger.get(f"{path}/messages/quick-replies"),
        await stranger.put(f"{message}/reaction", {"emoji": "👍"}),
        await stranger.post(f"{message}/attempts"),
        await stranger.delete(f"{path}/closure"),
    ):
        assert answer.status_code == 404
    assert await names(stranger) == []


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


async def test_a_message_comes_by_the_stream_to_those_who_may_see_it(talk: Shop) -> None:
    agent = await a_colleague(talk.owner, "agent")
    path = await thread(talk)
    heard = asyncio.create_task(first_lines(agent, f"/inbox/live?conversation={path.rpartition('/')[2]}", "¿Siguen ahí?"))
    await asyncio.sleep(0.3)
    await talk.hears(talk.text("¿Siguen ahí?"))
    assert 'hx-swap="upsert key:data-at"' in await asyncio.wait_for(heard, 10)
    await talk.owner.put(f"{path}/assignment", {"person_id": str(talk.owner.user_id)})
    denied = asyncio.create_task(first_lines(agent, f"/inbox/live?conversation={path.rpartition('/')[2]}", "inbox_changed"))
    await asyncio.sleep(0.3)
    await talk.hears(talk.text("Secreto"))
    assert "Secreto" not in await asyncio.wait_for(denied, 10)


async def first_lines(person: Person, path: str, until: str) -> str:
    """What the stream says until these words, and what came with them."""
    told = ""
    async with person.http.stream("GET", path) as answer:
        async for line in answer.aiter_lines():
            told += line + "\n"
            if until in told and line == "":
                return told
    return told


async def test_signed_out_people_are_sent_to_sign_in(nobody: Person) -> None:
    assert (await nobody.get("/inbox")).headers["location"] == "/sign-in"


async def test_a_campaign_message_stands_in_the_thread_of_whoever_answers_it(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=20))
    template_id = await a_template(shop)
    await shop.row(
        "with made as (insert into campaigns (name, number_id, template_id, status)"
        " values ('Rebajas', %s, %s, 'completed') returning id)"
        " insert into campaign_recipients (campaign_id, contact_id, address, parameters, status, sent_at, wamid)"
        " select made.id, c.contact_id, '+34611482903', '[\"Lucía\"]', 'read', now() - interval '1 hour', 'wamid.campaign'"
        " from made, conversations c returning id",
        shop.number.id,
        template_id,
    )
    heart = shop.element("reaction", {"message_id": "wamid.campaign", "emoji": "❤️"}, ago=10)
    await shop.hears(heart, shop.text("Quiero verlo", context={"id": "wamid.campaign", "from": shop.number.display}))
    page = await shop.owner.get(await thread(shop))
    assert text_of(page, ".message .template-body").startswith("Hola, Lucía: ¿pudo verlo?")
    assert "Rebajas" in text_of(page, ".source")
    assert "❤️" in text_of(page, ".message .reaction")
    assert "Hola, Lucía: ¿pudo verlo?" in text_of(page, ".quote")
    assert "Rebajas" in text_of(page, "#contact .received")
    assert page_of(page).css(".message")[0].css_first(".template") is not None
