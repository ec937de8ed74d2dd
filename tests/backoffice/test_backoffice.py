"""What the back office may do to a workspace, and what it says to all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.backoffice import workspace
from app.campaigns import upkeep
from app.core import mail
from app.core.clock import now
from app.core.db import platform_tx
from app.tenants import trial
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, a_colleague, eventually, page_of, text_of

HOME = "/platform"


async def run(statement: str, *values: Any) -> list[Any]:
    async with platform_tx() as door:
        cursor = await door.conn.execute(statement, values)
        return await cursor.fetchall() if cursor.description else []


def page_url(person: Person, more: str = "") -> str:
    return f"{HOME}/workspaces/{person.tenant_id}{more}"


async def test_it_shows_each_workspace_with_what_it_uses(owner: Person, operator: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into contacts (name) select 'P' from generate_series(1, 7)")
    await workspace.measure()
    page = await operator.get(HOME + f"?q={owner.email}")
    assert "7" in text_of(page, "tbody tr")
    assert len(page_of(page).css("tbody tr")) == 1
    shown = await operator.get(page_url(owner))
    assert owner.email in text_of(shown, "#workspace")
    assert (await operator.get(f"{HOME}/workspaces/999999999")).status_code == 404


async def test_a_suspended_workspace_sees_why_and_nothing_else(owner: Person, operator: Person) -> None:
    form = page_of(await operator.get(page_url(owner))).css_first("form[hx-put$='/suspension']")
    assert form is not None
    assert "hx-confirm" in form.attributes
    assert (await operator.put(page_url(owner, "/suspension"), {"reason": ""})).status_code == 422
    assert (await operator.put(page_url(owner, "/suspension"), {"reason": "Facturas sin pagar"})).status_code == 200
    closed = await owner.get("/inbox")
    assert closed.status_code == 423
    assert "Facturas sin pagar" in closed.text
    assert (await owner.post("/settings/quick-replies", {"shortcut": "a", "body": "b"})).status_code == 423
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select may_send()")).fetchone()
        log = await (await db.conn.execute("select actor, action, after ->> 'suspended_reason' from audit_log")).fetchall()
    assert row == (False,)
    assert ("platform", "tenants.update", "Facturas sin pagar") in log
    assert (await operator.delete(page_url(owner, "/suspension"))).status_code == 200
    assert (await owner.get("/inbox")).status_code == 200


async def test_a_plan_has_room_for_so_many(owner: Person, operator: Person) -> None:
    wish = {"plan": "enterprise", "members": "2", "numbers": "", "per_second": "5"}
    assert (await operator.put(page_url(owner, "/limits"), wish | {"members": "0"})).status_code == 422
    assert (await operator.put(page_url(owner, "/limits"), wish | {"plan": "golden"})).status_code == 422
    assert (await operator.put(page_url(owner, "/limits"), wish)).status_code == 200
    await a_colleague(owner, "agent")
    with pytest.raises(Exception, match="room for 2"):
        await a_colleague(owner, "agent")
    async with owner.tenant.tx() as db:
        await db.conn.execute("update sending_caps set per_second = 500, burst = 500")
        caps = await (await db.conn.execute("select per_second, burst from sending_caps")).fetchall()
        await db.conn.execute("delete from sending_caps")
        kept = await (await db.conn.execute("select per_second from sending_caps")).fetchall()
    assert (caps, kept) == ([(5, 5)], [(5,)])
    # What the workspace chose itself stays when something else is changed.
    async with owner.tenant.tx() as db:
        await db.conn.execute("update sending_caps set per_second = 3, burst = 3")
    await operator.put(page_url(owner, "/limits"), wish | {"members": "3"})
    async with owner.tenant.tx() as db:
        assert await (await db.conn.execute("select per_second from sending_caps")).fetchall() == [(3,)]
        await db.conn.execute("update sending_caps set per_second = 5, burst = 5")
    await operator.put(page_url(owner, "/limits"), {"plan": "enterprise"})
    async with owner.tenant.tx() as db:
        assert await (await db.conn.execute("select 1 from sending_caps")).fetchall() == []
    await a_colleague(owner, "agent")


async def test_a_trial_is_announced_and_ends_as_the_operator_chose(owner: Person, agent: Person, operator: Person) -> None:
    last = now().date() + timedelta(days=9)
    wish = {"plan": "pro", "trial_until": last.strftime("%d/%m/%Y"), "trial_leads_to": "free", "per_second": "50"}
    assert (await operator.put(page_url(owner, "/limits"), wish | {"trial_until": "01/01/2026"})).status_code == 422
    assert (await operator.put(page_url(owner, "/limits"), wish)).status_code == 200
    assert owner.email in (await operator.get(f"{HOME}?standing=trial&q={owner.email}")).text
    await owner.post("/language/en")
    assert "10 days of your trial are left." in text_of(await owner.get("/dashboard"), ".banner")
    assert "trial" not in (await agent.get("/inbox?language=en")).text

    def mails() -> list[str]:
        return [each.subject for each in mail.mailbox() if each.to == owner.email and "trial" in each.subject]

    async def a_night(left: str) -> None:
        await run("update tenants set trial_ends_at = now() + %s::interval where id = %s", left, owner.tenant_id)
        async with platform_tx() as door:
            await trial.go_on(door)

    for left, letters in (("8 days", 0), ("6 days", 1), ("5 days", 1), ("20 hours", 2), ("19 hours", 2)):
        await a_night(left)
        await eventually(lambda n=letters: len(mails()) == n)  # type: ignore[misc]
    await a_night("-1 second")
    ((plan, limit, ends),) = await run("select plan, rate_limit, trial_ends_at from tenants where id = %s", owner.tenant_id)
    assert (plan, limit, ends) == ("free", None, None)
    async with owner.tenant.tx() as db:
        caps = await (await db.conn.execute("select per_second from sending_caps")).fetchall()
        log = await (await db.conn.execute("select actor, after from audit_log order by id desc limit 1")).fetchall()
    assert (caps, log) == ([(10,)], [("platform", {"plan": "free"})])
    assert (await owner.get("/inbox")).status_code == 200

    await operator.put(page_url(owner, "/limits"), wish | {"trial_leads_to": "closed"})
    await a_night("-1 second")
    closed = await owner.get("/inbox")
    assert (closed.status_code, "The trial period is over." in closed.text) == (423, True)


async def test_help_from_inside_says_so_everywhere(owner: Person, operator: Person) -> None:
    short = await operator.post(page_url(owner, "/impersonation"), {"user": owner.user_id, "reason": "mirar"})
    assert short.status_code == 422
    wish = {"user": owner.user_id, "reason": "No le llegan los mensajes"}
    assert (await operator.post(page_url(owner, "/impersonation"), wish)).status_code in (200, 303)
    page = await operator.get("/inbox")
    assert "No le llegan los mensajes" in text_of(page, ".platform-banners [data-tone=danger]")
    assert (await operator.put("/account", {"name": "Otra", "language": "es", "time_zone": ""})).status_code == 403
    # No door that outlives the help, and nothing taken home.
    assert (await operator.post("/settings/api-tokens", {"name": "mía"})).status_code == 403
    assert (await operator.post(f"/workspaces/{owner.tenant_id}/entry")).status_code == 403
    assert (await operator.get("/settings/audit/export")).status_code == 403
    assert await run("select 1 from api_tokens where tenant_id = %s", owner.tenant_id) == []
    await operator.post("/settings/quick-replies", {"shortcut": "ayuda", "body": "Ya funciona."})
    async with owner.tenant.tx() as db:
        log = await (await db.conn.execute("select actor, action, actor_name, reason from audit_log order by id")).fetchall()
    assert [(row[0], row[1]) for row in log] == [("platform", "platform.enter"), ("platform", "quick_replies.create")]
    assert log[1][3] == "No le llegan los mensajes"
    assert "(Ana Olmo)" in log[1][2]
    await operator.delete("/impersonation")
    assert "No le llegan" not in (await operator.get("/inbox")).text
    assert await run("select 1 from sessions where impersonator_id = %s", operator.user_id) == []
    assert (await operator.get(HOME)).status_code == 200
    stranger_wish = wish | {"user": operator.user_id}
    assert (await operator.post(page_url(owner, "/impersonation"), stranger_wish)).status_code == 404


async def test_an_announcement_is_on_every_page_until_it_is_put_away(owner: Person, operator: Person) -> None:
    path = f"{HOME}/announcements"
    assert (await operator.post(path, {"tone": "info", "days": "3"})).status_code == 422
    texts = {"text_es": "El domingo cerramos una hora.", "text_en": "We close for an hour on Sunday."}
    assert (await operator.post(path, texts | {"tone": "warning", "days": "3"})).status_code == 200
    try:
        assert "El domingo cerramos" in text_of(await owner.get("/contacts"), ".platform-banners")
        assert "We close" in text_of(await owner.get("/contacts?language=en"), ".platform-banners")
        ((number,),) = await run("select max(id) from announcements")
        assert (await owner.put(f"/announcements/{number}/putting-away")).status_code == 200
        assert "El domingo" not in (await owner.get("/contacts?language=es")).text
    finally:
        ((number,),) = await run("select max(id) from announcements")
        await operator.delete(f"{path}/{number}")
    assert "El domingo" not in (await (await operator.sign_in()).get("/contacts")).text


async def test_numbers_wait_while_a_workspace_is_suspended(owner: Person, operator: Person) -> None:
    sending = await a_sending(owner, people=20, per_second=20)
    await operator.put(page_url(owner, "/suspension"), {"reason": "Revisión de la cuenta"})
    await sending.launch()
    await eventually(sending.recounted)
    assert (await sending.received())["people"] == 0
    await operator.delete(page_url(owner, "/suspension"))
    await upkeep.recover()
    assert (await sending.settled())["read"] == 20
