"""The phone screen: what the business sent is there to be seen, and what the person does reaches the business."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import async_playwright
from selectolax.lexbor import LexborNode

from app.simulator.bubbles import LABELS, rich
from app.simulator.statuses import TOLD
from app.simulator.words import BY_LANGUAGE
from tests.conftest import eventually, page_of
from tests.simulator.conftest import Business, somebody

ROOM = Path("app/simulator")


def read(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def seen(answer: httpx.Response, selector: str) -> str:
    found = page_of(answer).css_first(selector)
    assert found is not None, answer.text
    return read(found)


class Phone:
    """Somebody's telephone, open at the talk with a business."""

    def __init__(self, business: Business, person: str) -> None:
        self.business, self.person, self.http = business, person, business.door
        self.query = {"number": business.id, "from": person}

    async def look(self, path: str = "", **query: str) -> httpx.Response:
        return await self.http.get(f"/phone{path}", params=self.query | query)

    async def do(self, verb: str, **form: str) -> httpx.Response:
        return await self.http.post(f"/phone/{verb}", params=self.query, data=form)

    async def bubbles(self, **query: str) -> list[str]:
        page = page_of(await self.look("/messages", **query))
        return [read(bubble) for bubble in page.css(".bubble")]

    async def told(self, kind: str) -> dict[str, Any]:
        """The next message of this kind that the business hears."""
        return await eventually(lambda: next((one for one in self.business.values("messages") if one["type"] == kind), None))


@pytest.fixture
async def phone(olmo: Business) -> Phone:
    opened = Phone(olmo, somebody())
    assert (await opened.look()).status_code == 200
    return opened


