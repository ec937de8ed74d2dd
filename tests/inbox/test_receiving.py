"""What people write: every kind, repeated, out of order, from people without a number."""

from __future__ import annotations

from typing import Any

import pytest

from app.core import events
from tests.conftest import eventually
from tests.inbox.conftest import LUCIA, PILAR, Shop


async def test_a_text_opens_a_conversation(shop: Shop) -> None:
    await shop.hears(shop.text("¿Tienen la mesa Roble?", ago=60))
    found = await shop.conversation()
    assert (found["status"], found["unread"], found["snippet"]) == ("open", 1, "¿Tienen la mesa Roble?")
    assert found["last_inbound_at"] == found["last_message_at"]
    assert await shop.row("select name from contacts") == {"name": "Lucía Fernández"}
    assert await shop.said() == [("in", "text", "¿Tienen la mesa Roble?")]


async def test_a_repeated_webhook_changes_nothing(shop: Shop) -> None:
    element = shop.text("Hola")
    await shop.hears(element, element)
    await shop.hears(element)
    assert (await shop.conversation())["unread"] == 1
    assert len(await shop.said()) == 1


async def test_an_older_message_lands_in_its_place_and_keeps_the_snippet(shop: Shop) -> None:
    await shop.hears(shop.text("segunda", ago=10))
    await shop.hears(shop.text("primera", ago=30))
    assert [text for _, _, text in await shop.said()] == ["primera", "segunda"]
    found = await shop.conversation()
    assert (found["snippet"], found["unread"]) == ("segunda", 2)


async def test_a_message_reopens_a_resolved_conversation(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=20))
    await shop.rows("update conversations set status = 'resolved', resolved_at = now() returning id")
    await shop.hears(shop.text("Otra cosa"))
    found = await shop.conversation()
    assert (found["status"], found["resolved_at"]) == ("open", None)


async def test_two_people_in_one_batch_have_two_conversations(shop: Shop) -> None:
    await shop.hears(shop.text("a"), shop.text("b", sender=PILAR), shop.text("c"), names={LUCIA: "Lucía", PILAR: "Pilar"})
    rows = await shop.rows("select p.name, c.unread from conversations c join contacts p on p.id = c.contact_id order by 1")
    assert [tuple(row.values()) for row in rows] == [("Lucía", 2), ("Pilar", 1)]


async def test_a_person_without_a_number_is_known_by_user_id(shop: Shop) -> None:
    element = shop.text("Hola", from_user_id="ES.13491208655302741918")
    del element["from"]
    await shop.hears(element, names={})
    assert await shop.row("select kind, value from contact_identities") == {"kind": "bsuid", "value": "ES.13491208655302741918"}


@pytest.mark.parametrize(
    ("kind", "content", "text", "kept"),
    [
        ("location", {"latitude": 40.4, "longitude": -3.7, "name": "Tienda"}, "Tienda", "location"),
        ("contacts", [{"name": {"formatted_name": "Beto"}, "phones": [{"phone": "+34600"}]}], "", "contacts"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "si", "title": "Sí"}}, "Sí", "answer"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "2", "title": "Mesas"}}, "Mesas", "answer"),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Enviado", "response_json": '{"talla": "M"}'}},
            "Enviado",
            "answer",
        ),
        ("button", {"text": "Quiero verlo", "payload": "ver"}, "Quiero verlo", "answer"),
        ("order", {"text": "Dos", "product_items": [{"product_retailer_id": "olmo", "quantity": 2}]}, "Dos", "order"),
        ("unsupported", {"type": "poll_creation"}, "", "raw"),
        ("hologram", {"depth": 3}, "", "raw"),
    ],
)  # fmt: skip
async def test_every_kind_is_kept(shop: Shop, kind: str, content: Any, text: str, kept: str) -> None:
    await shop.hears(shop.element(kind, content))
    ((direction, found, said, payload),) = await shop.said("direction, kind, text, payload")
    assert (direction, found, said) == ("in", kind, text)
    assert kept in payload


async def test_a_picture_is_fetched_and_kept(shop: Shop) -> None:
    await shop.told({"type": "image", "image": {"caption": "Este es el hueco"}})
    await eventually(lambda: shop.rows("select 1 from messages where file_id is not null"))
    found = await shop.row("select f.mime, f.size, m.text from messages m join files f on f.id = m.file_id")
    assert (found["mime"], found["text"]) == ("image/png", "Este es el hueco")
    assert found["size"] > 100


async def test_a_reaction_is_on_its_message_whichever_comes_first(shop: Shop) -> None:
    said = shop.text("Hola", ago=30)
    heart = shop.element("reaction", {"message_id": said["id"], "emoji": "❤️"}, ago=20)
    await shop.hears(heart)
    assert (await shop.conversation())["status"] == "resolved"
    await shop.hears(said)
    assert await shop.said("text, reaction_theirs") == [("Hola", "❤️")]
    await shop.hears(shop.element("reaction", {"message_id": said["id"]}, ago=10))
    await shop.hears(heart)
    assert await shop.said("text, reaction_theirs") == [("Hola", "")]
    assert (await shop.conversation())["unread"] == 1


async def test_an_edit_and_a_deletion_change_their_message(shop: Shop) -> None:
    said = shop.text("Manana", ago=30)
    edit = {"original_message_id": said["id"], "message": {"type": "text", "text": {"body": "Mañana"}}}
    await shop.hears(shop.element("edit", edit, ago=20))
    await shop.hears(said)
    ((text, edited_at, revoked_at),) = await shop.said("text, edited_at, revoked_at")
    assert (text, revoked_at) == ("Mañana", None)
    assert edited_at is not None
    await shop.hears(shop.element("revoke", {"original_message_id": said["id"]}))
    ((revoked_at,),) = await shop.said("revoked_at")
    assert revoked_at is not None


async def test_a_new_number_belongs_to_the_same_person(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=30))
    system = {"type": "user_changed_number", "body": "Lucía cambió de número", "wa_id": PILAR, "customer": LUCIA}
    await shop.hears(shop.element("system", system, ago=20), names={})
    await shop.hears(shop.text("Soy yo", sender=PILAR), names={})
    assert [kind for _, kind, _ in await shop.said()] == ["text", "system", "text"]


async def test_what_the_shop_writes_on_its_telephone_is_shown(shop: Shop) -> None:
    await shop.hears(shop.text("Hola", ago=30))
    echo = shop.text("Buenas tardes")
    del echo["from"]
    await shop.hears(echo | {"to": LUCIA}, field="smb_message_echoes")
    assert await shop.said("direction, text, status") == [("in", "Hola", "received"), ("out", "Buenas tardes", "sent")]
    assert (await shop.conversation())["snippet_direction"] == "out"


async def test_reactions_hear_of_new_messages_once(shop: Shop) -> None:
    heard: list[list[int]] = []

    async def listener(db: Any, *, contact_ids: list[int]) -> None:
        if db.tenant_id == shop.owner.tenant_id:
            heard.append(contact_ids)

    events.on("messages_received", listener)
    element = shop.text("Hola")
    await shop.hears(element)
    await shop.hears(element)
    assert [len(ids) for ids in heard] == [1]
