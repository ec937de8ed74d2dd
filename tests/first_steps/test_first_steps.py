"""The first steps follow what is there, for those who may do them, until they are done or put away."""

from __future__ import annotations

import httpx

from tests.conftest import Person, page_of, text_of
from tests.inbox.conftest import a_shop

CARD = "/first-steps/card"


def steps(answer: httpx.Response) -> dict[str, bool]:
    """Title to whether it is done."""
    rows = page_of(answer).css(".first-steps > li")
    return {row.css_first("strong").text(): "data-done" in row.attributes for row in rows}  # type: ignore[union-attr]


async def next_step(person: Person) -> str | None:
    found = page_of(await person.get("/first-steps")).css_first('.first-steps > [aria-current="step"] a.button')
    return found.attributes["href"] if found else None


async def a_template(owner: Person, status: str) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "insert into message_templates (waba, name, language, category, status, body)"
            " select id, 'oferta', 'es', 'UTILITY', %s, 'Hola' from wabas",
            [status],
        )


async def test_a_new_workspace_begins_with_a_number(owner: Person) -> None:
    done = steps(await owner.get("/first-steps", headers={"Accept-Language": "en"}))
    assert len(done) == 7
    assert await next_step(owner) == "/numbers/new"
    assert page_of(await owner.get(CARD)).css(".first-steps > li")


async def test_each_step_follows_the_facts(owner: Person) -> None:
    shop = await a_shop(owner)
    assert await next_step(owner) == "/message-templates/new"
    await a_template(owner, "approved")
    assert await next_step(owner) == "/contacts/imports/new"
    await shop.hears(shop.text("¿Tenéis la mesa Roble?"))
    assert await next_step(owner) == "/inbox/new"
    async with owner.tenant.tx() as db:
        await db.conn.execute("update messages set direction = 'out', status = 'sent'")
    assert await next_step(owner) == "/campaigns/new"


async def test_a_template_under_review_is_said(owner: Person) -> None:
    await a_shop(owner)
    await a_template(owner, "pending")
    assert "reviewing" in (await owner.get("/first-steps?language=en")).text


async def test_it_is_put_away_for_everybody_and_can_come_back(owner: Person) -> None:
    away = await owner.put("/first-steps/dismissal")
    assert not page_of(away).css(".first-steps")
    assert page_of(away).css_first('[hx-delete="/first-steps/dismissal"]') is not None
    assert not page_of(await owner.get(CARD)).css(".first-steps")
    back = await owner.delete("/first-steps/dismissal")
    assert page_of(back).css(".first-steps")


async def test_only_whoever_may_connect_a_number_is_guided(agent: Person) -> None:
    assert (await agent.get(CARD)).status_code == 403
    assert page_of(await agent.get("/inbox")).css_first("#first-steps") is None


async def test_the_list_of_another_workspace_does_not_move(owner: Person, stranger: Person) -> None:
    await a_shop(owner)
    await owner.put("/first-steps/dismissal")
    assert await next_step(stranger) == "/numbers/new"
    assert text_of(await stranger.get(CARD), ".first-steps")
