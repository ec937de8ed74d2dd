"""The control door, for trials and tests on this machine: numbers, behaviour, what arrived, what a person does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from app.simulator import access, inbound, rulings, templates, webhooks
from app.simulator.behaviour import changed
from app.simulator.http import Answer, BadRequest, Request, json_answer
from app.simulator.samples import MIMES
from app.simulator.state import Connection, Number, World

CONNECTION = {field.name for field in msgspec.structs.fields(Connection)}

TOLD = ("waba_id", "phone_number_id", "display_phone_number", "verified_name", "app_secret", "app_id", "business_id")


def answer(world: World, request: Request) -> Answer | None:
    """None for a path that is not of the control door."""
    match request.method, request.path.removeprefix("/simulator"):
        case "POST", "/numbers":
            return add_number(world, request.json())
        case "PUT", "/numbers":
            return rule(world, request.json())
        case "PUT", "/behaviour":
            return behave(world, request.json())
        case "GET", "/received":
            return json_answer(received(world, request.query()))
        case "DELETE", "/received":
            for number in numbers(world, request.query()):
                number.forget_received()
            return json_answer({"success": True})
        case "PUT", "/templates":
            return decide(world, request.json())
        case "POST", "/inbound":
            return write(world, request.json())
        case "POST", "/webhooks" | "/statuses":
            return post(world, request.json())
    return None


def add_number(world: World, wanted: dict[str, Any]) -> Answer:
    for name in ("webhook_url", "app_secret"):
        if not wanted.get(name):
            raise BadRequest(f"{name} is missing.")
    connection = msgspec.convert({name: value for name, value in wanted.items() if name in CONNECTION}, Connection)
    number = world.add_number(connection, world.default_behaviour)
    if behaviour := {name: value for name, value in wanted.items() if name not in CONNECTION}:
        number.behaviour = changed(number.behaviour, behaviour)
    told = {name: getattr(connection, name) for name in TOLD}
    return json_answer(told | {"access_token": access.token_for(connection)})


def rule(world: World, wanted: dict[str, Any]) -> Answer:
    """Meta decides something about a number, and tells: {"phone_number_id", "limit": "TIER_2K", …}."""
    (number,) = numbers(world, {"phone_number_id": str(wanted.pop("phone_number_id", ""))})
    rulings.decide(world, number, wanted)
    return json_answer({"success": True})


def behave(world: World, wanted: dict[str, Any]) -> Answer:
    number_id = wanted.pop("phone_number_id", None)
    if number_id is None:
        world.default_behaviour = changed(world.default_behaviour, wanted)
    for number in numbers(world, {"phone_number_id": number_id} if number_id else {}):
        number.behaviour = changed(number.behaviour, wanted)
    return json_answer({"success": True})


def numbers(world: World, query: dict[str, str]) -> list[Number]:
    wanted = query.get("phone_number_id")
    if wanted is None:
        return list(world.numbers.values())
    if wanted not in world.numbers:
        raise BadRequest(f"There is no number {wanted}.")
    return [world.numbers[wanted]]


def received(world: World, query: dict[str, str]) -> dict[str, Any]:
    found = numbers(world, query)
    told: dict[str, Any] = {
        "accepted": sum(number.accepted for number in found),
        "people": sum(len(number.people) for number in found),
        "twice": sum(number.twice for number in found),
        "first_at": min((number.first_at for number in found if number.accepted), default=0),
        "last_at": max((number.last_at for number in found), default=0),
    }
    if person := query.get("person"):
        told["to_person"] = sum(number.people.get(person, 0) for number in found)
    if query.get("detail"):
        told["by_callback"] = Counter(callback for number in found for _, callback in number.received)
        told["by_person"] = Counter(person for number in found for person, _ in number.received)
    return told


def decide(world: World, wanted: dict[str, Any]) -> Answer:
    """Meta stops, or takes up again, a template: {"waba_id", "name", "language", "status": "PAUSED" | "DISABLED" | …}."""
    account = world.accounts.get(str(wanted.get("waba_id")))
    template = account and account.templates.get((str(wanted.get("name")), str(wanted.get("language"))))
    if not template or wanted.get("status") not in templates.EVENTS:
        raise BadRequest("There is no such template, or no such status.")
    templates.decide(world, template, wanted["status"], str(wanted.get("reason", "NONE")))
    return json_answer({"success": True})


def write(world: World, wanted: dict[str, Any]) -> Answer:
    (number,) = numbers(world, {"phone_number_id": str(wanted.get("phone_number_id", ""))})
    person = str(wanted.get("from") or wanted.get("user_id") or "").lstrip("+")
    if not person:
        raise BadRequest("from is missing.")
    talk, message = number.talk(person), dict(wanted.get("message") or {})
    talk.username = str(wanted.get("username") or talk.username)
    kind = message.get("type", "")
    if kind in MIMES:
        message[kind] = {**inbound.sample(world, number, kind), **(message.get(kind) or {})}
    context = message.pop("context", None)
    kept = inbound.write(world, number, talk, message, name=str(wanted.get("name", "")), context=context)
    return json_answer({"id": kept.wamid})


def post(world: World, wanted: dict[str, Any]) -> Answer:
    """Any body, signed with the number's secret: {"phone_number_id", "entry": […]}."""
    (number,) = numbers(world, {"phone_number_id": str(wanted.get("phone_number_id", ""))})
    webhooks.post(
        world, number.messages_url, number.connection.app_secret, wanted.get("entry", []), repeat=int(wanted.get("repeat", 1))
    )
    return json_answer({"success": True})
