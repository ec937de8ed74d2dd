"""A conversation: what stands in it, and how it is read, resolved and handed over."""

from __future__ import annotations

from typing import Any

from tests.conftest import page_of, text_of
from tests.inbox.conftest import LUCIA, Shop, a_template, names, thread


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


async def test_a_page_sent_by_a_stranger_is_downloaded_and_not_shown(talk: Shop) -> None:
    file = {"file": ("x.html", b"<script>alert(1)</script>", "text/html")}
    await talk.owner._send("POST", f"{await thread(talk)}/messages/files", {}, files=file)
    row = await talk.row("select public_id from messages where file_id is not null")
    served = await talk.owner.get(f"/inbox/media/{row['public_id']}")
    assert served.headers["content-type"].startswith("application/octet-stream")
    assert served.headers["content-disposition"].startswith("attachment")


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
