"""People: the list and its search, roles within reach, out and back, and everywhere signed out."""

from __future__ import annotations

import pytest
from psycopg import errors

from app.access.roles import PRESETS
from app.core.db import platform_tx
from tests.access.people import AS_HTMX, LIST, a_role, roles_of
from tests.conftest import Person, a_colleague, page_of, text_of


async def names(person: Person, query: str = "") -> list[str]:
    return [" ".join(link.text().split()) for link in page_of(await person.partial(f"{LIST}?{query}")).css("tbody th a")]


async def seen(owner: Person, person: Person) -> str:
    return text_of(await owner.get(f"{LIST}/{person.user_id}"), "#person")


async def test_everybody_is_listed_with_role_and_address(owner: Person, agent: Person) -> None:
    page = await owner.get(LIST)
    assert await names(owner) == ["Ana Olmo", "Beto Ruiz"]
    assert agent.email in text_of(page, f"#person-{agent.user_id}")
    assert text_of(page, f"#person-{agent.user_id} .badge").startswith("Agent")
    assert [figure.text() for figure in page_of(page).css(".tabs .count")] == ["2"]


async def test_people_are_found_by_words_role_and_state(owner: Person, agent: Person) -> None:
    await a_colleague(owner, "manager", "Mara Gíl")
    assert await names(owner, "q=gil") == ["Mara Gíl"]
    assert await names(owner, f"q={agent.email}") == ["Beto Ruiz"]
    assert await names(owner, "role=manager") == ["Mara Gíl"]
    assert await names(owner, "role=owner") == ["Ana Olmo"]
    assert await names(owner, "only=deactivated") == []
    assert text_of(await owner.get(f"{LIST}?q=nadie"), ".empty h2") != ""
    assert (await owner.get(f"{LIST}?only=nowhere")).status_code == 200


async def test_the_list_pages_by_keyset(owner: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "with made as (insert into users (name, email, password_hash) select 'Zoe ' || lpad(n::text, 3, '0'),"
            " 'zoe' || n || '-' || %(t)s || '@casaolmo.es', 'x' from generate_series(1, 70) n returning id)"
            " insert into memberships (tenant_id, user_id) select %(t)s, id from made",
            {"t": owner.tenant_id},
        )
    first = await owner.partial(LIST)
    more = page_of(first).css_first(".load-more")
    assert more is not None
    assert len(page_of(first).css("tbody th a")) == 50
    second = page_of(await owner.partial(more.attributes["hx-get"] or ""))
    assert next(link.text() for link in second.css("tbody th a")) == "Zoe 050"
    assert len(second.css("tbody th a")) == 21


async def test_an_agent_does_not_see_the_list_and_a_viewer_changes_nothing(owner: Person, agent: Person) -> None:
    watcher = await a_colleague(owner, "viewer", "Vera Sol")
    assert (await agent.get(LIST)).status_code == 403
    page = await watcher.get(f"{LIST}/{agent.user_id}")
    assert page.status_code == 200
    assert page_of(page).css_first("#person form") is None
    assert (await watcher.put(f"{LIST}/{agent.user_id}/roles", {"roles": ["viewer"]})).status_code == 403


async def test_roles_are_given_and_taken(owner: Person, agent: Person) -> None:
    path = f"{LIST}/{agent.user_id}/roles"
    assert (await owner.put(path, {"roles": ["manager", "viewer"]})).headers["location"] == f"{LIST}/{agent.user_id}"
    assert await roles_of(agent) == {"manager", "viewer"}
    assert (await agent.get(LIST)).status_code == 200
    answer = await owner.put(path, {"roles": ["agent"]}, headers=AS_HTMX)
    assert "Agent" in text_of(answer, ".role-badges")
    assert await roles_of(agent) == {"agent"}
    assert (await agent.get(LIST)).status_code == 403


async def test_somebody_without_a_role_would_find_every_door_closed(owner: Person, agent: Person) -> None:
    answer = await owner.put(f"{LIST}/{agent.user_id}/roles", {}, headers=AS_HTMX)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#roles-error") is not None
    assert await roles_of(agent) == {"agent"}


