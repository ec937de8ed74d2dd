"""What a person does on their telephone."""

from __future__ import annotations

from typing import Any

import msgspec

from app.simulator import cards, inbound, statuses
from app.simulator.http import BadRequest
from app.simulator.samples import MIMES
from app.simulator.state import WINDOW, Message, Number, Talk, World

LONGEST_TEXT = 4096
CARD = {"name": {"formatted_name": "Nuria Vidal", "first_name": "Nuria", "last_name": "Vidal"},
        "phones": [{"phone": "+34 655 019 283", "wa_id": "34655019283", "type": "CELL"}]}  # fmt: skip
Form = dict[str, str]


class Telephone(msgspec.Struct, frozen=True):
    """Open at the talk with a number."""

    world: World
    number: Number
    talk: Talk

    def say(self, message: dict[str, Any], about: Message | None = None) -> None:
        author = self.number.digits if about and about.ours else self.talk.person
        context = {"from": author, "id": about.wamid} if about else None
        inbound.write(self.world, self.number, self.talk, message, context=context)

    def find(self, wamid: str) -> Message:
        known = self.world.messages.get(wamid)
        if known is None or known[1] is not self.talk:
            raise BadRequest("This message is no longer in the talk.")
        return known[2]

    def find_own(self, wamid: str) -> Message:
        message = self.find(wamid)
        if message.ours:
            raise BadRequest("Only its author can change a message.")
        return message


def act(phone: Telephone, verb: str, form: Form) -> None:
    match verb:
        case "write":
            write(phone, form)
        case "press":
            press(phone, form)
        case "send-sample":
            phone.say(sample(phone, form.get("kind", "")))
        case "react":
            react(phone, form)
        case "revoke":
            message = phone.find_own(form.get("wamid", ""))
            phone.say({"type": "revoke", "revoke": {"original_message_id": message.wamid}})
        case "read":
            read(phone)
        case "behave":
            behave(phone, form)
        case _:
            raise BadRequest(f"A telephone cannot {verb}.")


def write(phone: Telephone, form: Form) -> None:
    text = form.get("text", "").strip()[:LONGEST_TEXT]
    content = {"type": "text", "text": {"body": text}}
    if not text:
        return
    if form.get("edit"):
        message = phone.find_own(form["edit"])
        phone.say({"type": "edit", "edit": {"original_message_id": message.wamid, "message": content}})
    else:
        phone.say(content, phone.find(form["reply"]) if form.get("reply") else None)


def press(phone: Telephone, form: Form) -> None:
    message = phone.find(form.get("wamid", ""))
    card = cards.card_of(phone.world, msgspec.json.decode(message.raw), message.template)
    button = next((each for each in card.every_button() if each.key == form.get("key")), None) if card else None
    if button is None or button.reply is None:
        raise BadRequest("This message has no such button.")
    phone.say(button.reply, message)


def react(phone: Telephone, form: Form) -> None:
    """The same emoji again takes it away."""
    message, emoji = phone.find(form.get("wamid", "")), form.get("emoji", "")
    reaction = {"message_id": message.wamid, "emoji": "" if emoji == message.reaction else emoji}
    phone.say({"type": "reaction", "reaction": reaction})


def read(phone: Telephone) -> None:
    if phone.talk.reads and phone.talk.online and not phone.talk.blocked:
        statuses.read(phone.world, phone.number, phone.talk)


def sample(phone: Telephone, kind: str) -> dict[str, Any]:
    match kind:
        case "location":
            return {"type": "location", "location": cards.HERE}
        case "contacts":
            return {"type": "contacts", "contacts": [CARD]}
        case _ if kind in MIMES:
            return {"type": kind, kind: inbound.sample(phone.world, phone.number, kind)}
    raise BadRequest(f"There is no sample of the kind {kind}.")


def behave(phone: Telephone, form: Form) -> None:
    talk = phone.talk
    match form:
        case {"online": "1"}:
            statuses.come_online(phone.world, phone.number, talk)
        case {"online": _}:
            talk.online = False
        case {"reads": wish}:
            talk.reads = wish == "1"
        case {"blocked": wish}:
            talk.blocked = wish == "1"
        case {"later": _}:
            talk.written_at -= WINDOW
    talk.tell()


def draft(phone: Telephone, query: Form) -> tuple[str, Message] | None:
    """The bubble that the person is answering or changing, if any."""
    for verb in ("reply", "edit"):
        known = phone.world.messages.get(query.get(verb, ""))
        if known is not None and known[1] is phone.talk and not (verb == "edit" and known[2].ours):
            return verb, known[2]
    return None


def text_of(message: Message) -> str:
    raw = msgspec.json.decode(message.raw)
    return message.edited or str((raw.get("text") or {}).get("body", ""))
