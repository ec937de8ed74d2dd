"""What the receiving side counted: the only witness of lost and twice."""

from __future__ import annotations

from typing import Any

import httpx

from app.bench.stock import Place
from app.numbers.phone_number import PhoneNumber


async def counted(place: Place, numbers: list[PhoneNumber]) -> dict[str, int]:
    """accepted messages, people who have one, people who have more than one."""
    total = {"accepted": 0, "people": 0, "twice": 0}
    async with _graph(place) as graph:
        for number in numbers:
            told = (await graph.get("/simulator/received", params={"phone_number_id": number.phone_number_id})).json()
            for name in total:
                total[name] += told[name]
    return total


async def span(place: Place, numbers: list[PhoneNumber]) -> tuple[float, float]:
    """When the first message arrived and when the last, in seconds since 1970 by the receiving side's own clock."""
    async with _graph(place) as graph:
        asked = [{"phone_number_id": number.phone_number_id} for number in numbers]
        told = [(await graph.get("/simulator/received", params=each)).json() for each in asked]
    return min(each["first_at"] for each in told), max(each["last_at"] for each in told)


async def messages_of(place: Place, number: PhoneNumber, person: str) -> int:
    """How many it has from this number."""
    async with _graph(place) as graph:
        asked = {"phone_number_id": number.phone_number_id, "person": person}
        return int((await graph.get("/simulator/received", params=asked)).json()["to_person"])


async def say(place: Place, number: PhoneNumber, person: str, text: str) -> None:
    """A person writes to the number."""
    wish = {"phone_number_id": number.phone_number_id, "from": person, "message": {"type": "text", "text": {"body": text}}}
    async with _graph(place) as graph:
        (await graph.post("/simulator/inbound", json=wish)).raise_for_status()


async def callbacks(place: Place, number: PhoneNumber) -> list[str]:
    """What each message that it has carries of ours."""
    async with _graph(place) as graph:
        asked = {"phone_number_id": number.phone_number_id, "detail": "1"}
        return list((await graph.get("/simulator/received", params=asked)).json()["by_callback"])


async def behave(place: Place, number: PhoneNumber, **wishes: Any) -> None:
    """From now on it acts like this."""
    async with _graph(place) as graph:
        wish = {"phone_number_id": number.phone_number_id, **wishes}
        (await graph.put("/simulator/behaviour", json=wish)).raise_for_status()


async def send_webhook(place: Place, number: PhoneNumber, value: dict[str, Any], *, repeat: int = 1) -> None:
    """Signed as the number's own."""
    about = {"display_phone_number": number.display, "phone_number_id": number.phone_number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": about, **value}}
    wish = {"phone_number_id": number.phone_number_id, "entry": [{"id": number.waba_id, "changes": [change]}], "repeat": repeat}
    async with _graph(place) as graph:
        (await graph.post("/simulator/webhooks", json=wish)).raise_for_status()


def _graph(place: Place) -> httpx.AsyncClient:
    # Without TLS to set up: a context for it costs more than the question.
    return httpx.AsyncClient(base_url=place.graph_url, timeout=30, verify=False)  # noqa: S501 - loopback
