"""POST /{phone number id}/messages: everything that Meta checks, in its order, and then what it accepts."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from app.simulator import ids, statuses
from app.simulator.access import Access, number_of
from app.simulator.behaviour import happens
from app.simulator.contents import check
from app.simulator.errors import GraphError, missing
from app.simulator.http import Answer, Hangup, Request, json_answer
from app.simulator.state import Message, Number, Template, World, clock

COUNTED = {"template", "text"}
NOT_DIGITS = re.compile(r"\D")
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NOT_SENDABLE = {"PAUSED": 132015, "DISABLED": 132016}
LONGEST_BODY = 1024

decode = msgspec.json.Decoder(dict[str, Any]).decode


def send(world: World, found: Access, number_id: str, request: Request) -> Answer | Hangup:
    number = number_of(world, found, number_id, "POST")
    try:
        wanted = decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise GraphError(100, "The body is not a JSON object.") from None
    if wanted.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if wanted.get("status") == "read":
        return mark_read(world, wanted)
    person = person_of(number, wanted)
    kind = wanted.get("type", "text")
    template = checked_content(number, person, kind, wanted)
    take_limits(number, person)
    return accepted(world, number, person, wanted, template, request.body)


def person_of(number: Number, wanted: dict[str, Any]) -> str:
    to = wanted.get("to")
    if not to:
        bsuid = wanted.get("recipient")
        if not bsuid:
            raise missing("to")
        if not ids.BSUID.fullmatch(str(bsuid)):
            raise GraphError(131009, "recipient is not a business-scoped user id")
        return str(bsuid)
    person = NOT_DIGITS.sub("", str(to))
    if not 7 <= len(person) <= 15:
        raise GraphError(131009, "to is not a phone number")
    if person == number.digits:
        raise GraphError(131021)
    return person


def checked_content(number: Number, person: str, kind: str, wanted: dict[str, Any]) -> Template | None:
    content = wanted.get(kind)
    if content is None:
        raise GraphError(131008, f"The parameter {kind} is required.")
    callback = wanted.get("biz_opaque_callback_data")
    if callback is not None and (not isinstance(callback, str) or len(callback) > 512):
        raise GraphError(131009, "biz_opaque_callback_data has more than 512 characters")
    if kind == "template":
        return checked_template(number, content)
    check(kind, content)
    if not number.window_is_open(person, clock()):
        raise GraphError(131047)
    return None


def checked_template(number: Number, content: dict[str, Any]) -> Template:
    language = content.get("language", {}).get("code")
    template = number.account.templates.get((content.get("name", ""), language))
    if template is not None and template.status in NOT_SENDABLE:
        raise GraphError(NOT_SENDABLE[template.status])
    if template is None or template.status != "APPROVED":
        raise GraphError(132001, f"template name ({content.get('name')}) does not exist in {language}")
    if template.shape is None:
        template.shape = shape_of(template)
    given = {part.get("type", "").lower(): part.get("parameters", []) for part in content.get("components", [])}
    text, names = template.shape
    check_parameters(template, names, given.get("body", []), text)
    return template


def shape_of(template: Template) -> tuple[str, list[str]]:
    body = next((part.get("text", "") for part in template.components if part.get("type", "").upper() == "BODY"), "")
    return body, list(dict.fromkeys(VARIABLE.findall(body)))


def check_parameters(template: Template, names: list[str], given: list[dict[str, Any]], text: str) -> None:
    if len(given) != len(names):
        raise GraphError(
            132000,
            f"body: number of localizable_params ({len(given)}) does not match the expected number of params ({len(names)})",
        )
    length = len(text)
    for parameter in given:
        value = parameter.get("text")
        if parameter.get("type") != "text" or not isinstance(value, str):
            if parameter.get("type") in ("currency", "date_time"):
                continue
            raise GraphError(132012, "body: a parameter is not of type text")
        if not value:
            raise GraphError(131008, "Parameter of type text is missing text value")
        if "\n" in value or "\t" in value or "     " in value:
            raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        if template.parameter_format == "NAMED" and parameter.get("parameter_name") not in names:
            raise GraphError(132012, "body: parameter name does not exist in the template")
        length += len(value)
    if length - sum(len(name) + 4 for name in names) > LONGEST_BODY:
        raise GraphError(132005)


def take_limits(number: Number, person: str) -> None:
    behaviour, now = number.behaviour, clock()
    if not number.registered:
        raise GraphError(133010)
    if happens(behaviour.refuse_share):
        raise GraphError(behaviour.error_code)
    if not number.throughput.take(now):
        raise GraphError(130429)
    if not number.pairs.take(person, now):
        raise GraphError(131056)


def accepted(
    world: World, number: Number, person: str, wanted: dict[str, Any], template: Template | None, raw: bytes
) -> Answer | Hangup:
    kind, talk = wanted.get("type", "text"), number.talk(person)
    message = Message(ids.wamid(person, ids.OUTBOUND), raw, True, clock(), wanted.get("biz_opaque_callback_data", ""), template)
    message.status = ""
    if kind == "reaction":
        react(world, wanted["reaction"])
    else:
        world.keep(number, talk, message)
    if kind in COUNTED:
        number.count(person, message.callback)
    for screen in talk.screens:
        screen.put_nowait(b"changed")
    statuses.schedule(world, number, talk, message, kind)
    if happens(number.behaviour.accept_but_drop_answer_share):
        return Hangup()
    if happens(number.behaviour.error_after_accept_share):
        raise GraphError(131000)
    contact = {"input": str(wanted.get("to") or person)} | ({"user_id": person} if talk.is_bsuid else {"wa_id": person})
    told = {"id": message.wamid} | ({"message_status": "accepted"} if kind == "template" else {})
    return json_answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]})


def react(world: World, reaction: dict[str, Any]) -> None:
    known = world.messages.get(reaction.get("message_id", ""))
    if known is None:
        raise GraphError(131009, "The message to react to does not exist")
    known[2].reaction = reaction.get("emoji", "")


def mark_read(world: World, wanted: dict[str, Any]) -> Answer:
    known = world.messages.get(wanted.get("message_id", ""))
    if known is None:
        raise GraphError(100, "The message to mark as read does not exist")
    _, talk, message = known
    for each in talk.messages:
        if not each.ours and each.at <= message.at:
            each.status = "read"
    talk.typing_until = clock() + 25 if wanted.get("typing_indicator") else 0
    for screen in talk.screens:
        screen.put_nowait(b"changed")
    return json_answer({"success": True})
