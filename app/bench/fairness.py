"""One workspace sends to a million people: how long another one's fifty wait meanwhile, and the replies of an agent."""

from __future__ import annotations

import asyncio
from statistics import quantiles
from typing import Any
from uuid import uuid4

from app.bench import report, stock
from app.bench.house import House, opened
from app.bench.receiving import counted, messages_of, say
from app.bench.stock import Place
from app.campaigns import launch
from app.core.clock import seconds
from app.numbers.phone_number import PhoneNumber

PER_NUMBER = 1000  # messages per second: Meta's upgraded throughput
SMALL, SMALL_CAMPAIGNS = 50, 5  # people in each of them; one after the other, and the slowest counts
ORDINARY = 70  # messages per second of the small ones' number
REPLIES = 50  # each to somebody else, so that "twice" means what it says
CUSTOMERS = 34670000000  # telephones from here on: nobody whom the campaign writes to
LOOKS_EVERY = 0.01  # seconds
TOO_LONG = 60.0  # seconds
PAUSE = 1.0  # seconds between two small campaigns: their number's bucket is full again


async def run(people: int, *, numbers: int = 1) -> dict[str, Any]:
    """Keys: small_campaign_seconds from the press to the last of its people; reply_p50_ms, reply_p95_ms from an agent's press
    to the provider, on a number that sends the campaign; sent_meanwhile, per_second of the campaign; lost, twice, peak_mb."""
    async with opened() as house, house.signed_in() as house.browser, house.neighbour() as neighbour:
        small = await stock.connected_number(neighbour, per_second=ORDINARY)
        drafts = await _small_campaigns(neighbour, small)
        sending = await stock.campaigns(house, numbers, audience=people, per_second=PER_NUMBER)
        busy = [number for number, _ in sending]
        for _, draft in sending:
            async with house.tenant.tx() as db:
                await launch.launch(db, draft)
        talks = await _conversations(house, busy[0])
        await _under_way(house, busy)
        report.progress("the campaign is under way")
        before, began = await counted(house, busy), seconds()
        waits, replies = await asyncio.gather(_launched(neighbour, small, drafts), _answered(house, busy[0], talks))
        after, took = await counted(house, busy), seconds() - began
        received = await counted(neighbour, [small])
        known = [wait for wait in replies if wait is not None]
        sent, ranks = after["accepted"] - before["accepted"] - len(known), quantiles(known, n=20)
        return {
            "people": people, "small_campaign_seconds": round(max(waits), 2),
            "reply_p50_ms": round(ranks[9] * 1000, 1), "reply_p95_ms": round(ranks[-1] * 1000, 1),
            "sent_meanwhile": sent, "per_second": round(sent / took, 1),
            "lost": SMALL * SMALL_CAMPAIGNS - received["people"] + len(replies) - len(known),
            "twice": received["twice"] + after["twice"], "peak_mb": house.peak_mb(),
        }  # fmt: skip


async def _small_campaigns(neighbour: Place, number: PhoneNumber) -> list[int]:
    await stock.people(neighbour, SMALL * SMALL_CAMPAIGNS)
    labels = [
        await stock.labelled(neighbour, f"small {share}", share=share, of=SMALL_CAMPAIGNS) for share in range(SMALL_CAMPAIGNS)
    ]
    return [await stock.campaign(neighbour, number, label_id=label) for label in labels]


async def _conversations(house: House, number: PhoneNumber) -> dict[int, str]:
    """People write, and now they wait for an answer: each one's telephone by conversation."""
    for turn in range(REPLIES):
        await say(house, number, str(CUSTOMERS + turn), "¿Hay mesa para hoy?")
    async with asyncio.timeout(TOO_LONG):
        while len(found := await _open(house)) < REPLIES:
            await asyncio.sleep(0.1)
    return found


async def _open(house: House) -> dict[int, str]:
    async with house.tenant.tx() as db:
        rows = await db.conn.execute(
            "select v.id, i.value from conversations v join contact_identities i using (contact_id) where i.kind = 'wa_id'"
        )
        return dict(await rows.fetchall())


async def _under_way(house: House, numbers: list[PhoneNumber]) -> None:
    """Its rows are there, and it has found its pace."""
    async with asyncio.timeout(TOO_LONG):
        while (await counted(house, numbers))["accepted"] < 2 * PER_NUMBER:
            await asyncio.sleep(0.1)


async def _launched(neighbour: Place, number: PhoneNumber, drafts: list[int]) -> list[float]:
    waits = []
    for done, draft in enumerate(drafts):
        await asyncio.sleep(PAUSE)
        began = seconds()
        await _press(neighbour, "PUT", f"/campaigns/{draft}/launch")
        while (await counted(neighbour, [number]))["people"] < SMALL * (done + 1) and seconds() < began + TOO_LONG:
            await asyncio.sleep(LOOKS_EVERY)
        waits.append(seconds() - began)
    return waits


async def _answered(place: Place, number: PhoneNumber, talks: dict[int, str]) -> list[float | None]:
    """Seconds from the press to the provider, one after the other; None for a reply that never came."""
    return [await _answer(place, number, conversation_id, person) for conversation_id, person in talks.items()]


async def _answer(place: Place, number: PhoneNumber, conversation_id: int, person: str) -> float | None:
    began = seconds()
    written = {"text": "Sí, a las nueve.", "public_id": str(uuid4())}
    await _press(place, "POST", f"/inbox/{conversation_id}/messages", data=written)
    while seconds() < began + TOO_LONG:
        if await messages_of(place, number, person):
            return seconds() - began
        await asyncio.sleep(LOOKS_EVERY)
    return None


async def _press(place: Place, method: str, path: str, **form: Any) -> None:
    if place.browser is None:
        raise RuntimeError("nobody is signed in")
    answer = await place.browser.request(method, path, **form)
    if answer.is_error:
        raise RuntimeError(f"{method} {path} answered {answer.status_code}")
