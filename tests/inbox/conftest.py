"""A connected number, what its customers write, and what becomes of what we write to them."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Iterable
from typing import Any

import pytest

from app.core.clock import now
from app.inbox import delivery, receiving
from app.numbers import credentials, phone_number, simulated
from app.numbers.phone_number import PhoneNumber
from app.numbers.provider import provider
from app.whatsapp.incoming import updates
from app.whatsapp.updates import StatusUpdate
from tests.conftest import SIMULATOR, Person, eventually, in_english, page_of

_wamids = itertools.count(1)
LUCIA, PILAR = "34611482903", "34622014873"


class Shop:
    """A workspace with a number; what its customers' telephones do."""

    def __init__(self, owner: Person, number: PhoneNumber) -> None:
        self.owner, self.number = owner, number

    def text(self, body: str, **more: Any) -> dict[str, Any]:
        return self.element("text", {"body": body}, **more)

    def element(self, kind: str, content: Any, *, sender: str = LUCIA, ago: float = 0, **more: Any) -> dict[str, Any]:
        """A message of a webhook; `ago` in seconds."""
        return {
            "from": sender, "id": f"wamid.in-{secrets.token_hex(4)}-{next(_wamids)}", "type": kind, kind: content,
            "timestamp": str(int(now().timestamp() - ago)), **more,
        }  # fmt: skip

    async def hears(self, *elements: dict[str, Any], names: dict[str, str] | None = None, field: str = "messages") -> None:
        people = [{"wa_id": phone, "profile": {"name": name}} for phone, name in (names or {LUCIA: "Lucía Fernández"}).items()]
        key = "message_echoes" if field == "smb_message_echoes" else "messages"
        body = self._body(field, {"contacts": people, key: list(elements)})
        async with self.owner.tenant.tx() as db:
            await receiving.receive(db, list(updates(body)))  # type: ignore[arg-type]

    async def learns(self, *statuses: dict[str, Any]) -> list[StatusUpdate]:
        async with self.owner.tenant.tx() as db:
            return await delivery.apply(db, self.read(*statuses))

    def read(self, *statuses: dict[str, Any]) -> list[StatusUpdate]:
        return list(updates(self._body("messages", {"statuses": list(statuses)})))  # type: ignore[arg-type]

    async def told(self, message: dict[str, Any], *, sender: str = LUCIA, name: str = "Lucía Fernández") -> None:
        """As the simulator's telephone does it: a real webhook, and a file is really there to be fetched."""
        body = {"phone_number_id": self.number.phone_number_id, "from": sender, "name": name, "message": message}
        assert (await self.owner.http.post(f"{SIMULATOR}/simulator/inbound", json=body)).status_code == 200

    async def behave(self, **behaviour: Any) -> None:
        wish = {"phone_number_id": self.number.phone_number_id, **behaviour}
        assert (await self.owner.http.put(f"{SIMULATOR}/simulator/behaviour", json=wish)).status_code == 200

    async def received(self) -> dict[str, Any]:
        """What the simulator has accepted from this number."""
        path = f"{SIMULATOR}/simulator/received?phone_number_id={self.number.phone_number_id}&detail=1"
        answer: dict[str, Any] = (await self.owner.http.get(path)).json()
        return answer

    def _body(self, field: str, value: dict[str, Any]) -> bytes:
        metadata = {"phone_number_id": self.number.phone_number_id, "display_phone_number": self.number.display}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        return json.dumps({"entry": [{"id": self.number.waba_id, "changes": [{"field": field, "value": value}]}]}).encode()

    async def row(self, query: str, *values: Any) -> dict[str, Any]:
        (row,) = await self.rows(query, *values)
        return row

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        async with self.owner.tenant.tx() as db:
            cursor = await db.conn.execute(query, values)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def conversation(self) -> dict[str, Any]:
        return await self.row("select * from conversations")

    async def said(self, columns: str = "direction, kind, text") -> list[tuple[Any, ...]]:
        shown = "not (direction = 'event' and quoted is not null)"
        rows = await self.rows(f"select {columns} from messages where {shown} order by at, id")
        return [tuple(row.values()) for row in rows]


def statuses_of(wamid: str, steps: Iterable[tuple[str, int]], **more: Any) -> list[dict[str, Any]]:
    """Steps are (status, seconds after the start)."""
    start = int(now().timestamp())
    base = {"id": wamid, "recipient_id": LUCIA, **more}
    return [{**base, "status": step, "timestamp": str(start + after)} for step, after in steps]


@pytest.fixture
async def owner(owner: Person) -> Person:
    return in_english(owner)


@pytest.fixture
async def shop(owner: Person) -> Shop:
    """Ana's, with one simulated number."""
    return await a_shop(owner)


async def a_shop(owner: Person) -> Shop:
    return Shop(owner, await phone_number.connect(owner.tenant, await simulated.make("Casa Olmo")))


@pytest.fixture
async def talk(shop: Shop) -> Shop:
    return await a_talk(shop)


async def a_talk(shop: Shop) -> Shop:
    """Lucía has written a moment ago, to a number that the simulator keeps silent about statuses."""
    await shop.behave(statuses=False)
    await shop.told({"type": "text", "text": {"body": "Hola"}})
    await eventually(lambda: shop.rows("select 1 from conversations where unread = 1"))
    return shop


async def thread(shop: Shop) -> str:
    return f"/inbox/{(await shop.conversation())['id']}"


async def names(person: Person, query: str = "") -> list[str]:
    return [name.text() for name in page_of(await person.partial(f"/inbox{query}")).css(".conversation .name")]


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


async def first_lines(person: Person, path: str, until: str) -> str:
    """What the stream says until these words, and what came with them."""
    told = ""
    async with person.http.stream("GET", path) as answer:
        async for line in answer.aiter_lines():
            told += line + "\n"
            if until in told and line == "":
                return told
    return told
