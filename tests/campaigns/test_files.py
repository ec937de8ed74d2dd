"""A picture, a video or a document in the head of a campaign's message: by its address, the same or each person's own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from app.campaigns import draft
from app.numbers import credentials
from app.whatsapp.template_sending import linked
from tests.campaigns.drafts import LIST, a_wish, made, value
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import SIMULATOR, Person, page_of

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
PHOTO = "https://casaolmo.example/sofa.jpg"
BODY = "Hola {{1}}, tu factura va en la cabecera. Gracias por la compra."


async def with_header(owner: Person, sending: Sending, kind: str, variables: dict[str, Any]) -> None:
    """The campaign's template has such a header, at WhatsApp and here."""
    header = {"type": "HEADER", "format": kind, "example": {"header_handle": ["4::muestra"]}}
    body = {"type": "BODY", "text": BODY, "example": {"body_text": [["Ana"]]}}
    wish = {"name": "cabecera", "language": "es", "category": "UTILITY", "components": [header, body]}
    async with owner.tenant.tx() as db:
        key = await credentials.of_number(db, sending.number.id)
    headers = {"authorization": f"Bearer {key.access_token}"}
    async with httpx.AsyncClient(base_url=SIMULATOR, headers=headers) as graph:
        (await graph.post(f"/v25.0/{key.waba_id}/message_templates", json=wish)).raise_for_status()
    template_id = await value(
        owner,
        "insert into message_templates (waba, name, language, category, body, status, header)"
        " values (%s, 'cabecera', 'es', 'UTILITY', %s, 'approved', %s) returning id",
        sending.number.waba, BODY, Jsonb({"kind": kind, "handle": "4::muestra"}),
    )  # fmt: skip
    async with owner.tenant.tx() as db:
        chosen = (template_id, Jsonb({"1": {"field": "first_name"}} | variables), sending.id)
        await db.conn.execute("update campaigns set template_id = %s, variables = %s where id = %s", chosen)


@pytest.mark.parametrize("kind", ["image", "video", "document"])
async def test_everybody_gets_the_same_file(owner: Person, kind: str) -> None:
    sending = await a_sending(owner, people=3)
    await with_header(owner, sending, kind.upper(), {f"file.{kind}": {"text": PHOTO}})
    await sending.launch()
    assert await sending.settled() == {"read": 3}
    assert await sending.rows("parameters ->> 1") == [(PHOTO,)] * 3


async def test_each_person_gets_their_own_and_whoever_has_none_is_left_out(owner: Person) -> None:
    sending = await a_sending(owner, people=3)
    await with_header(owner, sending, "DOCUMENT", {"file.document": {"field": "variables.factura"}})
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update contacts set variables = jsonb_build_object('factura', 'https://casaolmo.example/' || id || '.pdf')"
            " where id > (select min(id) from contacts)"
        )
    await sending.launch()
    assert await sending.settled() == {"read": 2, "skipped": 1}
    assert len({address for (address,) in await sending.rows("parameters ->> 1") if address}) == 2


async def test_the_form_asks_for_an_address_and_for_nothing_that_counts(owner: Person) -> None:
    wish = await a_wish(owner)
    wish["template_id"] = await value(
        owner,
        "insert into message_templates (waba, name, language, category, body, status, header)"
        " select waba, 'foto', 'es', 'MARKETING', 'Hola, mira.', 'approved', %s from phone_numbers where id = %s returning id",
        Jsonb({"kind": "IMAGE", "handle": "4::x"}), wish["number_id"],
    )  # fmt: skip
    page = page_of(await owner.post(f"{LIST}/fields", wish, headers=PARTIAL))
    assert page.css_first("input[type=url][name='text.file.image']") is not None
    assert page.css_first("[name='field.file.image'] option[value=link]") is None
    for wrong in ("", "sofa.jpg", "ftp://casaolmo.example/sofa.jpg"):
        answer = await owner.post(LIST, wish | {"field.file.image": "text", "text.file.image": wrong})
        assert (answer.status_code, page_of(answer).css_first("[id='text.file.image-error']") is None) == (422, False)
    found = await made(owner, wish | {"field.file.image": "text", "text.file.image": PHOTO})
    assert found.variables == {"file.image": {"text": PHOTO}}


def test_a_link_that_counts_is_no_file() -> None:
    assert draft.errors_of({"file.image": {"link": PHOTO}}) == {"field.file.image": draft.NO_VALUE}
    assert draft.errors_of({"1:file.image": {"text": PHOTO}}) == {}


def test_a_document_is_called_as_its_address_ends() -> None:
    assert linked("document", "https://casaolmo.example/2026/factura%2017.pdf?k=1").filename == "factura 17.pdf"
    assert linked("document", "https://casaolmo.example/").filename is None
    assert linked("image", PHOTO).filename is None
