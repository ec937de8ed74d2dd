"""The Graph API's paths: which node and which edge, and who answers."""

from __future__ import annotations

from typing import Any

from app.simulator import media, sending, templates, webhooks
from app.simulator.access import Access, account_of, number_of
from app.simulator.errors import GraphError, missing, unknown
from app.simulator.http import Answer, Hangup, Request, json_answer
from app.simulator.ids import mint
from app.simulator.state import Account, Number, World

DEFAULT_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,code_verification_status,platform_type"


async def answer(world: World, found: Access, request: Request) -> Answer | Hangup:
    """Everything but POST …/messages, which main.py takes the short way."""
    _, _, node, *edges = request.path.split("/")
    edge, method = "/".join(edges), request.method
    if node == "debug_token":
        return debug_token(found)
    if node.startswith("upload:"):
        return media.take_upload(world, node, request)
    match method, edge:
        case "POST", "messages":
            return sending.send(world, found, node, request)
        case "POST", "media":
            return media.upload(world, found, node, request)
        case "POST", "uploads":
            return media.open_upload(world, request)
        case "POST", "register" | "deregister":
            return register(number_of(world, found, node, method), edge, request)
        case _, "subscribed_apps":
            return await subscribed_apps(world, account_of(world, found, node, method), request)
        case "GET", "phone_numbers":
            account = account_of(world, found, node)
            fields = request.query().get("fields", DEFAULT_NUMBER_FIELDS)
            return json_answer({"data": [number_fields(each, fields) for each in account.numbers.values()]})
        case "POST", "message_templates":
            return templates.create(world, found, node, request)
        case "GET", "message_templates":
            return templates.listing(world, found, node, request)
        case "DELETE", "message_templates":
            return templates.delete(world, found, node, request)
        case _, "":
            return on_node(world, found, node, request)
    raise unknown(method, node)


def on_node(world: World, found: Access, node: str, request: Request) -> Answer:
    method = request.method
    if node in world.media:
        if method == "DELETE":
            del world.media[node]
            return json_answer({"success": True})
        return media.show(world, node, request)
    if node in world.templates:
        return templates.edit(world, found, node, request) if method == "POST" else templates.show(world, found, node, request)
    if node in world.accounts or (found.home and found.home.waba_id == node):
        account = account_of(world, found, node, method)
        return json_answer({"id": account.id, "name": account.app.verified_name, "currency": "EUR",
                            "owner_business_info": {"id": account.business_id, "name": account.app.verified_name}})  # fmt: skip
    number = number_of(world, found, node, method)
    if method == "POST":
        return change_number(number, request.json())
    return json_answer(number_fields(number, request.query().get("fields", DEFAULT_NUMBER_FIELDS)))


def number_fields(number: Number, fields: str) -> dict[str, Any]:
    connection = number.connection
    everything: dict[str, Any] = {
        "id": number.id, "display_phone_number": connection.display_phone_number, "verified_name": connection.verified_name,
        "status": "CONNECTED", "quality_rating": "GREEN", "name_status": "APPROVED", "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API", "throughput": {"level": connection.throughput}, "account_mode": "LIVE",
        "whatsapp_business_manager_messaging_limit": connection.limit, "messaging_limit_tier": connection.limit,
        "is_official_business_account": False, "is_on_biz_app": False,
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
        "webhook_configuration": {"application": connection.webhook_url},
    }  # fmt: skip
    wanted = [field.strip() for field in fields.split(",") if field.strip()]
    strange = [field for field in wanted if field not in everything]
    if strange:
        raise GraphError(100, f"Tried accessing nonexisting field ({strange[0]})")
    return {"id": number.id} | {field: everything[field] for field in wanted}


def change_number(number: Number, wanted: dict[str, Any]) -> Answer:
    if "webhook_configuration" in wanted:
        number.override_url = wanted["webhook_configuration"].get("override_callback_uri", "")
    if "pin" in wanted:
        number.pin = str(wanted["pin"])
    return json_answer({"success": True})


def register(number: Number, edge: str, request: Request) -> Answer:
    pin = str(request.json().get("pin", ""))
    if edge == "register":
        if len(pin) != 6 or not pin.isdecimal():
            raise missing("pin")
        if number.pin and number.pin != pin:
            raise GraphError(133005)
        number.pin = pin
    number.registered = edge == "register"
    return json_answer({"success": True})


async def subscribed_apps(world: World, account: Account, request: Request) -> Answer:
    if request.method == "GET":
        app = {"link": "https://www.facebook.com/games/?app_id=" + account.app_id, "name": "Recado", "id": account.app_id}
        return json_answer({"data": [{"whatsapp_business_api_data": app}] if account.subscribed else []})
    if request.method == "DELETE":
        account.subscribed = False
        return json_answer({"success": True})
    wanted = request.json() if request.body else {}
    url = wanted.get("override_callback_uri", "")
    if url:
        wrong = await webhooks.verify(world, url, str(wanted.get("verify_token", "")), mint("108"))
        if wrong:
            raise GraphError(2200, f"Callback verification failed with the following errors: {wrong}")
    account.override_url, account.subscribed = url, True
    return json_answer({"success": True})


def debug_token(found: Access) -> Answer:
    scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
    granted = [{"scope": scope, "target_ids": [found.home.waba_id] if found.home else []} for scope in scopes]
    data = {"is_valid": True, "type": "SYSTEM_USER", "app_id": found.home.app_id if found.home else "", "scopes": scopes}
    return json_answer({"data": data | {"granular_scopes": granted, "expires_at": 0}})
