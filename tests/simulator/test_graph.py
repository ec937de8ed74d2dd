"""Numbers, accounts, media and uploads, as the Graph API shows them; and what survives a restart."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from app.simulator.main import application
from tests.conftest import eventually
from tests.simulator.conftest import SECRET, Business, client, somebody

Make = Callable[..., Awaitable[Business]]
FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,name_status,code_verification_status,platform_type,throughput,"
    "whatsapp_business_manager_messaging_limit,health_status,webhook_configuration,account_mode,is_official_business_account"
)


async def test_a_number_shows_its_fields(a_business: Make) -> None:
    olmo = await a_business(verified_name="Casa Olmo", throughput="HIGH", limit="TIER_100K")
    shown = (await olmo.graph.get(f"/{olmo.id}?fields={FIELDS}")).json()
    assert set(shown) == set(FIELDS.split(","))
    assert shown["throughput"] == {"level": "HIGH"}
    assert shown["whatsapp_business_manager_messaging_limit"] == "TIER_100K"
    assert shown["webhook_configuration"] == {"application": f"{olmo.listener.url}/webhook"}
    assert (await olmo.graph.get(f"/{olmo.id}?fields=shoe_size")).json()["error"]["code"] == 100
    listed = (await olmo.graph.get(f"/{olmo.waba_id}/phone_numbers?fields=id,verified_name")).json()
    assert listed == {"data": [{"id": olmo.id, "verified_name": "Casa Olmo"}]}
    assert (await olmo.graph.get(f"/{olmo.waba_id}?fields=id,name")).json() == {"id": olmo.waba_id, "name": "Casa Olmo"}


async def test_what_meta_decides_is_shown_and_told(a_business: Make) -> None:
    olmo = await a_business(limit="TIER_250")
    sister = await a_business(business_id=olmo.made["business_id"], verified_name="Olmo Norte")
    owner = (await sister.graph.get(f"/{sister.waba_id}?fields=owner_business_info")).json()["owner_business_info"]
    assert owner == {"id": olmo.made["business_id"], "name": "Casa Olmo"}
    ruling = {"throughput": "HIGH", "quality": "YELLOW", "limit": "TIER_2K", "status": "RESTRICTED", "coexists": True}
    answer = await olmo.door.put("/numbers", json={"phone_number_id": olmo.id, **ruling})
    assert answer.status_code == 200, answer.text
    await eventually(lambda: len(olmo.changes()) == 4)
    told = {change["field"]: change["value"] for change in olmo.changes()}
    assert told["business_capability_update"]["max_daily_conversations_per_business"] == "TIER_2K"
    assert told["account_update"]["event"] == "ACCOUNT_RESTRICTION"
    assert {change["value"].get("event") for change in olmo.changes()} >= {"THROUGHPUT_UPGRADE", "FLAGGED"}
    assert [change["field"] for change in sister.changes()] == ["business_capability_update"]
    shown = (await olmo.graph.get(f"/{olmo.id}?fields={FIELDS},is_on_biz_app")).json()
    assert (shown["throughput"]["level"], shown["quality_rating"], shown["status"]) == ("HIGH", "YELLOW", "RESTRICTED")
    assert (shown["health_status"]["can_send_message"], shown["is_on_biz_app"]) == ("BLOCKED", True)
    person = somebody()
    await olmo.hears(person)
    assert await olmo.refused(person) == 131031
    strange = await olmo.door.put("/numbers", json={"phone_number_id": olmo.id, "quality": "PINK"})
    assert strange.status_code == 400


async def test_an_unknown_id_is_no_object(olmo: Business) -> None:
    answer = await olmo.graph.get("/1046")
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["error_subcode"]) == (400, 100, 33)


async def test_a_token_tells_what_it_may_see(olmo: Business) -> None:
    told = (await olmo.graph.get(f"/debug_token?input_token={olmo.made['access_token']}")).json()["data"]
    assert told["is_valid"] is True
    assert told["app_id"] == olmo.made["app_id"]
    assert all(scope["target_ids"] == [olmo.waba_id] for scope in told["granular_scopes"])


async def test_the_proof_of_the_app_secret_is_checked(olmo: Business) -> None:
    proof = hmac.new(SECRET.encode(), olmo.made["access_token"].encode(), hashlib.sha256).hexdigest()
    assert (await olmo.graph.get(f"/{olmo.id}?appsecret_proof={proof}")).status_code == 200
    answer = await olmo.graph.get(f"/{olmo.id}?appsecret_proof={'0' * 64}")
    assert answer.json()["error"]["message"] == "Invalid appsecret_proof provided in the API argument"


async def test_subscriptions_are_made_listed_and_ended(a_business: Make) -> None:
    olmo = await a_business(subscribed=False)
    path = f"/{olmo.waba_id}/subscribed_apps"
    assert (await olmo.graph.get(path)).json() == {"data": []}
    assert (await olmo.graph.post(path)).json() == {"success": True}
    (app,) = (await olmo.graph.get(path)).json()["data"]
    assert app["whatsapp_business_api_data"]["id"] == olmo.made["app_id"]
    assert (await olmo.graph.delete(path)).json() == {"success": True}
    assert (await olmo.graph.get(path)).json() == {"data": []}


async def test_a_number_is_registered_with_its_pin(olmo: Business) -> None:
    person = somebody()
    await olmo.hears(person)
    assert (await olmo.graph.post(f"/{olmo.id}/deregister")).json() == {"success": True}
    assert await olmo.refused(person) == 133010
    wish = {"messaging_product": "whatsapp", "pin": "12345"}
    assert (await olmo.graph.post(f"/{olmo.id}/register", json=wish)).json()["error"]["code"] == 100
    assert (await olmo.graph.post(f"/{olmo.id}/register", json={**wish, "pin": "123456"})).json() == {"success": True}
    assert (await olmo.send(person)).status_code == 200
    assert (await olmo.graph.post(f"/{olmo.id}/register", json={**wish, "pin": "654321"})).json()["error"]["code"] == 133005


async def test_a_profile_is_kept(olmo: Business) -> None:
    wish = {"messaging_product": "whatsapp", "about": "Sofás y mesas"}
    assert (await olmo.graph.post(f"/{olmo.id}/whatsapp_business_profile", json=wish)).json() == {"success": True}
    shown = (await olmo.graph.get(f"/{olmo.id}/whatsapp_business_profile?fields=about")).json()
    assert shown["data"][0]["about"] == "Sofás y mesas"


async def test_a_file_is_uploaded_fetched_with_the_token_and_deleted(olmo: Business) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    form = {"messaging_product": "whatsapp", "type": "image/png"}
    made = await olmo.graph.post(f"/{olmo.id}/media", data=form, files={"file": ("sofá.png", content, "image/png")})
    media_id = made.json()["id"]
    shown = (await olmo.graph.get(f"/{media_id}")).json()
    assert (shown["mime_type"], shown["sha256"]) == ("image/png", hashlib.sha256(content).hexdigest())
    assert int(shown["file_size"]) == len(content)
    assert (await olmo.graph.get(shown["url"])).content == content
    async with client(shown["url"]) as stranger:
        assert (await stranger.get("")).status_code == 401
    person = somebody()
    await olmo.hears(person)
    assert (await olmo.send(person, "image", {"id": media_id})).status_code == 200
    assert (await olmo.graph.delete(f"/{media_id}")).json() == {"success": True}
    assert (await olmo.graph.get(f"/{media_id}")).status_code == 400


async def test_a_header_sample_is_uploaded_in_two_steps(olmo: Business) -> None:
    opened = await olmo.graph.post(f"/{olmo.made['app_id']}/uploads?file_name=a.png&file_length=4&file_type=image/png")
    headers = {"authorization": f"OAuth {olmo.made['access_token']}", "file_offset": "0"}
    stored = await olmo.graph.post(f"/{opened.json()['id']}", content=b"1234", headers=headers)
    assert stored.json()["h"].startswith("4::")


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("image", b"\x89PNG"),
        ("audio", b"OggS"),
        ("video", b"\x00\x00\x00\x18ftyp"),
        ("document", b"%PDF"),
        ("sticker", b"RIFF"),
    ],
)
async def test_a_person_sends_a_file_that_is_there(olmo: Business, kind: str, begins: bytes) -> None:
    theirs = await olmo.hears(somebody(), kind, {"caption": "Mira"} if kind == "image" else {})
    shown = (await olmo.graph.get(f"/{theirs[kind]['id']}")).json()
    file = await olmo.graph.get(shown["url"])
    assert file.content.startswith(begins)
    assert file.headers["content-type"] == theirs[kind]["mime_type"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("location", {"latitude": 40.4, "longitude": -3.7, "name": "Plaza Mayor"}),
        ("contacts", [{"name": {"formatted_name": "Nuria"}, "phones": [{"phone": "+34 655 019 283"}]}]),
        ("button", {"payload": "yes", "text": "Quiero verlo"}),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Petróleo"}}),
        ("order", {"catalog_id": "1", "product_items": []}),
        ("system", {"type": "user_changed_number", "body": "Cambió de número", "wa_id": "34600000005"}),
        ("unsupported", {"type": "poll_creation"}),
    ],
)
async def test_a_person_sends_anything(olmo: Business, kind: str, content: object) -> None:
    person = somebody()
    theirs = await olmo.hears(person, kind, content, name="Lucía")
    assert (theirs["from"], theirs["type"], theirs[kind]) == (person, kind, content)
    assert olmo.values("contacts") == [{"profile": {"name": "Lucía"}, "wa_id": person}]


async def test_a_person_edits_and_deletes(olmo: Business) -> None:
    person = somebody()
    first = await olmo.hears(person)
    changed = {"type": "text", "text": {"body": "Hola, Olmo"}}
    edit = await olmo.hears(person, "edit", {"original_message_id": first["id"], "message": changed})
    assert edit["edit"]["message"] == changed
    revoke = await olmo.hears(person, "revoke", {"original_message_id": first["id"]})
    assert revoke["revoke"] == {"original_message_id": first["id"]}


async def test_any_body_can_be_posted_signed(olmo: Business) -> None:
    change = {"field": "phone_number_quality_update", "value": {"event": "THROUGHPUT_UPGRADE"}}
    await olmo.door.post("/webhooks", json={"phone_number_id": olmo.id, "entry": [{"id": olmo.waba_id, "changes": [change]}]})
    await eventually(lambda: olmo.changes() == [change])
    assert olmo.is_signed(olmo.posts()[0])


async def test_another_sites_page_is_not_let_in(olmo: Business) -> None:
    wish = {"phone_number_id": olmo.id, "from": somebody(), "message": {"type": "text", "text": {"body": "Hola"}}}
    answer = await olmo.door.post("/inbound", json=wish, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code >= 400
    await asyncio.sleep(0.05)
    assert olmo.posts() == []


async def test_what_is_kept_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "simulator.json"

    def started() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(application(keep=file)), base_url="http://simulator")

    wish = {"webhook_url": "http://127.0.0.1:9/", "app_secret": SECRET, "review_ms": 0}
    template = {"name": "promo", "language": "es", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hola."}]}
    async with started() as first:
        made = (await first.post("/simulator/numbers", json=wish)).json()
        first.headers["authorization"] = f"Bearer {made['access_token']}"
        await first.post(f"/v25.0/{made['waba_id']}/message_templates", json=template)
        await eventually(lambda: file.exists() and b"APPROVED" in file.read_bytes())
    async with started() as second:
        second.headers["authorization"] = f"Bearer {made['access_token']}"
        listed = (await second.get(f"/v25.0/{made['waba_id']}/message_templates")).json()
    assert [(one["name"], one["status"]) for one in listed["data"]] == [("promo", "APPROVED")]
