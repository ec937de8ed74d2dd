"""One person in several workspaces, and a workspace that goes from one owner to the next."""

from __future__ import annotations

from app.core.db import platform_tx
from tests.access.people import AS_HTMX, LIST, letter_to, roles_of, token_of
from tests.conftest import PASSWORD, Person, a_colleague, a_workspace, page_of, text_of


async def here(person: Person) -> str:
    return text_of(await person.get("/account"), ".member .muted")


async def both(person: Person, other: Person, role: str = "agent") -> None:
    """Somebody becomes a colleague of another workspace as well."""
    async with platform_tx() as door:
        await door.conn.execute(
            "with joined as (insert into memberships (tenant_id, user_id) values (%(t)s, %(u)s))"
            " insert into member_roles (tenant_id, user_id, preset) values (%(t)s, %(u)s, %(r)s)",
            {"t": other.tenant_id, "u": person.user_id, "r": role},
        )


async def owners(owner: Person) -> list[int]:
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select user_id from memberships where owner")
        return [row[0] for row in await cursor.fetchall()]


async def test_a_person_switches_between_their_workspaces(owner: Person, stranger: Person) -> None:
    await both(owner, stranger)
    menu = await owner.partial("/workspaces")
    assert "Muebles Sur" in menu.text
    assert "<html" not in menu.text
    before = token_of(owner)
    assert (await owner.post(f"/workspaces/{stranger.tenant_id}/entry", {})).status_code == 303
    assert await here(owner) == "Muebles Sur"
    assert (await owner.get(LIST)).status_code == 403
    assert token_of(owner) != before
    async with platform_tx() as door:
        cursor = await door.conn.execute("select tenant_id from sessions where user_id = %s", (owner.user_id,))
        assert await cursor.fetchall() == [(stranger.tenant_id,)]


async def test_nobody_enters_where_they_are_no_member(owner: Person, stranger: Person) -> None:
    assert (await owner.post(f"/workspaces/{stranger.tenant_id}/entry", {})).status_code == 404
    await both(owner, stranger)
    await stranger.put(f"{LIST}/{owner.user_id}/deactivation", {})
    assert (await owner.post(f"/workspaces/{stranger.tenant_id}/entry", {})).status_code == 404
    assert "Muebles Sur" not in (await owner.get("/workspaces")).text
    assert await here(owner) == "Casa Olmo"


async def test_signing_in_leads_to_where_they_were_last(owner: Person, stranger: Person) -> None:
    await both(owner, stranger)
    for workspace, name in ((stranger, "Muebles Sur"), (owner, "Casa Olmo")):
        await owner.post(f"/workspaces/{workspace.tenant_id}/entry", {})
        await owner.post("/sign-out", {})
        await owner.get("/sign-in")
        assert (await owner.post("/sign-in", {"email": owner.email, "password": PASSWORD})).status_code == 303
        assert await here(owner) == name


async def test_leaving_one_workspace_leaves_the_other_open(owner: Person, stranger: Person) -> None:
    await both(owner, stranger)
    await stranger.put(f"{LIST}/{owner.user_id}/deactivation", {})
    assert await here(owner) == "Casa Olmo"


async def test_somebody_founds_a_workspace_of_their_own(owner: Person, agent: Person) -> None:
    assert (await agent.post("/workspaces", {"name": " "}, headers=AS_HTMX)).status_code == 422
    assert (await agent.post("/workspaces", {"name": "Taller Beto"})).headers["location"] == "/first-steps"
    assert await here(agent) == "Taller Beto"
    assert "Beto Ruiz" in (await agent.get(LIST)).text
    assert "Ana Olmo" not in (await agent.get(LIST)).text
    assert (await agent.get("/settings/workspace")).status_code == 200
    await agent.post(f"/workspaces/{owner.tenant_id}/entry", {})
    assert (await agent.get("/settings/workspace")).status_code == 403


async def test_nobody_founds_them_without_end(agent: Person) -> None:
    for n in range(10):
        assert (await agent.post("/workspaces", {"name": f"Taller {n}"})).status_code == 303
    answer = await agent.post("/workspaces", {"name": "Uno más"}, headers=AS_HTMX)
    assert (answer.status_code, page_of(answer).css_first("#name-error") is not None) == (422, True)


