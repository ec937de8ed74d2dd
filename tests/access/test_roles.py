"""Roles: who has which, the workspace's own, and that nobody gives what they do not have."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.conftest import Person, a_colleague, page_of, text_of

LIST = "/settings/roles"
SHOP = {
    "name": "Tienda",
    "description": "Atiende en la tienda.",
    "level": "4",
    "permissions": ["conversations.view", "messages.send"],
}


async def make(person: Person, **changed: Any) -> str:
    """The path of a new role."""
    answer = await person.post(LIST, {**SHOP, **changed})
    assert answer.status_code == 303, answer.text[:3000]
    return str(answer.headers["location"])


async def give(owner: Person, person: Person, path: str) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "with gone as (delete from member_roles where user_id = %s)"
            " insert into member_roles (user_id, role_id) values (%s, %s)",
            (person.user_id, person.user_id, path.rsplit("/", 1)[1]),
        )


async def test_the_list_has_ten_presets_with_their_levels_and_people(owner: Person, agent: Person) -> None:
    page = page_of(await owner.get(LIST))
    rows = {row.css_first("a").attributes["href"]: row.css("td") for row in page.css("tbody tr")}  # type: ignore[union-attr]
    assert len(rows) == 10
    assert [cell.text(strip=True) for cell in rows[f"{LIST}/agent"][:2]] == ["5", "1"]
    first = page.css_first("table")
    assert first is not None
    assert [row.css_first("a").attributes["href"] for row in first.css("tbody tr")] == [  # type: ignore[union-attr]
        f"{LIST}/admin", f"{LIST}/manager", f"{LIST}/agent"
    ]  # fmt: skip


async def test_a_preset_tells_its_own_permissions_from_inherited_ones(owner: Person) -> None:
    page = page_of(await owner.get(f"{LIST}/agent"))
    lines = {line.css_first(".grow").text(): line for line in page.css(".role-lines li")}  # type: ignore[union-attr]
    assert len(lines) >= 90
    sources = [line.css_first("small") for line in lines.values() if "data-not" not in line.attributes]
    assert any(each is None for each in sources)
    assert any(each is not None for each in sources)


async def test_a_role_is_made_shown_changed_and_holds_at_once(owner: Person, agent: Person) -> None:
    path = await make(owner)
    await give(owner, agent, path)
    assert "Beto Ruiz" in text_of(await owner.get(path), ".role-holders")
    assert (await agent.get("/contacts")).status_code == 403
    answer = await owner.put(path, {**SHOP, "name": "Tienda y agenda", "permissions": ["conversations.view", "contacts.view"]})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (await agent.get("/contacts")).status_code == 200
    assert text_of(await owner.get(path), ".page-head h1") == "Tienda y agenda"


async def test_a_role_includes_a_preset_and_keeps_only_what_it_adds(owner: Person, agent: Person) -> None:
    path = await make(owner, level="5", inherits="agent", permissions=["conversations.view", "campaigns.view"])
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select inherits, permissions from roles")).fetchone()
    assert row == ("agent", ["campaigns.view"])
    await give(owner, agent, path)
    assert (await agent.get("/campaigns")).status_code == 200
    assert (await agent.get("/contacts")).status_code == 200


async def test_what_is_included_is_ticked_and_cannot_be_taken_away(owner: Person) -> None:
    page = page_of(await owner.post(f"{LIST}/fields", {**SHOP, "inherits": "viewer"}))
    included = {box.attributes["value"] for box in page.css("input[name=included]")}
    assert "contacts.view" in included
    assert all("disabled" in box.attributes for box in page.css("input[name=included]"))
    assert page.css_first("input[name=permissions][value='messages.send'][checked]") is not None


async def test_a_role_is_copied_from_any_other(owner: Person) -> None:
    page = page_of(await owner.get(f"{LIST}/new?like=agent"))
    ticked = {box.attributes["value"] for box in page.css("input[name=permissions][checked]")}
    assert "conversations.start" in ticked
    assert "messages.send" in ticked
    assert "Agent" in (page.css_first("#name").attributes["value"] or "")  # type: ignore[union-attr]


async def test_templates_begin_a_role(owner: Person) -> None:
    links = [link.attributes["href"] or "" for link in page_of(await owner.get(f"{LIST}/new")).css(".role-templates a")]
    assert len(links) >= 6
    for link in links:
        page = page_of(await owner.get(link))
        ticked = [box.attributes["value"] or "" for box in page.css("input[name=permissions][checked]")]
        assert ticked, link
        await make(owner, name=link.rsplit("=", 1)[1], permissions=ticked)


async def test_an_admin_stays_below_their_own_level(owner: Person) -> None:
    admin, high = await a_colleague(owner, "admin"), await make(owner, name="Mano derecha", level="9")
    answer = await admin.post(LIST, {**SHOP, "level": "9"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#level-error") is not None
    assert (await admin.put(high, {**SHOP, "level": "3"})).status_code == 422
    assert (await admin.get(f"{high}/edit")).headers["location"] == high
    assert (await admin.delete(high)).status_code == 422
    assert page_of(await owner.get(LIST)).css_first(f"a[href='{high}']") is not None


async def test_nobody_gives_what_they_do_not_have(owner: Person) -> None:
    admin = await a_colleague(owner, "admin")
    answer = await admin.post(LIST, {**SHOP, "permissions": ["workspace.delete"]})
    assert answer.status_code == 422
    assert page_of(answer).css_first(".banner[data-tone=danger]") is not None
    box = page_of(await admin.get(f"{LIST}/new?template=reports_only")).css_first("input[value='workspace.delete']")
    assert box is not None
    assert "disabled" in box.attributes


async def test_what_somebody_above_has_put_in_may_stay(owner: Person) -> None:
    admin, path = await a_colleague(owner, "admin"), await make(owner, permissions=["workspace.export"])
    kept = {**SHOP, "permissions": ["workspace.export", "contacts.view"]}
    assert (await admin.put(path, kept)).status_code == 303
    assert (await admin.put(path, {**SHOP, "permissions": ["workspace.export", "workspace.delete"]})).status_code == 422


async def test_the_database_itself_keeps_roles_below_whoever_changes_them(owner: Person) -> None:
    admin = await a_colleague(owner, "admin")
    for level in (9, 10):
        with pytest.raises(Exception, match=r"from above|check constraint"):
            async with admin.tenant.tx(viewer_id=admin.user_id) as db:
                await db.conn.execute("insert into roles (name, level) values ('x', %s)", (level,))
    await make(owner, level="9")
    for change in ("update roles set level = 2", "delete from roles"):
        with pytest.raises(InsufficientPrivilege):
            async with admin.tenant.tx(viewer_id=admin.user_id) as db:
                await db.conn.execute(change.encode())


async def test_a_role_stands_at_least_as_high_as_what_it_includes(owner: Person) -> None:
    answer = await owner.post(LIST, {**SHOP, "level": "3", "inherits": "manager"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#level-error") is not None


async def test_a_name_is_taken_once_and_a_form_keeps_what_was_typed(owner: Person) -> None:
    await make(owner)
    answer = await owner.post(LIST, {**SHOP, "name": "TIENDA"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.css_first("#name-error") is not None
    assert page.css_first("input[value='messages.send'][checked]") is not None
    for wrong in ({"inherits": "owner"}, {"permissions": ["house.burn"]}, {"level": "11"}, {"name": ""}):
        assert (await owner.post(LIST, {**SHOP, "name": "Otra", **wrong})).status_code == 422


async def test_a_role_that_people_have_is_deleted_for_another_one(owner: Person, agent: Person) -> None:
    path = await make(owner)
    await give(owner, agent, path)
    answer = await owner.delete(path)
    assert answer.status_code == 422
    assert page_of(answer).css_first(".banner[data-tone=warning]") is not None
    assert (await owner.delete(f"{path}?instead=owner")).status_code == 422
    assert (await owner.delete(f"{path}?instead=viewer")).status_code == 303
    assert (await owner.get(path)).status_code == 404
    assert (await agent.get("/campaigns")).status_code == 200
    assert (await agent.post("/settings/quick-replies", {"shortcut": "a", "body": "b"})).status_code == 403


async def test_presets_are_not_changed_and_unknown_ones_are_not_there(owner: Person) -> None:
    assert (await owner.put(f"{LIST}/agent", SHOP)).status_code == 404
    assert (await owner.delete(f"{LIST}/agent")).status_code == 404
    assert (await owner.get(f"{LIST}/agent/edit")).status_code == 404
    assert (await owner.get(f"{LIST}/chief")).status_code == 404


async def test_a_stranger_does_not_find_a_role(owner: Person, stranger: Person) -> None:
    path = await make(owner)
    for answer in (await stranger.get(path), await stranger.put(path, SHOP), await stranger.delete(path)):
        assert answer.status_code == 404
    assert "Tienda" not in (await stranger.get(LIST)).text


async def test_the_matrix_compares_the_roles_that_are_chosen(owner: Person) -> None:
    path = await make(owner)
    page = page_of(await owner.get(f"{LIST}/matrix?chosen=agent&chosen={path.rsplit('/', 1)[1]}"))
    heads = [head.text() for head in page.css("table")[0].css("thead a")]
    assert len(heads) == 2
    assert heads[1] == "Tienda"
    assert len(page.css("tbody tr")) >= 90
    assert len(page_of(await owner.get(f"{LIST}/matrix?chosen=agent")).css("table")[0].css("thead a")) == 1
    assert len(page_of(await owner.get(f"{LIST}/matrix")).css("table")[0].css("thead a")) == 11


async def test_the_page_of_reasons_says_which_role_gives_what(owner: Person, agent: Person) -> None:
    page = page_of(await owner.get(f"/settings/people/{agent.user_id}/permissions"))
    whys = {line.css_first("small").text(strip=True) for line in page.css(".role-lines li")}  # type: ignore[union-attr]
    assert any("›" in why for why in whys)
    mine = page_of(await agent.get("/account/permissions"))
    assert len(mine.css(".role-lines li:not([data-not])")) == len(page.css(".role-lines li:not([data-not])"))


async def test_the_reasons_of_a_strangers_colleague_are_not_there(agent: Person, stranger: Person) -> None:
    assert (await stranger.get(f"/settings/people/{agent.user_id}/permissions")).status_code == 404


async def test_an_agent_sees_no_roles(agent: Person) -> None:
    assert (await agent.get(LIST)).status_code == 403
    assert page_of(await agent.get("/settings")).css_first(f"a[href='{LIST}']") is None
