"""A page is made before its stream listens: what happens in between is not lost."""

from __future__ import annotations

import asyncio

from app.core import live
from tests.conftest import Person, eventually


async def begins_with(person: Person, until: str) -> str:
    told = ""
    async with person.http.stream("GET", "/live") as answer:
        async for line in answer.aiter_lines():
            told += line + "\n"
            if until in line:
                break
    return told


async def announce(person: Person, topic: str) -> None:
    async with person.tenant.tx() as db:
        await live.announce(db, topic, f"{topic}_changed")
    await eventually(lambda: (person.tenant_id, topic) in live.hub.heard_at)


async def test_a_stream_that_opens_after_a_change_asks_the_page_to_look_again(owner: Person) -> None:
    await announce(owner, "campaigns")
    assert "event: resync" in await asyncio.wait_for(begins_with(owner, "event:"), 5)


async def test_what_others_did_is_no_reason_to_look_again(owner: Person, stranger: Person, agent: Person) -> None:
    await announce(stranger, "campaigns")
    await announce(owner, "campaigns")  # the agent's role sees no campaigns
    assert "event:" not in await asyncio.wait_for(begins_with(agent, ": ping"), 5)
