"""POST /{phone number id}/messages: everything that Meta checks, in its order, and then what it accepts."""

from __future__ import annotations

from typing import Any

import msgspec

from app.simulator import ids, rulings, statuses, template_use
from app.simulator.access import Access, number_of
from app.simulator.behaviour import happens
from app.simulator.contents import check
from app.simulator.errors import GraphError, missing
from app.simulator.http import Answer, Hangup, Request, json_answer
from app.simulator.state import Message, Number, Template, World, clock

COUNTED = {"template", "text"}

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
    try:
        template = checked_content(world, number, person, wanted)
        take_limits(number, person, is_template=template is not None)
    except GraphError as refusal:
        if person in number.talks:
            number.talks[person].tell("The business was refused", f"POST /messages · {kind_of(wanted)} · {refusal.code}")
        raise
    return accepted(world, number, person, wanted, template=template, raw=request.body)


def kind_of(wanted: dict[str, Any]) -> str:
    return str(wanted.get("type", "text"))


def person_of(number: Number, wanted: dict[str, Any]) -> str:
    to = wanted.get("to")
    if not to:
        bsuid = wanted.get("recipient")
        if not bsuid:
            raise missing("to")
        if not ids.BSUID.fullmatch(str(bsuid)):
            raise GraphError(131009, "recipient is not a business-scoped user id")
        return str(bsuid)
    person = ids.wa_id(str(to), number.country_code)
    if not 7 <= len(person) <= 15:
        raise GraphError(131009, "to is not a phone number")
    if person == number.digits:
        raise GraphError(131021)
    return person


def checked_content(world: World, number: Number, person: str, wanted: dict[str, Any]) -> Template | None:
    kind = kind_of(wanted)
    content = wanted.get(kind)
    if content is None:
        raise GraphError(131008, f"The parameter {kind} is required.")
    callback = wanted.get("biz_opaque_callback_data")
    if callback is not None and (not isinstance(callback, str) or len(callback) > 512):
        raise GraphError(131009, "biz_opaque_callback_data has more than 512 characters")
    if kind == "template":
        template = template_use.check(number.account, content)
        if template.category == "AUTHENTICATION" and not person.isdecimal():
            raise GraphError(131062)
        return template
    check(world, kind, content)
    if not number.window_is_open(person, clock()):
        raise GraphError(131047)
    return None


def take_limits(number: Number, person: str, *, is_template: bool) -> None:
    behaviour, now = number.behaviour, clock()
    if not number.connection.registered:
        raise GraphError(133010)
    if number.connection.status in rulings.STOPPED:
        raise GraphError(131031)
    if happens(behaviour.refuse_share):
        raise GraphError(behaviour.error_code)
    if not number.throughput.take(now):
        raise GraphError(130429)
    if not number.pairs.take(person, now):
        raise GraphError(131056)
    begins = behaviour.limit_people and is_template and not number.window_is_open(person, now)
    if begins and not number.account.portfolio.take(person, now):
        # Meta names no code for this. Its page sends whoever gets 131048 to the one on limits by quality.
        raise GraphError(131048)


def accepted(
    world: World, number: Number, person: str, wanted: dict[str, Any], *, template: Template | None, raw: bytes
) -> Answer | Hangup:
    kind, talk = kind_of(wanted), number.talk(person)
    message = Message(ids.wamid(person, ids.OUTBOUND), raw, True, clock(), wanted.get("biz_opaque_callback_data", ""), template)
    message.status = ""
    if kind == "reaction":
        react(world, wanted["reaction"])
    else:
        world.keep(number, talk, message)
    if kind in COUNTED:
        number.count(person, message.callback)
    talk.tell("The business wrote", f"POST /messages · {template.name if template else kind}")
    held = template is not None and happens(number.behaviour.held_share)
    statuses.schedule(world, number, talk, message, kind=kind, held=held)
    if happens(number.behaviour.accept_but_drop_answer_share):
        return Hangup()
    if happens(number.behaviour.error_after_accept_share):
        raise GraphError(131000)
    contact = {"input": str(wanted.get("to") or person)} | ({"user_id": person} if talk.is_bsuid else {"wa_id": person})
    told = {"id": message.wamid}
    if template is not None:
        told["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return json_answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]})


def react(world: World, reaction: dict[str, Any]) -> None:
    if known := world.messages.get(reaction["message_id"]):
        known[2].reaction = reaction["emoji"]


def mark_read(world: World, wanted: dict[str, Any]) -> Answer:
    """Covers all that the person wrote before as well. A message from before a restart is read without a trace."""
    wamid = wanted.get("message_id")
    if not isinstance(wamid, str) or not wamid.startswith("wamid."):
        raise GraphError(131009, "message_id is not the id of a received message")
    if wanted.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
        raise GraphError(131009, "typing_indicator has the type text")
    known = world.messages.get(wamid)
    if known is None:
        return json_answer({"success": True})
    _, talk, message = known
    for each in talk.messages:
        if not each.ours and each.at <= message.at:
            each.status = "read"
    talk.typing_until = clock() + 25 if wanted.get("typing_indicator") else 0
    talk.tell("The business read it", f"POST /messages · read{' · typing' if talk.typing_until else ''}")
    return json_answer({"success": True})
