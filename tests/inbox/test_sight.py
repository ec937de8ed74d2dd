"""Who sees which conversations, by role: in the list, the search, the count, the thread, the stream and the API."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import Person, a_colleague, bearer, page_of, text_of
from tests.inbox.conftest import LUCIA, PILAR, Shop, first_lines, names

MARTA = "34633555111"
THEIRS, NOBODYS, ANOTHERS = "Lucía", "Pilar", "Marta"
SEES = {
    "restricted": {THEIRS}, "guest": {THEIRS}, "junior_agent": {THEIRS},
    "agent": {THEIRS, NOBODYS}, "senior_agent": {THEIRS, NOBODYS}, "team_lead": {THEIRS, NOBODYS},
    "viewer": {THEIRS, NOBODYS, ANOTHERS}, "manager": {THEIRS, NOBODYS, ANOTHERS}, "admin": {THEIRS, NOBODYS, ANOTHERS},
}  # fmt: skip


async def a_day(shop: Shop, person: Person) -> dict[str, int]:
    """Lucía is theirs, Pilar is nobody's, Marta is Ana's; the ids of their conversations."""
    said = [shop.text("Hola", sender=sender, ago=ago) for sender, ago in ((LUCIA, 3), (PILAR, 2), (MARTA, 1))]
    await shop.hears(*said, names={LUCIA: THEIRS, PILAR: NOBODYS, MARTA: ANOTHERS})
    found = {row["name"]: row["id"] for row in await shop.rows("select id, name from inbox_rows")}
    for name, keeper in ((THEIRS, person), (ANOTHERS, shop.owner)):
        await shop.owner.put(f"/inbox/{found[name]}/assignment", {"person_id": str(keeper.user_id)})
    return found


@pytest.mark.parametrize("role", SEES)
async def test_each_role_sees_its_own_share_everywhere(shop: Shop, role: str) -> None:
    person = await a_colleague(shop.owner, role)
    person.http.cookies.set("language", "en")
    ids, seen = await a_day(shop, person), SEES[role]
    assert set(await names(person)) == seen
    assert {name for each in ids for name in await names(person, f"?q={each}")} == seen
    assert text_of(await person.partial("/inbox/unread"), ".count").split()[0] == str(len(seen))
    program = await bearer(person)
    listed = (await person.get("/api/v1/conversations", headers=program)).json()
    assert {each["name"] for each in listed["data"]} == seen
    for name, conversation_id in ids.items():
        wanted = 200 if name in seen else 404
        for path in ("", "/head", "/composer", "/messages"):
            assert (await person.get(f"/inbox/{conversation_id}{path}")).status_code == wanted, (name, path)
        answer = await person.get(f"/api/v1/conversations/{conversation_id}/messages", headers=program)
        assert answer.status_code == wanted, name


async def test_the_stream_of_a_junior_agent_is_silent_about_others(shop: Shop) -> None:
    junior = await a_colleague(shop.owner, "junior_agent")
    ids = await a_day(shop, junior)
    denied = asyncio.create_task(first_lines(junior, f"/inbox/live?conversation={ids[NOBODYS]}", "inbox_changed"))
    heard = asyncio.create_task(first_lines(junior, f"/inbox/live?conversation={ids[THEIRS]}", "¿Siguen ahí?"))
    await asyncio.sleep(0.3)
    await shop.hears(shop.text("Secreto", sender=PILAR), shop.text("¿Siguen ahí?"), names={LUCIA: THEIRS, PILAR: NOBODYS})
    assert "Secreto" not in await asyncio.wait_for(denied, 10)
    assert "Secreto" not in await asyncio.wait_for(heard, 10)


async def test_an_agent_takes_what_nobody_has_and_a_junior_agent_cannot(shop: Shop, agent: Person) -> None:
    junior = await a_colleague(shop.owner, "junior_agent")
    ids = await a_day(shop, junior)
    assert (await junior.put(f"/inbox/{ids[THEIRS]}/assignment", {"person_id": str(shop.owner.user_id)})).status_code == 403
    assert (await agent.put(f"/inbox/{ids[NOBODYS]}/assignment", {"person_id": str(agent.user_id)})).status_code == 200
    assert set(await names(agent)) == {NOBODYS}


async def test_somebody_elses_conversation_is_not_opened_by_writing_first(shop: Shop, agent: Person) -> None:
    ids = await a_day(shop, agent)
    agent.http.cookies.set("language", "en")
    row = await shop.row("select contact_id from conversations where id = %s", ids[ANOTHERS])
    answer = await agent.post("/inbox", {"contact_id": str(row["contact_id"]), "number_id": str(shop.number.id)})
    assert answer.status_code == 422
    assert "colleague" in text_of(answer, ".error")
    wish = {"contact_id": row["contact_id"], "number_id": shop.number.id, "text": "Hola"}
    answer = await agent.http.post("/api/v1/messages", json=wish, headers=await bearer(agent))
    assert answer.status_code == 409
    assert await shop.rows("select 1 from messages where direction = 'out'") == []


async def test_a_note_and_an_answer_take_a_permission_each(shop: Shop) -> None:
    watcher = await a_colleague(shop.owner, "viewer")
    async with shop.owner.tenant.tx() as db:
        await db.conn.execute(
            "with made as (insert into roles (name, level, permissions)"
            " values ('Notas', 4, '{conversations.note}') returning id)"
            " insert into member_roles (user_id, role_id) select %s, id from made",
            (watcher.user_id,),
        )
    path = f"/inbox/{(await a_day(shop, watcher))[THEIRS]}"
    composer = page_of(await watcher.get(f"{path}/composer"))
    assert composer.css_first("input[value=note][checked]") is not None
    assert composer.css_first("input[value=reply]") is None
    assert (await watcher.post(f"{path}/messages", {"text": "Ojo", "kind": "note"})).status_code == 200
    answer = await watcher.post(f"{path}/messages", {"text": "Hola", "kind": "reply"})
    assert answer.status_code == 403
    assert (await watcher.put(f"{path}/reading")).status_code == 403
    assert page_of(await watcher.get(path)).css_first("#reading") is None


async def test_a_refusal_over_the_api_names_the_permission(shop: Shop) -> None:
    watcher = await a_colleague(shop.owner, "viewer")
    answer = await watcher.http.post("/api/v1/contacts", json={"phone": "+34600111222"}, headers=await bearer(watcher))
    told = answer.json()
    assert (answer.status_code, told["permission"]) == (403, "contacts.create")
    assert told["detail"]
