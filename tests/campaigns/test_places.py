"""A template with variables in header and button: each gets its value, and the button leads to a link of its own."""

from __future__ import annotations

import re
from typing import Any

import httpx
from psycopg.types.json import Jsonb

from app.campaigns import links
from app.message_templates import message_template, places
from app.numbers import credentials
from tests.campaigns.drafts import LIST
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import SIMULATOR, Person

HEADER = {"kind": "TEXT", "text": "Pedido {{1}}", "example": "A-17", "handle": ""}
BODY = "Hola {{1}}, tu pedido llega mañana. Gracias por esperar."


def buttons() -> list[dict[str, str]]:
    url = f"{links.prefix()}{{{{1}}}}"
    return [
        {"kind": "QUICK_REPLY", "text": "Gracias", "value": "", "example": ""},
        {"kind": "URL", "text": "Ver", "value": url, "example": f"{links.prefix()}abc"},
    ]


async def approved(sending: Sending) -> int:
    """The same template there and here; its id here."""
    async with sending.owner.tenant.tx() as db:
        keys = await credentials.of_number(db, sending.number.id)
    wish: dict[str, Any] = {"name": "pedido", "language": "es", "category": "UTILITY", "components": [
        {"type": "HEADER", "format": "TEXT", "text": HEADER["text"], "example": {"header_text": ["A-17"]}},
        {"type": "BODY", "text": BODY, "example": {"body_text": [["Ana"]]}},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Gracias"},
            {"type": "URL", "text": "Ver", "url": f"{links.prefix()}{{{{1}}}}", "example": [f"{links.prefix()}abc"]},
        ]},
    ]}  # fmt: skip
    headers = {"authorization": f"Bearer {keys.access_token}"}
    async with httpx.AsyncClient(base_url=SIMULATOR, headers=headers) as graph:
        answer = await graph.post(f"/v25.0/{keys.waba_id}/message_templates", json=wish)
        assert answer.status_code == 200, answer.text
    async with sending.owner.tenant.tx() as db:
        made = await db.conn.execute(
            "insert into message_templates (waba, name, language, category, header, body, buttons, examples, status,"
            " provider_id) select waba, 'pedido', 'es', 'UTILITY', %s, %s, %s, %s, 'approved', %s"
            " from phone_numbers where id = %s"
            " on conflict on constraint message_templates_identity_key do update set status = 'approved' returning id",
            (Jsonb(HEADER), BODY, Jsonb(buttons()), Jsonb({"1": "Ana"}), answer.json()["id"], sending.number.id),
        )
        ((template_id,),) = await made.fetchall()
    return int(template_id)


async def test_every_place_gets_its_value(owner: Person, nobody: Person) -> None:
    sending = await a_sending(owner, 2)
    template_id = await approved(sending)
    async with owner.tenant.tx() as db:
        template = await message_template.find(db, template_id)
    assert places.keys(template) == ["1", "header.1", "button.1"]
    form = {
        "name": "Pedidos",
        "number_id": sending.number.id,
        "template_id": template_id,
        "audience": "everyone",
        "when": "now",
    }
    wish = {
        **form, "field.1": "first_name", "field.header.1": "variables.pedido", "field.button.1": "link",
        "link.button.1": "https://casaolmo.es/pedidos", "uncertain_rule": "retry",
    }  # fmt: skip
    wrong = await owner.post(LIST, wish | {"link.button.1": "casaolmo"})
    assert wrong.status_code == 422
    made = await owner.post(LIST, wish)
    assert made.status_code == 303, made.text
    sending.id = int(made.headers["location"].rsplit("/", 1)[1])
    await sending.launch()
    assert await sending.settled() == {"read": 2}
    ((address, parameters), _) = await sending.rows("address, parameters")
    assert parameters[1].startswith("A-")
    screen = await sending.screen(address)
    assert f"Pedido {parameters[1]}" in screen
    ((recipient_id,), _) = await sending.rows("id")
    async with owner.tenant.tx() as db:
        tracked = await links.of(db, sending.id)
        found = await db.conn.execute(
            "insert into conversations (contact_id, number_id, last_inbound_at) select contact_id, %s, now()"
            " from campaign_recipients where id = %s returning id", (sending.number.id, recipient_id),
        )  # fmt: skip
        ((conversation_id,),) = await found.fetchall()
    code = links.encode(owner.tenant_id, tracked.ids["https://casaolmo.es/pedidos"], recipient_id)
    agent_s = {"user-agent": "Mozilla/5.0 (iPhone)"}
    assert (await nobody.get(f"/l/{code}", headers=agent_s)).headers["location"] == "https://casaolmo.es/pedidos"
    # The agent reads the header as the person got it.
    thread = (await owner.get(f"/inbox/{conversation_id}")).text
    assert re.search(rf"Pedido {parameters[1]}", thread)
    assert links.CODE not in thread