async def test_the_owner_hands_the_workspace_over(owner: Person) -> None:
    heir = await a_colleague(owner, "agent", "Beto Ruiz")
    path = f"{LIST}/{heir.user_id}/ownership"
    assert "Beto Ruiz" in (await owner.get(path)).text
    assert (await owner.put(path, {"password": PASSWORD})).headers["location"] == LIST
    assert await owners(owner) == [heir.user_id]
    assert (await roles_of(owner), await roles_of(heir)) == ({"admin"}, {"owner"})
    for person in (owner, heir):
        assert "Casa Olmo" in (await letter_to(person.email, about="Casa Olmo")).subject
    assert (await owner.get(path)).status_code == 403
    assert (await heir.get(f"{LIST}/{owner.user_id}/ownership")).status_code == 200


async def test_a_wrong_password_hands_nothing_over(owner: Person, agent: Person) -> None:
    answer = await owner.put(f"{LIST}/{agent.user_id}/ownership", {"password": "no era esta"}, headers=AS_HTMX)
    assert (answer.status_code, page_of(answer).css_first("#password-error") is not None) == (422, True)
    assert "no era esta" not in answer.text
    assert await owners(owner) == [owner.user_id]


async def test_only_somebody_active_inherits(owner: Person, agent: Person) -> None:
    await owner.put(f"{LIST}/{agent.user_id}/deactivation", {})
    for person_id in (agent.user_id, owner.user_id):
        answer = await owner.put(f"{LIST}/{person_id}/ownership", {"password": PASSWORD}, headers=AS_HTMX)
        assert answer.status_code == 422
    assert await owners(owner) == [owner.user_id]


async def test_nobody_but_the_owner_hands_over(owner: Person, agent: Person, stranger: Person) -> None:
    admin = await a_colleague(owner, "admin", "Aida Sol")
    path = f"{LIST}/{agent.user_id}/ownership"
    assert (await admin.put(path, {"password": PASSWORD})).status_code == 403
    assert (await stranger.put(path, {"password": PASSWORD})).status_code == 404
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "with r as (insert into roles (name, level, permissions) values ('Fin', 9, '{workspace.delete}') returning id)"
            " insert into member_roles (user_id, role_id) select %s, id from r", (admin.user_id,),
        )  # fmt: skip
    assert (await admin.put(path, {"password": PASSWORD}, headers=AS_HTMX)).status_code == 409
    assert await owners(owner) == [owner.user_id]


async def test_the_former_owner_can_be_changed_by_the_new_one(owner: Person) -> None:
    heir = await a_colleague(owner, "manager", "Mara Gil")
    await owner.put(f"{LIST}/{heir.user_id}/ownership", {"password": PASSWORD})
    assert (await heir.put(f"{LIST}/{owner.user_id}/roles", {"roles": ["viewer"]})).status_code == 303
    assert await roles_of(owner) == {"viewer"}
    assert (await owner.put(f"{LIST}/{heir.user_id}/roles", {"roles": ["viewer"]})).status_code == 403


async def test_each_workspace_has_roles_of_its_own(owner: Person) -> None:
    other = await a_workspace("Otra Casa")
    await both(owner, other, "viewer")
    assert await roles_of(owner) == {"owner"}
    assert await roles_of(Person("", other.tenant_id, owner.user_id)) == {"viewer"}


async def test_a_suspended_workspace_keeps_nobody_from_the_others(owner: Person, stranger: Person) -> None:
    await both(owner, stranger)
    async with platform_tx() as door:
        await door.conn.execute("update tenants set suspended_at = now() where id = %s", (owner.tenant_id,))
    closed = await owner.get("/inbox")
    assert (closed.status_code, page_of(closed).css_first('a[href="/workspaces"]') is not None) == (423, True)
    page = await owner.get("/workspaces")
    assert (page.status_code, "Muebles Sur" in page.text) == (200, True)
    assert (await owner.get("/workspaces/new")).status_code == 423
    assert (await owner.post(f"/workspaces/{stranger.tenant_id}/entry", {})).status_code == 303
    assert await here(owner) == "Muebles Sur"
    await owner.post(f"/workspaces/{owner.tenant_id}/entry", {})
    await owner.post("/sign-out", {})
    await owner.get("/sign-in")
    await owner.post("/sign-in", {"email": owner.email, "password": PASSWORD})
    assert await here(owner) == "Muebles Sur"
