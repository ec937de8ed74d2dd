"""The audit log: what changes is told in the same transaction, and stays told."""

from __future__ import annotations

import csv
import io
from typing import Any

import psycopg
import pytest

from tests.architecture.belongings import one_of_each
from tests.conftest import PASSWORD, Person, a_colleague, page_of, text_of

PAGE = "/settings/audit"
REPLY = {"shortcut": "envio", "body": "Sale hoy."}


async def entries(person: Person) -> list[dict[str, Any]]:
    """The oldest first."""
    async with person.tenant.tx() as db:
        cursor = await db.conn.execute(
            "select action, actor, actor_name, subject_name, before, after, rows, route, address from audit_log order by id"
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def a_reply(person: Person) -> int:
    await person.post("/settings/quick-replies", REPLY)
    async with person.tenant.tx() as db:
        row = await (await db.conn.execute("select id from quick_replies")).fetchone()
    assert row
    return int(row[0])


async def test_a_change_is_told_with_what_it_was_before(owner: Person) -> None:
    reply = await a_reply(owner)
    await owner.put(f"/settings/quick-replies/{reply}", REPLY | {"body": "Sale mañana."})
    await owner.delete(f"/settings/quick-replies/{reply}")
    made, changed, gone = await entries(owner)
    assert (made["action"], made["after"]["body"], made["before"]) == ("quick_replies.create", "Sale hoy.", None)
    assert (changed["before"], changed["after"]) == ({"body": "Sale hoy."}, {"body": "Sale mañana."})
    assert (gone["action"], gone["before"]["body"], gone["after"]) == ("quick_replies.delete", "Sale mañana.", None)
    assert (changed["actor"], changed["actor_name"], changed["subject_name"]) == ("person", "Ana Olmo", "envio")
    assert (changed["route"], changed["address"]) == ("PUT /settings/quick-replies/{reply_id}", "127.0.0.1")
    page = await owner.get(PAGE)
    assert len(page_of(page).css("tbody tr")) == 3
    assert "Sale mañana." in text_of(page, "tbody")


async def test_what_is_refused_leaves_no_entry(owner: Person, agent: Person) -> None:
    assert (await owner.post("/settings/quick-replies", {"shortcut": "", "body": ""})).status_code == 422
    assert (await agent.post("/settings/api-tokens", {"name": "x"})).status_code == 403
    assert await entries(owner) == []
    # Written to a savepoint and taken back.
    for status in (303, 422):
        assert (await owner.post("/settings/quick-replies", {"shortcut": "hora", "body": "¿A qué hora?"})).status_code == status
    assert [entry["action"] for entry in await entries(owner)] == ["quick_replies.create"]


async def test_a_token_is_told_without_its_secret(owner: Person) -> None:
    await owner.post("/settings/api-tokens", {"name": "Tienda"})
    (made,) = await entries(owner)
    assert (made["action"], made["subject_name"], made["after"]["token_hash"]) == ("api_tokens.create", "Tienda", "•••")


async def test_what_no_trigger_tells_the_route_tells(owner: Person) -> None:
    things = await one_of_each(owner)
    assert (await owner.put(f"/inbox/{things.ids['conversations']}/closure")).status_code == 200
    entry = (await entries(owner))[-1]
    assert (entry["action"], entry["after"]) == ("PUT /inbox/{conversation_id}/closure", None)
    page = page_of(await owner.get(PAGE))
    row = page.css_first("tbody tr").text()  # type: ignore[union-attr]
    assert ("{conversation_id}" in row, things.mark in row) == (False, True), "it says whose conversation it was"
    link = page.css_first("tbody th a").attributes["href"] or ""  # type: ignore[union-attr]
    assert "PUT /inbox" in text_of(await owner.get(link), "#entry .audit-raw")


async def test_a_great_many_are_told_as_a_number(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into contacts (name) select 'P' || n from generate_series(1, 130) n")
        ids = [row[0] for row in await (await db.conn.execute("select id from contacts")).fetchall()]
    await owner.post("/contacts/selection/deletion", {"ids": ids})
    told = await entries(owner)
    if not told:
        await owner.delete("/contacts/selection", params={"ids": ids})
        told = await entries(owner)
    assert sum(entry["rows"] for entry in told) >= 130
    assert len(told) <= 101


@pytest.mark.parametrize("statement", ["update audit_log set actor_name = 'Nadie'", "delete from audit_log"])
async def test_an_entry_can_neither_be_changed_nor_deleted(owner: Person, statement: str) -> None:
    await a_reply(owner)
    if statement.startswith("update"):
        # No policy lets anybody update, so there is nothing to be found.
        async with owner.tenant.tx() as db:
            assert (await db.conn.execute(statement)).rowcount == 0
    else:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with owner.tenant.tx() as db:
                await db.conn.execute(statement)
    assert len(await entries(owner)) == 1


async def test_it_is_searched_and_paged(owner: Person) -> None:
    for turn in range(52):
        await owner.post("/settings/quick-replies", {"shortcut": f"r{turn}", "body": "…"})
    await owner.post("/settings/api-tokens", {"name": "Tienda"})
    first = page_of(await owner.get(PAGE))
    assert len(first.css("tbody tr[id]")) == 50
    more = next(
        each.attributes["hx-get"] for each in first.css("[hx-get]") if "after=" in (each.attributes.get("hx-get") or "")
    )
    assert more
    assert len(page_of(await owner.partial(more)).css("tr[id]")) == 3
    assert len(page_of(await owner.get(PAGE + "?q=tienda")).css("tbody tr[id]")) == 1
    assert len(page_of(await owner.get(PAGE + f"?area=api_tokens&verb=create&person={owner.user_id}")).css("tbody tr[id]")) == 1
    nothing = await owner.get(PAGE + "?until=2020-01-01")
    assert (
        page_of(nothing).css("tbody tr") == [] and "/settings/audit" in text_of(nothing, "#entries")
    ) or nothing.status_code == 200
    entry = page_of(await owner.get(PAGE + "?q=tienda")).css_first("tbody th a")
    assert entry is not None
    assert "Tienda" in text_of(await owner.get(entry.attributes["href"] or ""), "#entry")


async def test_it_is_taken_out_as_a_file(owner: Person) -> None:
    await owner.post("/settings/quick-replies", {"shortcut": "formula", "body": "=1+1"})
    answer = await owner.get(PAGE + "/export")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][1] == "Ana Olmo"


async def test_others_do_not_see_it(owner: Person, stranger: Person, agent: Person) -> None:
    await a_reply(owner)
    entry = page_of(await owner.get(PAGE)).css_first("tbody th a")
    assert entry is not None
    where = entry.attributes["href"] or ""
    assert (await stranger.get(where)).status_code == 404
    assert page_of(await stranger.get(PAGE)).css("tbody tr") == []
    assert (await agent.get(PAGE)).status_code == 403
    manager = await a_colleague(owner, "manager")
    assert (await manager.get(where)).status_code == 200
    assert (await manager.get(PAGE + "/export")).status_code == 403


async def test_coming_in_and_going_out_are_told(owner: Person) -> None:
    await owner.post("/sign-out")
    guest = Person(owner.email, owner.tenant_id, owner.user_id)
    await guest.get("/sign-in")
    await guest.post("/sign-in", {"email": owner.email, "password": PASSWORD})
    told = [(entry["action"], entry["actor_name"]) for entry in await entries(owner)]
    assert told == [("account.sign_out", "Ana Olmo"), ("account.sign_in", "Ana Olmo")]
