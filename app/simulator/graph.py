"""The Graph API's paths: which node and which edge, and who answers."""

from __future__ import annotations

from typing import Any

from app.simulator import apps, media, rulings, sending, templates, webhooks
from app.simulator.access import Access, account_of, number_of
from app.simulator.errors import GraphError, NodeError, missing, unknown
from app.simulator.http import Answer, Hangup, Request, json_answer
from app.simulator.ids import mint
from app.simulator.state import Account, Number, World

REGISTRATIONS = 10  # of one number, in 72 hours at Meta
WRONG_PINS = 3  # in a row
DEFAULT_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,code_verification_status,platform_type"


async def answer(world: World, found: Access, request: Request) -> Answer | Hangup:
    """Everything but POST …/messages, which main.py takes the short way."""
    _, _, node, *edges = request.path.split("/")
    edge, method = "/".join(edges), request.method
    if found.app:
        return await apps.answer(world, found, request)
    if node == "debug_token":
        return apps.debug_token(found, request)
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
        case _, "whatsapp_business_profile":
            return profile(number_of(world, found, node, method), request)
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
            return await on_node(world, found, node, request)
    raise unknown(method, node)


async def on_node(world: World, found: Access, node: str, request: Request) -> Answer:
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
        return json_answer(account_fields(account, request.query().get("fields", "id,name,currency")))
    number = number_of(world, found, node, method)
    if method == "POST":
        return await change_number(world, number, request.json())
    return json_answer(number_fields(number, request.query().get("fields", DEFAULT_NUMBER_FIELDS)))


def account_fields(account: Account, fields: str) -> dict[str, Any]:
    name = account.app.verified_name
    return chosen(account.id, fields, {
        "id": account.id, "name": name, "currency": "EUR", "timezone_id": "1", "message_template_namespace": f"ns_{account.id}",
        "account_review_status": "APPROVED", "business_verification_status": account.app.verification, "country": "ES",
        "owner_business_info": {"id": account.portfolio.id, "name": account.portfolio.name}, "ownership_type": "SELF",
        "whatsapp_business_manager_messaging_limit": account.portfolio.tier,
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    })  # fmt: skip


def number_fields(number: Number, fields: str) -> dict[str, Any]:
    connection, tier = number.connection, number.account.portfolio.tier
    able = "BLOCKED" if connection.status in rulings.STOPPED else "AVAILABLE"
    return chosen(number.id, fields, {
        "id": number.id, "display_phone_number": connection.display_phone_number, "verified_name": connection.verified_name,
        "status": connection.status if connection.registered else "PENDING", "quality_rating": connection.quality,
        "name_status": connection.name_status, "is_pin_enabled": bool(number.pin),
        "code_verification_status": "VERIFIED", "platform_type": "CLOUD_API" if connection.registered else "NOT_APPLICABLE",
        "account_mode": "LIVE",
        "throughput": {"level": connection.throughput},
        "whatsapp_business_manager_messaging_limit": tier, "messaging_limit_tier": tier,
        "is_official_business_account": False, "is_on_biz_app": connection.coexists,
        "health_status": {"can_send_message": able, "entities": []},
        "webhook_configuration": {"application": connection.webhook_url}
        | ({"phone_number": number.override_url} if number.override_url else {})
        | ({"whatsapp_business_account": number.account.override_url} if number.account.override_url else {}),
    })  # fmt: skip


def chosen(node: str, fields: str, everything: dict[str, Any]) -> dict[str, Any]:
    wanted = [field.strip() for field in fields.split(",") if field.strip()]
    strange = [field for field in wanted if field not in everything]
    if strange:
        raise NodeError(100, f"(#100) Tried accessing nonexisting field ({strange[0]})")
    return {"id": node} | {field: everything[field] for field in wanted}


async def change_number(world: World, number: Number, wanted: dict[str, Any]) -> Answer:
    if "webhook_configuration" in wanted:
        override = wanted["webhook_configuration"]
        number.override_url = await verified(world, override)
    if "pin" in wanted:
        if len(str(wanted["pin"])) != 6 or not str(wanted["pin"]).isdecimal():
            raise missing("pin")
        number.pin, number.wrong_pins = str(wanted["pin"]), 0
    return json_answer({"success": True})


async def verified(world: World, wanted: dict[str, Any]) -> str:
    """The address that webhooks go to from now on; empty for the app's own. Raises GraphError 2200."""
    url = str(wanted.get("override_callback_uri") or "")
    if url:
        wrong = await webhooks.verify(world, url, str(wanted.get("verify_token", "")), mint("108"))
        if wrong:
            raise GraphError(2200, f"Callback verification failed with the following errors: {wrong}")
    return url


def profile(number: Number, request: Request) -> Answer:
    if request.method == "POST":
        number.profile |= request.json()
        return json_answer({"success": True})
    return json_answer({"data": [number.profile]})


def register(number: Number, edge: str, request: Request) -> Answer:
    if edge == "register":
        number.registrations += 1
        if number.registrations > REGISTRATIONS:
            raise GraphError(133016)
        take_pin(number, str(request.json().get("pin", "")))
    number.connection.registered = edge == "register"
    return json_answer({"success": True})


def take_pin(number: Number, pin: str) -> None:
    if len(pin) != 6 or not pin.isdecimal():
        raise missing("pin")
    if number.wrong_pins >= WRONG_PINS:
        raise GraphError(133008, "Please try after 1 hour.")
    if number.pin and number.pin != pin:
        number.wrong_pins += 1
        raise GraphError(133005)
    number.pin, number.wrong_pins = pin, 0


async def subscribed_apps(world: World, account: Account, request: Request) -> Answer:
    if request.method == "GET":
        app = {"link": "https://www.facebook.com/games/?app_id=" + account.app_id, "name": "Recado", "id": account.app_id}
        override = {"override_callback_uri": account.override_url} if account.override_url else {}
        return json_answer({"data": [override | {"whatsapp_business_api_data": app}] if account.subscribed else []})
    if request.method == "DELETE":
        account.subscribed = False
        return json_answer({"success": True})
    account.override_url = await verified(world, request.json())
    account.subscribed = True
    return json_answer({"success": True})
