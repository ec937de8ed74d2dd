"""Roles and features over the API: made, changed, given and switched as on the pages, and refused as there."""

from __future__ import annotations

from app.api.description import examples
from tests.api.test_members import ask
from tests.conftest import Person, a_colleague

SHOP = {"name": "Tienda", "level": 4, "description": "Atiende", "inherits": "junior_agent", "permissions": ["contacts.export"]}


async def told(owner: Person) -> list[str]:
    async with owner.tenant.tx() as db:
        found = await db.conn.execute("select action from audit_log where actor = 'token' order by id")
        return [row[0] for row in await found.fetchall()]


async def test_a_role_is_made_changed_given_and_replaced(owner: Person, agent: Person) -> None:
    made = await ask(owner, "POST", "/roles", SHOP)
    role = made.json()
    assert (made.status_code, role.keys()) == (201, examples()["create_role"].answer.keys())
    assert {"contacts.export", "messages.send"} <= set(role["permissions"])
    path = f"/roles/{role['key']}"
    holds = await ask(owner, "PUT", f"/members/{agent.user_id}/roles", {"roles": [role["key"]]})
    assert [each["key"] for each in holds.json()["roles"]] == [role["key"]]
    assert (await agent.get("/contacts/exports")).status_code == 200
    changed = await ask(owner, "PUT", path, {**SHOP, "permissions": []})
    assert (changed.json()["people"], "contacts.export" in changed.json()["permissions"]) == (1, False)
    assert (await agent.get("/contacts/exports")).status_code == 403
    assert list((await ask(owner, "DELETE", path)).json()["errors"]) == ["instead"]
    assert (await ask(owner, "DELETE", f"{path}?instead=agent")).status_code == 204
    assert [(await ask(owner, "GET", path)).status_code, (await ask(owner, "GET", "/roles")).status_code] == [404, 200]
    assert (await ask(owner, "GET", f"/members/{agent.user_id}")).json()["roles"][0]["key"] == "agent"
    actions = await told(owner)
    assert {"roles.create", "roles.update", "roles.delete", "member_roles.create"} <= set(actions)


async def test_nobody_reaches_above_themselves(owner: Person, agent: Person, stranger: Person) -> None:
    admin = await a_colleague(owner, "admin", "Aida Mora")
    key = (await ask(owner, "POST", "/roles", {**SHOP, "level": 9})).json()["key"]
    for body, field in (
        ({**SHOP, "level": 9}, "level"), ({**SHOP, "permissions": ["workspace.delete"]}, "permissions"),
        ({**SHOP, "inherits": "owner"}, "inherits"), ({**SHOP, "level": 1, "name": "B"}, "level"),
        ({**SHOP, "name": ""}, "name"),
    ):  # fmt: skip
        answer = await ask(admin, "POST", "/roles", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), body
    assert (await ask(owner, "POST", "/roles", SHOP)).status_code == 409
    assert list((await ask(admin, "PUT", f"/roles/{key}", SHOP)).json()["errors"]) == ["level"]
    assert (await ask(owner, "PUT", "/roles/agent", SHOP)).status_code == 404
    given = {"roles": ["admin"]}
    assert (await ask(admin, "PUT", f"/members/{agent.user_id}/roles", given)).status_code == 422
    assert (await ask(admin, "PUT", f"/members/{owner.user_id}/roles", given)).status_code == 409
    assert (await ask(agent, "GET", "/roles")).status_code == 403
    assert (await ask(stranger, "GET", f"/roles/{key}")).status_code == 404


async def test_a_feature_is_switched_off_and_on(owner: Person, agent: Person) -> None:
    known = {each["id"]: each for each in (await ask(owner, "GET", "/modules")).json()["data"]}
    assert (known["teams"]["enabled"], known["teams"]["version"]) == (True, "1.0")
    assert "teams.view" in known["teams"]["permissions"]
    assert (await ask(owner, "PUT", "/modules/teams", {"enabled": False})).json()["enabled"] is False
    assert (await ask(owner, "GET", "/teams")).status_code == 404
    assert "Off" in (await owner.get("/settings/modules?language=en")).text
    assert (await ask(owner, "PUT", "/modules/teams", {"enabled": True})).json()["enabled"] is True
    assert (await ask(owner, "GET", "/teams")).status_code == 200
    assert (await ask(owner, "PUT", "/modules/none", {"enabled": True})).status_code == 404
    assert (await ask(agent, "PUT", "/modules/teams", {"enabled": False})).status_code == 403
    assert (await told(owner)).count("tenants.update") == 2