async def delivered(phone: Phone, answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    wamid = str(answer.json()["messages"][0]["id"])
    await eventually(lambda: "delivered" in phone.business.story_of(wamid))
    return wamid


async def test_without_numbers_the_list_says_how_to_get_one(simulator: str) -> None:
    async with httpx.AsyncClient(base_url=simulator) as door:
        answer = await door.get("/simulator/phone?number=1&from=34611482903")
        assert answer.status_code == 404
        assert "Este número no está aquí" in seen(answer, "main")


async def test_the_list_shows_numbers_and_people(phone: Phone) -> None:
    await phone.look(name="Lucía Fernández")
    await phone.do("write", text="Hola")
    answer = await phone.http.get("")
    assert "Lucía Fernández Hola" in seen(answer, f"#people-{phone.business.id}")


async def test_a_telephone_without_digits_is_asked_for_again(olmo: Business) -> None:
    answer = await olmo.door.get("/phone", params={"number": olmo.id, "from": "+34 6", "name": "Ana"})
    assert answer.status_code == 422
    assert "Faltan cifras" in seen(answer, ".error")
    field = page_of(answer).css_first("input[name='from'][aria-invalid='true']")
    assert field is not None
    assert field.attributes["value"] == "+34 6"


async def test_writing_reaches_the_business_and_opens_the_window(phone: Phone) -> None:
    assert await phone.business.refused(phone.person) == 131047
    answer = await phone.do("write", text="¿Y aguanta con *dos* gatos?")
    assert answer.status_code == 303
    assert (await phone.told("text"))["text"] == {"body": "¿Y aguanta con *dos* gatos?"}
    await delivered(phone, await phone.business.send(phone.person, content={"body": "Sí"}))
    shown = await phone.bubbles()
    assert [text.rsplit(" ", 1)[0] for text in shown] == ["¿Y aguanta con dos gatos?", "Sí"]
    assert seen(await phone.look(), ".day") == "Hoy"


async def test_a_template_shows_its_parts_and_its_button_answers(phone: Phone) -> None:
    await phone.business.template("oferta")
    components = [
        {"type": "header", "parameters": [{"type": "text", "text": "Lucía"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Lucía"}, {"type": "text", "text": "A-17"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "A-17"}]},
    ]
    content = {"name": "oferta", "language": {"code": "es"}, "components": components}

    async def is_approved() -> bool:
        return (await phone.business.send(phone.person, "template", content)).status_code == 200

    await eventually(is_approved)
    await eventually(phone.bubbles)
    page = page_of(await phone.look())
    (card,) = page.css(".bubble.template")
    assert card.css_first(".template-head").text() == "Para Lucía"
    assert "Hola Lucía, tu pedido A-17 llega mañana." in card.text()
    assert card.css_first(".template-buttons a").attributes["href"] == "https://olmo.example/A-17"
    button = card.css_first(".template-buttons button")
    wamid = card.css_first("input[name='wamid']").attributes["value"]
    await phone.do("press", wamid=str(wamid), key=str(button.attributes["value"]))
    told = await phone.told("button")
    assert told["button"] == {"text": "Gracias", "payload": "Gracias"}
    assert told["context"]["id"] == wamid
    assert page_of(await phone.look()).css_first("button[data-chosen]").text().strip() == "Gracias"


async def test_a_row_of_a_list_is_chosen(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    rows = [{"id": "a", "title": "10:00", "description": "Con Marta"}, {"id": "b", "title": "12:30"}]
    action = {"button": "Ver horas", "sections": [{"title": "Mañana", "rows": rows}]}
    question = {"type": "list", "body": {"text": "¿Cuándo?"}, "action": action}
    wamid = await delivered(phone, await phone.business.send(phone.person, "interactive", question))
    assert "Con Marta" in seen(await phone.look(), ".bubble.template .menu")
    await phone.do("press", wamid=wamid, key="list_reply:a")
    reply = {"id": "a", "title": "10:00", "description": "Con Marta"}
    assert (await phone.told("interactive"))["interactive"] == {"type": "list_reply", "list_reply": reply}
    assert (await phone.do("press", wamid=wamid, key="nothing")).status_code == 400


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker", "location", "contacts"])
async def test_samples_of_every_kind(phone: Phone, kind: str) -> None:
    await phone.do("send-sample", kind=kind)
    told = await phone.told(kind)
    assert told[kind]
    answer = await phone.look()
    assert len(page_of(answer).css(f".bubble[data-kind='{kind}']")) == 1
    if isinstance(told[kind], dict) and "id" in told[kind]:
        file = await phone.http.get(f"/phone/media/{told[kind]['id']}")
        assert file.headers["content-type"] == told[kind]["mime_type"]
        assert file.headers["content-security-policy"] == "sandbox"


async def test_reply_react_edit_and_delete(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    theirs = await delivered(phone, await phone.business.send(phone.person, content={"body": "Buenas"}))
    assert "Buenas" in seen(await phone.look(reply=theirs), ".draft")
    await phone.do("write", text="¿Abrís hoy?", reply=theirs)
    mine = (await phone.told("text"))["id"]
    assert "Buenas" in seen(await phone.look(), ".quote")
    await phone.do("react", wamid=theirs, emoji="👍")
    assert (await phone.told("reaction"))["reaction"] == {"message_id": theirs, "emoji": "👍"}
    assert seen(await phone.look(), ".reaction") == "👍"
    await phone.do("write", text="Hola a todos", edit=mine)
    edit = {"original_message_id": mine, "message": {"type": "text", "text": {"body": "Hola a todos"}}}
    assert (await phone.told("edit"))["edit"] == edit
    assert (await phone.bubbles())[0].startswith("Hola a todos editado")
    await phone.do("revoke", wamid=mine)
    assert (await phone.told("revoke"))["revoke"] == {"original_message_id": mine}
    assert (await phone.bubbles())[0].startswith("Eliminaste este mensaje")
    assert (await phone.do("revoke", wamid=theirs)).status_code == 400


async def test_looking_reads_unless_receipts_are_off(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    await phone.do("behave", reads="0")
    wamid = await delivered(phone, await phone.business.send(phone.person))
    await phone.do("read")
    assert page_of(await phone.look("/messages")).css_first("#messages").attributes["data-unread"] == "1"
    await phone.do("behave", reads="1")
    await phone.do("read")
    await eventually(lambda: "read" in phone.business.story_of(wamid))


async def test_an_unconnected_telephone_sees_nothing_until_it_is_back(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    await phone.do("behave", online="0")
    wamid = (await phone.business.send(phone.person, content={"body": "¿Sigues ahí?"})).json()["messages"][0]["id"]
    await eventually(lambda: "sent" in phone.business.story_of(wamid))
    assert len(await phone.bubbles()) == 1
    await phone.do("behave", online="1")
    await eventually(lambda: "delivered" in phone.business.story_of(wamid))
    assert (await phone.bubbles())[1].startswith("¿Sigues ahí?")


async def test_a_day_later_the_window_is_closed_and_the_wire_says_so(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    await phone.do("behave", later="1")
    assert await phone.business.refused(phone.person) == 131047
    assert "A la empresa se le negó POST /messages · text · 131047" in seen(await phone.look(), "#wire-lines li")


async def test_another_sites_page_cannot_write(phone: Phone) -> None:
    strange = {"origin": "https://elsewhere.example"}
    answer = await phone.http.post("/phone/write", params=phone.query, data={"text": "Hola"}, headers=strange)
    assert answer.status_code == 403
    assert await phone.bubbles() == []


async def test_the_stream_tells_of_every_change(phone: Phone) -> None:
    async with phone.http.stream("GET", "/phone/stream", params=phone.query) as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        await phone.do("write", text="Hola")
        assert await eventually(lambda: anext(lines)) or await anext(lines) == "data: changed"


@pytest.mark.parametrize(
    ("asked", "language", "word"),
    [("es-MX,es;q=0.9", "es", "Mensaje"), ("pt-PT", "pt-BR", "Mensagem"), ("id", "id", "Pesan"), ("en-US,en", "es", "Mensaje")],
)
async def test_it_speaks_the_language_of_the_browser(phone: Phone, asked: str, language: str, word: str) -> None:
    answer = await phone.http.get("/phone", params=phone.query, headers={"accept-language": asked})
    page = page_of(answer)
    assert page.css_first("html").attributes["lang"] == language
    assert page.css_first("input[name='text']").attributes["placeholder"] == word


async def test_every_sentence_is_translated_and_every_translation_used() -> None:
    pages = "".join(file.read_text() for file in (ROOM / "templates").iterdir())
    code = "".join((ROOM / f"{name}.py").read_text() for name in ("bubbles", "cards", "inbound", "sending", "statuses"))
    said = set(re.findall(r'\bt\("([^"]+)"', pages)) | set(re.findall(r'\b(?:say|tell)\("([^"]+)"', code))
    known = set(BY_LANGUAGE["es"])
    assert said | set(LABELS.values()) | set(TOLD.values()) <= known
    assert {text for text in known if f'"{text}"' not in pages + code} == set()


async def test_pages_have_nothing_inline(phone: Phone) -> None:
    answer = await phone.look()
    assert not re.search(r"<script(?![^>]*src)|\sstyle=|\son\w+=", answer.text)
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_marks_of_whatsapp_and_nothing_else_become_html() -> None:
    assert rich("*sí* _no_ ~ay~ ```x``` <b>") == "<strong>sí</strong> <em>no</em> <s>ay</s> <code>x</code> &lt;b&gt;"
    assert rich("2*3*4 un_nombre_así") == "2*3*4 un_nombre_así"


@pytest.mark.browser
async def test_in_a_browser_what_arrives_appears_and_is_read(phone: Phone) -> None:
    await phone.do("write", text="Hola")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page(locale="es-ES")
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(str(phone.http.base_url.join("phone").copy_merge_params(phone.query)))
        answer = await phone.business.send(phone.person, content={"body": "¿En qué ayudo?"})
        await page.locator(".bubble", has_text="¿En qué ayudo?").wait_for()
        await eventually(lambda: "read" in phone.business.story_of(answer.json()["messages"][0]["id"]))
        await page.get_by_label("Mensaje", exact=True).fill("Un sofá")
        await page.keyboard.press("Enter")
        await page.locator("[data-from='me']", has_text="Un sofá").wait_for()
        await browser.close()
    assert complaints == []