async def test_nobody_gives_a_role_at_or_above_their_own(owner: Person, agent: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    for role in ("admin", "manager", "owner", "999999"):
        answer = await manager.put(f"{LIST}/{agent.user_id}/roles", {"roles": [role]}, headers=AS_HTMX)
        assert answer.status_code == 409, role
    assert await roles_of(agent) == {"agent"}
    assert (await manager.put(f"{LIST}/{agent.user_id}/roles", {"roles": ["team_lead"]})).status_code == 303
    assert await roles_of(agent) == {"team_lead"}
    offered = {box.attributes["value"] for box in page_of(await manager.get(f"{LIST}/{agent.user_id}")).css("[name=roles]")}
    assert "agent" in offered
    assert not offered & {"admin", "manager", "owner"}


async def test_nobody_gives_a_permission_that_they_lack(owner: Person, agent: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    too_much = await a_role(owner, "Archivero", 2, ["workspace.export"])
    enough = await a_role(owner, "Ventas", 4, ["campaigns.send", "contacts.view"])
    path = f"{LIST}/{agent.user_id}/roles"
    assert (await manager.put(path, {"roles": ["agent", too_much]}, headers=AS_HTMX)).status_code == 409
    assert (await manager.put(path, {"roles": ["agent", enough]}, headers=AS_HTMX)).status_code == 200
    assert await roles_of(agent) == {"agent", enough}
    assert "Ventas" in await seen(manager, agent)


async def test_a_role_that_somebody_could_not_give_is_not_theirs_to_take(owner: Person, agent: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    special = await a_role(owner, "Archivero", 2, ["workspace.export"])
    await owner.put(f"{LIST}/{agent.user_id}/roles", {"roles": ["agent", special]})
    assert (await manager.put(f"{LIST}/{agent.user_id}/roles", {"roles": ["viewer"]})).status_code == 303
    assert await roles_of(agent) == {"viewer", special}


async def test_nobody_touches_their_equals_or_those_above(owner: Person) -> None:
    first, second = await a_colleague(owner, "admin", "Aida Sol"), await a_colleague(owner, "admin", "Alba Mar")
    for target in (second, owner, first):
        path = f"{LIST}/{target.user_id}"
        refusals = [
            await first.put(f"{path}/roles", {"roles": ["agent"]}, headers=AS_HTMX),
            await first.put(f"{path}/deactivation", {}, headers=AS_HTMX),
        ]
        if target is not first:
            refusals.append(await first.delete(f"{path}/sessions", headers=AS_HTMX))
            refusals.append(await first.put(path, {"title": "Jefa"}, headers=AS_HTMX))
        assert {answer.status_code for answer in refusals} == {409}
        assert all("toast" in answer.headers["hx-trigger"] for answer in refusals)
    assert (await roles_of(second), await roles_of(owner)) == ({"admin"}, {"owner"})
    assert (await second.get("/inbox")).status_code == 200
    assert page_of(await first.get(f"{LIST}/{second.user_id}")).css_first("#person form") is None


async def test_the_database_refuses_what_a_verb_would_forget(owner: Person, agent: Person) -> None:
    manager = await a_colleague(owner, "manager", "Mara Gil")
    admin = await a_colleague(owner, "admin", "Aida Sol")
    grants = "insert into member_roles (user_id, preset) values (%s, %s)"
    for preset in ("manager", "admin"):
        with pytest.raises(errors.InsufficientPrivilege):
            async with manager.tenant.tx(viewer_id=manager.user_id) as db:
                await db.conn.execute(grants, (agent.user_id, preset))
    high = await a_role(owner, "Dirección", 9, [])
    with pytest.raises(errors.InsufficientPrivilege):
        async with manager.tenant.tx(viewer_id=manager.user_id) as db:
            await db.conn.execute("insert into member_roles (user_id, role_id) values (%s, %s)", (agent.user_id, high))
    with pytest.raises(errors.InsufficientPrivilege):
        async with manager.tenant.tx(viewer_id=manager.user_id) as db:
            await db.conn.execute("update memberships set deactivated_at = now() where user_id = %s", (admin.user_id,))
    with pytest.raises(errors.CheckViolation):
        async with owner.tenant.tx() as db:
            await db.conn.execute("update memberships set deactivated_at = now() where owner")
    with pytest.raises(errors.IntegrityConstraintViolation):
        async with owner.tenant.tx() as db:
            await db.conn.execute("update memberships set owner = false where owner")


async def test_levels_are_counted_alike_on_both_sides(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        for key, preset in PRESETS.items():
            cursor = await db.conn.execute("select preset_level(%s)", (key,))
            assert await cursor.fetchone() == (preset.level,)


async def test_whoever_is_deactivated_is_out_at_once(owner: Person, agent: Person) -> None:
    async with agent.tenant.tx() as db:
        await db.conn.execute(
            "insert into api_tokens (user_id, name, token_hash, hint) values (%s, 'x', sha256('rcd_abc'::bytea || %s), 'x')",
            (agent.user_id, str(agent.user_id).encode()),
        )
    head = {"Authorization": f"Bearer rcd_abc{agent.user_id}"}
    assert (await agent.get("/api/v1/contacts", headers=head)).status_code == 200
    answer = await owner.put(f"{LIST}/{agent.user_id}/deactivation", {}, headers=AS_HTMX)
    assert "Desactivad" in answer.text or "Deactivated" in answer.text
    assert (await agent.get("/inbox")).headers["location"] == "/sign-in"
    assert (await agent.get("/api/v1/contacts", headers=head)).status_code == 401
    assert await names(owner) == ["Ana Olmo"]
    assert await names(owner, "only=deactivated") == ["Beto Ruiz"]
    assert (await owner.delete(f"{LIST}/{agent.user_id}/deactivation")).status_code == 303
    assert await names(owner) == ["Ana Olmo", "Beto Ruiz"]
    assert await roles_of(agent) == {"agent"}
    assert (await agent.get("/inbox")).headers["location"] == "/sign-in"
    assert (await (await agent.sign_in()).get("/inbox")).status_code == 200


async def test_their_conversations_go_back_to_the_queue(owner: Person, agent: Person) -> None:
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "with w as (insert into wabas (waba_id, name, access_token, app_secret) values (gen_random_uuid(), 'x', '', '')"
            " returning id), n as (insert into phone_numbers (waba, phone_number_id, display, verified_name)"
            " select id, gen_random_uuid(), '+34 600', 'x' from w returning id),"
            " p as (insert into contacts (name) values ('Pilar'), ('Quim'), ('Rosa') returning id, name)"
            " insert into conversations (contact_id, number_id, status, assignee_id, resolved_at)"
            " select p.id, n.id, case name when 'Quim' then 'resolved' else 'open' end,"
            " case name when 'Rosa' then %s else %s end,"
            " case name when 'Quim' then now() end from p, n returning id, status, assignee_id",
            (owner.user_id, agent.user_id),
        )
        made = await cursor.fetchall()
    await owner.put(f"{LIST}/{agent.user_id}/deactivation", {})
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select id, assignee_id from conversations order by id")
        after = dict(await cursor.fetchall())
        cursor = await db.conn.execute("select conversation_id, kind, author_id from messages where direction = 'event'")
        noted = await cursor.fetchall()
    assert sorted(after.values(), key=str) == sorted([None, None, owner.user_id], key=str)
    waiting = next(row[0] for row in made if row[1] == "open" and row[2] == agent.user_id)
    assert noted == [(waiting, "unassigned", owner.user_id)]
    assert "Pilar" in (await owner.get("/inbox?view=unassigned")).text


async def test_somebody_is_signed_out_everywhere(owner: Person, agent: Person) -> None:
    elsewhere = await Person(agent.email, agent.tenant_id, agent.user_id).sign_in()
    assert len(page_of(await owner.get(f"{LIST}/{agent.user_id}")).css(".session-list li")) == 2
    answer = await owner.delete(f"{LIST}/{agent.user_id}/sessions", headers=AS_HTMX)
    assert page_of(answer).css_first(".session-list") is None
    for person in (agent, elsewhere):
        assert (await person.get("/inbox")).headers["location"] == "/sign-in"
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select seen_at is not null from members where id = %s", (agent.user_id,))
        assert await cursor.fetchone() == (True,)


async def test_their_open_tab_hears_it(owner: Person, agent: Person) -> None:
    async with agent.http.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("id:")
        await owner.delete(f"{LIST}/{agent.user_id}/sessions")
        assert "event: signed_out" in [line async for line in lines]


async def test_what_somebody_does_is_written_beside_their_name(owner: Person, agent: Person) -> None:
    path = f"{LIST}/{agent.user_id}"
    assert (await owner.put(path, {"title": "Ventas, Madrid"})).status_code == 303
    assert "Ventas, Madrid" in text_of(await owner.get(LIST), f"#person-{agent.user_id}")
    answer = await owner.put(path, {"title": "x" * 81}, headers=AS_HTMX)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#title-error") is not None


async def test_changes_are_in_the_audit_log(owner: Person, agent: Person) -> None:
    await owner.put(f"{LIST}/{agent.user_id}/roles", {"roles": ["viewer"]})
    await owner.put(f"{LIST}/{agent.user_id}/deactivation", {})
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select action from audit_log where user_id = %s order by id", (owner.user_id,))
        assert [row[0] for row in await cursor.fetchall()] == [
            "member_roles.delete", "member_roles.create", "memberships.update",
        ]  # fmt: skip


async def test_a_stranger_finds_nobody(owner: Person, agent: Person, stranger: Person) -> None:
    path = f"{LIST}/{agent.user_id}"
    assert await names(stranger) == ["Ana Olmo"]
    for answer in (
        await stranger.get(path), await stranger.put(f"{path}/roles", {"roles": ["viewer"]}),
        await stranger.put(f"{path}/deactivation", {}), await stranger.delete(f"{path}/sessions"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert await roles_of(agent) == {"agent"}
