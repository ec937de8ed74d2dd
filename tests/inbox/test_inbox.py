"""The inbox: who waits, who may see whom, and what comes by the stream."""

from __future__ import annotations

import asyncio

from tests.conftest import Person, a_colleague, page_of, text_of
from tests.inbox.conftest import LUCIA, PILAR, Shop, first_lines, names, thread


async def test_an_empty_inbox_says_that_it_is_fine(owner: Person) -> None:
    page = await owner.get("/inbox")
    assert page.status_code == 200
    assert "Nobody is waiting" in text_of(page, "#conversations")
    assert "Choose a conversation" in text_of(page, "#conversation")


async def test_the_list_shows_who_waits(talk: Shop) -> None:
    page = await talk.owner.get("/inbox")
    row = text_of(page, ".conversation")
    assert "Lucía Fernández" in row
    assert "Hola" in row
    assert text_of(page, ".conversation .count").startswith("1")
    assert text_of(page, ".conversation .window") in ("23 h", "24 h")
    assert text_of(await talk.owner.partial("/inbox/unread"), ".count").startswith("1")


async def test_the_list_is_filtered_and_searched(shop: Shop) -> None:
    await shop.hears(shop.text("a", ago=20), shop.text("b", sender=PILAR), names={LUCIA: "Lucía", PILAR: "Pilar"})
    owner = shop.owner
    assert await names(owner) == ["Pilar", "Lucía"]
    assert await names(owner, "?q=luci") == ["Lucía"]
    assert await names(owner, "?q=014873") == ["Pilar"]
    assert await names(owner, "?view=mine") == []
    assert await names(owner, "?view=unassigned&unread=1") == ["Pilar", "Lucía"]
    assert await names(owner, "?status=resolved") == []
    assert await names(owner, "?view=nonsense") == ["Pilar", "Lucía"]


async def test_the_list_pages_by_keyset_and_refreshes_all_that_is_shown(shop: Shop) -> None:
    await shop.hears(*[shop.text("x", sender=f"346110000{n:02}", ago=n) for n in range(45)], names={})
    first = page_of(await shop.owner.partial("/inbox"))
    assert len(first.css(".conversation")) == 40
    more = first.css_first(".load-more")
    assert more is not None
    second = page_of(await shop.owner.partial(more.attributes["hx-get"] or ""))
    assert len(second.css(".conversation")) == 5
    assert 'id="pages" name="pages" value="2"' in str(second.html)
    assert len(page_of(await shop.owner.partial("/inbox?pages=2")).css(".conversation")) == 45


async def test_an_agent_sees_only_their_own_and_what_nobody_has(talk: Shop) -> None:
    agent, other = await a_colleague(talk.owner, "agent"), await a_colleague(talk.owner, "agent", "Cira Paz")
    path = await thread(talk)
    assert await names(agent) == ["Lucía Fernández"]
    taken = await agent.put(f"{path}/assignment", {"person_id": str(agent.user_id)})
    assert "Beto" in text_of(taken, "#thread-head")
    assert await names(other) == []
    for answer in (
        await other.get(path), await other.partial(f"{path}/head"), await other.post(f"{path}/messages", {"text": "x"}),
        await other.put(f"{path}/closure"), await other.put(f"{path}/reading"), await other.get(f"{path}/assignment"),
    ):  # fmt: skip
        assert answer.status_code == 404
    given = await agent.put(f"{path}/assignment", {"person_id": str(other.user_id)})
    assert given.headers["hx-replace-url"] == "/inbox"
    assert "Cira Paz" in given.text
    assert "Lucía" not in given.text
    assert (await agent.get(path)).status_code == 404
    assert "Beto Ruiz assigned the conversation to Cira Paz" in text_of(await talk.owner.get(path), "#messages")
    assert (await other.get(path)).status_code == 200
    assert await names(talk.owner) == ["Lucía Fernández"]


async def test_it_cannot_be_assigned_to_somebody_of_another_company(talk: Shop, stranger: Person) -> None:
    answer = await talk.owner.put(f"{await thread(talk)}/assignment", {"person_id": str(stranger.user_id)})
    assert answer.status_code == 404
    assert (await talk.conversation())["assignee_id"] is None


async def test_a_stranger_finds_nothing(talk: Shop, stranger: Person) -> None:
    path = await thread(talk)
    message = f"{path}/messages/{(await talk.row('select public_id from messages'))['public_id']}"
    for answer in (
        await stranger.get(path),
        await stranger.get(f"{path}/messages"),
        await stranger.post(f"{path}/messages", {"text": "x"}),
        await stranger.get(f"{path}/messages/quick-replies"),
        await stranger.put(f"{message}/reaction", {"emoji": "👍"}),
        await stranger.post(f"{message}/attempts"),
        await stranger.delete(f"{path}/closure"),
    ):
        assert answer.status_code == 404
    assert await names(stranger) == []


async def test_a_message_comes_by_the_stream_to_those_who_may_see_it(talk: Shop) -> None:
    agent = await a_colleague(talk.owner, "agent")
    path = await thread(talk)
    heard = asyncio.create_task(first_lines(agent, f"/inbox/live?conversation={path.rpartition('/')[2]}", "¿Siguen ahí?"))
    await asyncio.sleep(0.3)
    await talk.hears(talk.text("¿Siguen ahí?"))
    assert 'hx-swap="upsert key:data-at"' in await asyncio.wait_for(heard, 10)
    await talk.owner.put(f"{path}/assignment", {"person_id": str(talk.owner.user_id)})
    denied = asyncio.create_task(first_lines(agent, f"/inbox/live?conversation={path.rpartition('/')[2]}", "inbox_changed"))
    await asyncio.sleep(0.3)
    await talk.hears(talk.text("Secreto"))
    assert "Secreto" not in await asyncio.wait_for(denied, 10)


async def test_signed_out_people_are_sent_to_sign_in(nobody: Person) -> None:
    assert (await nobody.get("/inbox")).headers["location"] == "/sign-in"
