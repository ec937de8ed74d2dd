"""What becomes of accepted messages: signed, gathered, late, repeated, out of order, and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.conftest import eventually
from tests.simulator.conftest import Business, somebody
from tests.whatsapp.listener import HANG_UP, Heard

Make = Callable[..., Awaitable[Business]]
PROMO = [{"type": "BODY", "text": "El sofá Olmo baja a 749 euros."}]


async def promoted(business: Business, *people: str, **more: Any) -> list[str]:
    """A template without parameters to each; their wamids."""
    await business.template("promo", PROMO, category="MARKETING")
    await eventually(lambda: [one for one in business.changes() if one["field"] == "message_template_status_update"])
    content = {"name": "promo", "language": {"code": "es"}}
    answers = [await business.send(person, "template", content, **more) for person in people]
    return [answer.json()["messages"][0]["id"] for answer in answers]


async def test_a_message_is_sent_delivered_and_read(a_business: Make) -> None:
    olmo = await a_business(read_share=1)
    person = somebody()
    (wamid,) = await promoted(olmo, person, biz_opaque_callback_data="recipient-42")
    await eventually(lambda: olmo.story_of(wamid) == ["sent", "delivered", "read"])
    sent, delivered, _ = olmo.values("statuses")
    assert sent | {"timestamp": ""} == {
        "id": wamid, "status": "sent", "timestamp": "", "recipient_id": person, "biz_opaque_callback_data": "recipient-42",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
    }  # fmt: skip
    assert delivered["biz_opaque_callback_data"] == "recipient-42"
    assert all(olmo.is_signed(post) for post in olmo.posts())
    value = olmo.changes()[-1]["value"]
    assert value["metadata"]["phone_number_id"] == olmo.id


async def test_the_last_digits_tell_a_persons_fate(a_business: Make) -> None:
    olmo = await a_business(read_share=1)
    base = somebody()[:7]
    fates = {f"{base}0000": 131026, f"{base}0001": 131049, f"{base}0002": 131050, f"{base}0003": None}
    wamids = await promoted(olmo, *fates)
    *failing, staying = wamids
    for wamid, code in zip(failing, fates.values(), strict=False):
        await eventually(lambda wamid=wamid: olmo.story_of(wamid) == ["sent", "failed"])
        (failed,) = [one for one in olmo.values("statuses") if one["id"] == wamid and one["status"] == "failed"]
        assert failed["errors"][0]["code"] == code
    assert olmo.story_of(staying) == ["sent"]


async def test_templates_can_be_held_back_for_their_quality(a_business: Make) -> None:
    olmo = await a_business(read_share=0, held_share=1, held_ms=[300, 300])
    (passed,) = await promoted(olmo, somebody())
    assert olmo.story_of(passed) == []
    await eventually(lambda: olmo.story_of(passed) == ["sent", "delivered"])
    await olmo.behave(held_failed_share=1, held_ms=[0, 0])
    (dropped,) = await promoted(olmo, somebody())
    await eventually(lambda: olmo.story_of(dropped) == ["failed"])
    (status,) = [status for status in olmo.values("statuses") if status["id"] == dropped]
    assert status["errors"][0]["code"] == 132015


async def test_many_statuses_share_a_webhook(olmo: Business) -> None:
    await promoted(olmo, *(somebody() for _ in range(40)))
    await eventually(lambda: len(olmo.values("statuses")) >= 80)
    posts = [change for change in olmo.changes() if change["field"] == "messages"]
    assert len(posts) <= 10


async def test_statuses_are_repeated_on_request(a_business: Make) -> None:
    olmo = await a_business(read_share=0, repeat=3)
    (wamid,) = await promoted(olmo, somebody())
    await eventually(lambda: sorted(olmo.story_of(wamid)) == ["delivered"] * 3 + ["sent"] * 3)


async def test_statuses_come_out_of_order_on_request(a_business: Make) -> None:
    olmo = await a_business(read_share=1, shuffle=True)
    wamids = await promoted(olmo, *(somebody() for _ in range(12)))
    await eventually(lambda: all(len(olmo.story_of(wamid)) == 3 for wamid in wamids))
    assert any(olmo.story_of(wamid) != ["sent", "delivered", "read"] for wamid in wamids)


async def test_a_number_can_keep_silent(olmo: Business) -> None:
    await olmo.behave(statuses=False)
    await promoted(olmo, somebody())
    await asyncio.sleep(0.3)
    assert olmo.values("statuses") == []


async def test_nobody_hears_anything_before_subscribing(a_business: Make) -> None:
    olmo = await a_business(subscribed=False)
    wish = {"phone_number_id": olmo.id, "from": somebody(), "message": {"type": "text", "text": {"body": "Hola"}}}
    await olmo.door.post("/inbound", json=wish)
    await asyncio.sleep(0.1)
    assert olmo.posts() == []


async def test_a_webhook_that_fails_comes_again(a_business: Make) -> None:
    answers: list[Any] = [HANG_UP, (503, b"")]

    def moody(_: Heard) -> Any:
        return answers.pop(0) if answers else (200, b"")

    olmo = await a_business(answer=moody)
    person = somebody()
    await olmo.door.post("/inbound", json={
        "phone_number_id": olmo.id, "from": person, "message": {"type": "text", "text": {"body": "Hola"}},
    })  # fmt: skip
    await eventually(lambda: len(olmo.posts()) == 3)
    assert len({post.body for post in olmo.posts()}) == 1


async def test_a_callback_address_is_verified_before_it_is_taken(olmo: Business, a_business: Make) -> None:
    def agreeable(heard: Heard) -> tuple[int, bytes]:
        if heard.method == "GET" and heard.query["hub.verify_token"] != "sesame":
            return 403, b""
        return 200, heard.query.get("hub.challenge", "").encode()

    haya = await a_business(subscribed=False, answer=agreeable)
    wish = {"override_callback_uri": f"{haya.listener.url}/elsewhere", "verify_token": "wrong"}
    answer = await olmo.graph.post(f"/{olmo.waba_id}/subscribed_apps", json=wish)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2200)
    await olmo.graph.post(f"/{olmo.waba_id}/subscribed_apps", json={**wish, "verify_token": "sesame"})
    wish = {"phone_number_id": olmo.id, "from": somebody(), "message": {"type": "text", "text": {"body": "Hola"}}}
    await olmo.door.post("/inbound", json=wish)
    await eventually(lambda: [post.path for post in haya.posts()] == ["/elsewhere"])
    assert olmo.posts() == []
