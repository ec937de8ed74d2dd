"""What Meta refuses, what it accepts, and how it counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.simulator.access import Access, home_of, number_of
from app.simulator.state import World
from tests.conftest import eventually
from tests.simulator.conftest import Business, client, somebody

Make = Callable[..., Awaitable[Business]]


def filled(name: str = "envio", *body: str, header: str = "Ana", button: str | None = "A-17") -> dict[str, Any]:
    components: list[dict[str, Any]] = [
        {"type": "header", "parameters": [{"type": "text", "text": header}]},
        {"type": "body", "parameters": [{"type": "text", "text": text} for text in body]},
    ]
    if button:
        parameters = [{"type": "text", "text": button}]
        components.append({"type": "button", "sub_type": "url", "index": "1", "parameters": parameters})
    return {"name": name, "language": {"code": "es"}, "components": components}


async def approved(business: Business, name: str = "envio", **more: Any) -> None:
    made = (await business.template(name, **more)).json()

    async def is_approved() -> bool:
        return bool((await business.graph.get(f"/{made['id']}")).json()["status"] == "APPROVED")

    await eventually(is_approved)


async def test_a_text_is_accepted_while_the_window_is_open(olmo: Business) -> None:
    person = somebody()
    assert await olmo.refused(person) == 131047
    await olmo.hears(person)
    answer = (await olmo.send(f"+{person[:2]} {person[2:]}")).json()
    assert answer["contacts"] == [{"input": f"+{person[:2]} {person[2:]}", "wa_id": person}]
    assert answer["messages"][0]["id"].startswith("wamid.")
    told = await olmo.received()
    assert (told["accepted"], told["people"], told["twice"]) == (1, 1, 0)
    assert 0 < told["first_at"] == told["last_at"]


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("611482903", "34611482903"),
        ("+55 31 9 8765-4321", "553187654321"),
        ("+55 11 9 8765-4321", "5511987654321"),
        ("+52 1 55 1234 5678", "525512345678"),
        ("+1 650 555 1234", "16505551234"),
    ],
)
async def test_numbers_are_known_as_whatsapp_writes_them(a_business: Make, written: str, known_as: str) -> None:
    olmo = await a_business(display_phone_number="+34 910 000 000")
    await olmo.hears(known_as)
    assert (await olmo.send(written)).json()["contacts"][0]["wa_id"] == known_as


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {}, 131008),
        ("text", {"body": "a" * 4097}, 100),
        ("poll", {"question": "?"}, 131051),
        ("image", {}, 131008),
        ("image", {"id": "1046", "link": "https://olmo.example/a.png"}, 131009),
        ("image", {"id": "not-a-medium"}, 100),
        ("image", {"link": "https://olmo.example/a.png", "caption": "a" * 1025}, 100),
        ("audio", {"link": "https://olmo.example/a.ogg", "caption": "Hola"}, 131009),
        ("location", {"latitude": 40.4}, 131008),
        ("location", {"latitude": 140.4, "longitude": 0}, 131009),
        ("contacts", [], 131009),
        ("contacts", [{"name": {}}], 131008),
        ("reaction", {"message_id": "42", "emoji": "👍"}, 131009),
        ("interactive", {"type": "button", "body": {"text": "¿Sí?"}, "action": {"buttons": []}}, 131009),
        ("interactive", {"type": "list", "body": {"text": "¿Cuál?"}, "action": {"button": "Ver"}}, 131009),
        ("interactive", {"type": "riddle", "body": {"text": "¿Qué?"}}, 131009),
    ],
)
async def test_a_malformed_message_is_refused(olmo: Business, kind: str, content: Any, code: int) -> None:
    person = somebody()
    await olmo.hears(person)
    assert await olmo.refused(person, kind, content) == code


async def test_what_fits_is_accepted(olmo: Business) -> None:
    person = somebody()
    theirs = await olmo.hears(person)
    rows = [{"id": "1", "title": "Petróleo", "description": "El de la foto"}]
    buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Sí"}}]
    for kind, content in [
        ("image", {"link": "https://olmo.example/a.png", "caption": "Olmo"}),
        ("location", {"latitude": 40.4, "longitude": "-3.7"}),
        ("contacts", [{"name": {"formatted_name": "Ana"}}]),
        ("reaction", {"message_id": theirs["id"], "emoji": "👍"}),
        ("interactive", {"type": "button", "body": {"text": "¿Sí?"}, "action": {"buttons": buttons}}),
        ("interactive", {"type": "list", "body": {"text": "¿?"}, "action": {"button": "Ver", "sections": [{"rows": rows}]}}),
    ]:
        assert (await olmo.send(person, kind, content)).status_code == 200


async def test_the_addressee_has_to_be_somebody_else(olmo: Business) -> None:
    own = olmo.made["display_phone_number"]
    assert await olmo.refused(own) == 131021
    assert await olmo.refused("12") == 131009
    assert await olmo.refused("") == 100
    assert await olmo.refused("", recipient="not a user id") == 131009


async def test_somebody_without_a_number_is_reached_by_their_user_id(olmo: Business) -> None:
    user_id = "ES.13491208655302741918"
    wish = {
        "phone_number_id": olmo.id,
        "user_id": user_id,
        "username": "ana",
        "message": {"type": "text", "text": {"body": "Hola"}},
    }
    await olmo.door.post("/inbound", json=wish)
    theirs = await eventually(lambda: next(iter(olmo.values("messages")), None))
    assert theirs["from_user_id"] == user_id
    assert "from" not in theirs
    assert olmo.values("contacts") == [{"profile": {"name": user_id, "username": "ana"}, "user_id": user_id}]
    body = {"messaging_product": "whatsapp", "recipient": user_id, "type": "text", "text": {"body": "Hola"}}
    answer = (await olmo.graph.post(f"/{olmo.id}/messages", json=body)).json()
    assert answer["contacts"] == [{"input": user_id, "user_id": user_id}]
    status = await eventually(lambda: next(iter(olmo.values("statuses")), None))
    assert status["recipient_user_id"] == user_id


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (filled("envio", "Ana"), 132000),
        (filled("envio", "Ana", "A-17", header=""), 131008),
        (filled("envio", "Ana", "A-17", button=None), 131008),
        (filled("envio", "Ana", "A\n17"), 132018),
        (filled("envio", "Ana", "A" * 1020), 132005),
        (filled("saludo", "Ana", "A-17"), 132001),
        ({**filled("envio", "Ana", "A-17"), "language": {"code": "es_MX"}}, 132001),
        ({"name": "envio"}, 131008),
    ],
)
async def test_a_template_has_to_be_filled_in_as_it_was_approved(olmo: Business, content: Any, code: int) -> None:
    await approved(olmo)
    assert await olmo.refused(somebody(), "template", content) == code


async def test_a_template_needs_no_window(olmo: Business) -> None:
    await approved(olmo)
    answer = (await olmo.send(somebody(), "template", filled("envio", "Ana", "A-17"))).json()
    assert answer["messages"][0]["message_status"] == "accepted"


async def test_named_parameters_and_a_header_with_a_picture(olmo: Business) -> None:
    components = [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::abc"]}},
        {"type": "BODY", "text": "Hola {{first_name}}, gracias por venir.",
         "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}},
    ]  # fmt: skip
    await approved(olmo, "visita", components=components, parameter_format="NAMED")
    picture = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://olmo.example/a.png"}}]}

    def with_name(**name: str) -> dict[str, Any]:
        body = {"type": "body", "parameters": [{"type": "text", "text": "Ana", **name}]}
        return {"name": "visita", "language": {"code": "es"}, "components": [picture, body]}

    assert await olmo.refused(somebody(), "template", with_name()) == 131008
    assert await olmo.refused(somebody(), "template", with_name(parameter_name="name")) == 132012
    without_picture = with_name(parameter_name="first_name") | {
        "components": with_name(parameter_name="first_name")["components"][1:]
    }
    assert await olmo.refused(somebody(), "template", without_picture) == 132012
    assert (await olmo.send(somebody(), "template", with_name(parameter_name="first_name"))).status_code == 200


async def test_a_pair_may_borrow_a_burst_of_45(olmo: Business) -> None:
    person = somebody()
    await olmo.hears(person)
    answers = [await olmo.send(person) for _ in range(46)]
    assert [answer.status_code for answer in answers[:45]] == [200] * 45
    assert answers[45].json()["error"]["code"] == 131056


async def test_a_portfolio_begins_with_so_many_people_a_day(a_business: Make) -> None:
    olmo = await a_business(limit="TIER_50", limit_people=True)
    sister = await a_business(business_id=olmo.made["business_id"], limit_people=True)
    for business in (olmo, sister):
        await approved(business)
    people, content = [somebody() for _ in range(51)], filled("envio", "Ana", "A-17")
    for person in people[:49]:
        assert (await olmo.send(person, "template", content)).status_code == 200
    assert (await sister.send(people[49], "template", content)).status_code == 200
    assert await olmo.refused(people[50], "template", content) == 131048
    assert (await olmo.send(people[0], "template", content)).status_code == 200
    await olmo.hears(people[50])
    assert (await olmo.send(people[50], "template", content)).status_code == 200


async def test_a_number_has_its_messages_per_second(a_business: Make) -> None:
    olmo = await a_business(messages_per_second=4)
    await approved(olmo)
    answers = [await olmo.send(somebody(), "template", filled("envio", "Ana", "A-17")) for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {answer.json()["error"]["code"] for answer in refused} == {130429}
    assert 4 <= len(answers) - len(refused) <= 8


async def test_what_arrived_is_counted_by_person_and_by_callback(olmo: Business) -> None:
    person = somebody()
    await olmo.hears(person)
    for callback in ("r1", "r2", "r2"):
        await olmo.send(person, biz_opaque_callback_data=callback)
    await olmo.graph.post(f"/{olmo.id}/messages", json={
        "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.HBgL",
    })  # fmt: skip
    told = await olmo.received()
    assert (told["accepted"], told["people"], told["twice"]) == (3, 1, 1)
    assert (told["by_callback"], told["by_person"]) == ({"r1": 1, "r2": 2}, {person: 3})
    assert told["first_at"] < told["last_at"]
    await olmo.door.delete(f"/received?phone_number_id={olmo.id}")
    assert (await olmo.received())["accepted"] == 0


async def test_misfortunes_can_be_ordered(olmo: Business) -> None:
    person = somebody()
    await olmo.hears(person)
    await olmo.behave(refuse_share=1, error_code=131048)
    assert await olmo.refused(person) == 131048
    await olmo.behave(refuse_share=0, error_after_accept_share=1)
    assert await olmo.refused(person) == 131000
    await olmo.behave(error_after_accept_share=0, accept_but_drop_answer_share=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await olmo.send(person)
    assert (await olmo.received())["accepted"] == 2


@pytest.mark.parametrize(
    ("token", "subcode"), [(None, None), ("Bearer EAAsim-expired-1", 463), ("Bearer EAAG1", None)]
)  # fmt: skip
async def test_a_token_is_needed(olmo: Business, token: str | None, subcode: int | None) -> None:
    headers = {"authorization": token} if token else {}
    async with client(str(olmo.graph.base_url), **headers) as stranger:
        answer = await stranger.get(f"/{olmo.id}")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190
    assert answer.json()["error"].get("error_subcode") == subcode


async def test_another_business_does_not_exist(a_business: Make) -> None:
    olmo, haya = await a_business(), await a_business()
    answer = await olmo.graph.get(f"/{haya.id}")
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["error_subcode"]) == (400, 100, 33)


async def test_a_restart_forgets_no_number_whose_token_is_known(olmo: Business) -> None:
    token = olmo.made["access_token"]
    number = number_of(World(), Access(token, home_of(token)), olmo.id)
    assert (number.account.id, number.account.subscribed) == (olmo.waba_id, True)
    assert number.connection.webhook_url == f"{olmo.listener.url}/webhook"
