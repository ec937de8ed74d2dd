"""What becomes of an accepted message: statuses that fall due, many in one webhook; repeated or out of order on request."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import defaultdict
from itertools import count
from typing import Any, NamedTuple

from app.simulator import webhooks
from app.simulator.behaviour import draw, happens
from app.simulator.errors import asynchronous
from app.simulator.state import Message, Number, Talk, World, clock

GATHERED = 0.2  # seconds between two deliveries, so that a busy number's statuses share a webhook, as Meta's do
RANK = {"failed": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
# Endings of a person's number that act out a fate, for demos and trials.
FATES = {"0000": 131026, "0001": 131049, "0002": 131050}
STAYS_SENT = "0003"

TOLD = {"failed": "It failed", "sent": "Sent", "delivered": "Delivered", "read": "Read", "played": "Played"}

_order = count()


class Step(NamedTuple):
    """One status of one message."""

    number: Number
    talk: Talk
    message: Message
    status: str
    code: int = 0


def schedule(world: World, number: Number, talk: Talk, message: Message, *, kind: str, held: bool = False) -> None:
    """Draws this message's future. A person whom somebody plays reads when they look, not by chance."""
    behaviour = number.behaviour
    if not behaviour.statuses or not number.account.subscribed:
        return
    delays, ending = behaviour.delay_ms, talk.person[-4:]
    begins = clock() + (draw(behaviour.held_ms) if held else 0)
    if held and happens(behaviour.held_failed_share):
        add(world, begins, Step(number, talk, message, "failed", 132015))
        return
    future = [("sent", draw(delays.sent), 0)]
    if failure := FATES.get(ending, 131026 if happens(behaviour.failed_share) else 0):
        future.append(("failed", draw(delays.delivered), failure))
    elif kind != "reaction" and ending != STAYS_SENT and not talk.blocked:
        if talk.online:
            future.append(("delivered", draw(delays.delivered), 0))
            if not talk.met and happens(behaviour.read_share):
                future.append(("read", draw(delays.read), 0))
        else:
            talk.waiting.append((message, "delivered"))
    order = sorted(wait for _, wait, _ in future)
    if behaviour.shuffle:
        random.shuffle(order)
    for (status, _, code), wait in zip(future, order, strict=True):
        add(world, begins + wait, Step(number, talk, message, status, code))


def add(world: World, at: float, step: Step) -> None:
    heapq.heappush(world.due, (at, next(_order), step))
    if not world.ticking:
        world.ticking = True
        world.spawn(tick(world))


async def tick(world: World) -> None:
    while world.due:
        await asyncio.sleep(GATHERED)
        gathered: dict[Number, list[dict[str, Any]]] = defaultdict(list)
        while world.due and world.due[0][0] <= clock():
            at, _, step = heapq.heappop(world.due)
            raise_status(step)
            gathered[step.number].append(status_of(step, at))
        for number, statuses in gathered.items():
            deliver(world, number, statuses)
    world.ticking = False


def raise_status(step: Step) -> None:
    message, status = step.message, step.status
    if RANK[status] > RANK.get(message.status, 0) or status == "failed":
        message.status = status
    step.talk.tell(TOLD[status], f"statuses · {status}")


def status_of(step: Step, at: float) -> dict[str, Any]:
    message, talk = step.message, step.talk
    told: dict[str, Any] = {"id": message.wamid, "status": step.status, "timestamp": str(int(at))}
    told["recipient_user_id" if talk.is_bsuid else "recipient_id"] = talk.person
    if message.callback:
        told["biz_opaque_callback_data"] = message.callback
    if step.status == "sent":
        category = message.template.category.lower() if message.template else "service"
        told["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    if step.code:
        told["errors"] = [asynchronous(step.code)]
    return told


def deliver(world: World, number: Number, statuses: list[dict[str, Any]]) -> None:
    if not number.account.subscribed:
        return
    behaviour = number.behaviour
    if behaviour.shuffle:
        random.shuffle(statuses)
    for first in range(0, len(statuses), webhooks.UPDATES_PER_POST):
        value = {**envelope(number), "statuses": statuses[first : first + webhooks.UPDATES_PER_POST]}
        entry = {"id": number.account.id, "changes": [{"field": "messages", "value": value}]}
        webhooks.post(world, number.messages_url, number.connection.app_secret, [entry], repeat=behaviour.repeat)


def envelope(number: Number) -> dict[str, Any]:
    metadata = {"display_phone_number": number.digits, "phone_number_id": number.id}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def read(world: World, number: Number, talk: Talk) -> None:
    """The person has looked at the talk: all that has arrived from the business is read."""
    now = clock()
    for message in talk.messages:
        if message.ours and message.status == "delivered":
            add(world, now, Step(number, talk, message, "read"))
            message.status = "read"


def come_online(world: World, number: Number, talk: Talk) -> None:
    """What waited for the person's telephone arrives."""
    waiting, talk.waiting, talk.online = talk.waiting, [], True
    for message, status in waiting:
        add(world, clock(), Step(number, talk, message, status))
