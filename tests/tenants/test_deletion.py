"""The end of a workspace: who may ask for it, what stands still meanwhile, how it is taken back, and that nothing is left."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.core import mail
from app.core.clock import now
from app.core.db import Tenant, platform_tx
from app.demo import workspace as demo
from app.tenants import deletion
from tests.architecture.belongings import COUNTERS, one_of_each
from tests.conftest import PASSWORD, Person, a_colleague, a_workspace, eventually, page_of, text_of

PAGE = "/settings/workspace/deletion"


async def slug(owner: Person) -> str:
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select slug from tenants where id = tenant_id()")).fetchone()
    assert row is not None
    return str(row[0])


async def asked(owner: Person) -> int:
    return (await owner.put(PAGE, {"slug": await slug(owner), "password": PASSWORD})).status_code


async def tables() -> list[str]:
    async with platform_tx() as door:
        found = await door.conn.execute("select name from erased_tables union all select 'memberships'")
        return [row[0] for row in await found.fetchall()]


async def rows_of(tenant: Tenant) -> dict[str, int]:
    found = {}
    async with tenant.tx() as db:
        for table in await tables():
            row = await (
                await db.conn.execute(f"select count(*) from {table} where tenant_id = tenant_id()".encode())
            ).fetchone()
            if row and row[0]:
                found[table] = row[0]
    return found


async def make_due(tenant: Tenant, *, days: int = 0) -> None:
    async with tenant.tx() as db:
        await db.conn.execute("update tenants set delete_at = now() + %s * interval '1 day' where id = tenant_id()", (days,))


async def is_gone(tenant: Tenant) -> bool:
    async with platform_tx() as door:
        return (await door.conn.execute("select from tenants where id = %s", (tenant.id,))).rowcount == 0


async def test_the_owner_asks_with_name_and_password(owner: Person, agent: Person) -> None:
    wrong = await owner.put(PAGE, {"slug": "otra", "password": PASSWORD})
    assert (wrong.status_code, page_of(wrong).css_first("#slug-error") is None) == (422, False)
    guess = await owner.put(PAGE, {"slug": await slug(owner), "password": "no era esta"})
    assert (guess.status_code, page_of(guess).css_first("#password-error") is None) == (422, False)
    assert page_of(await agent.get("/account")).css_first(".banner.leaving") is None
    assert await asked(owner) == 303
    assert page_of(await agent.get("/account")).css_first(".banner.leaving") is not None
    letters = await eventually(lambda: [each for each in mail.mailbox() if each.to == owner.email])
    assert PAGE in letters[0].text


async def test_only_the_owner_may(owner: Person) -> None:
    admin = await a_colleague(owner, "admin", "Alba Admin")
    assert (await admin.get(PAGE)).status_code == 403
    assert await asked(owner) == 303
    assert (await admin.delete(PAGE)).status_code == 403


async def test_nothing_is_sent_and_the_owner_brings_it_back(owner: Person) -> None:
    await asked(owner)
    async with owner.tenant.tx() as db:
        assert (await (await db.conn.execute("select may_send()")).fetchone()) == (False,)
    assert (await owner.put(PAGE, {"slug": await slug(owner), "password": PASSWORD})).status_code == 422
    assert (await owner.delete(PAGE)).status_code == 303
    async with owner.tenant.tx() as db:
        assert (await (await db.conn.execute("select may_send()")).fetchone()) == (True,)
    assert page_of(await owner.get("/account")).css_first(".banner.leaving") is None


async def test_the_owner_is_warned_once_two_days_before(owner: Person) -> None:
    await asked(owner)
    await make_due(owner.tenant, days=1)
    for _ in range(2):
        async with platform_tx() as door:
            await deletion.go_on(door)
    letters = await eventually(lambda: len([each for each in mail.mailbox() if each.to == owner.email]) == 2)
    assert letters
    assert not await is_gone(owner.tenant)


async def test_whoever_takes_it_back_in_time_loses_nothing(owner: Person) -> None:
    await one_of_each(owner)
    before = await rows_of(owner.tenant)
    await asked(owner)
    await make_due(owner.tenant, days=1)
    await owner.delete(PAGE)
    await deletion.erase.task.func(tenant_id=owner.tenant_id)
    after = await rows_of(owner.tenant)
    assert {table: n for table, n in before.items() if table not in COUNTERS and after.get(table, 0) < n} == {}


async def test_once_rows_are_going_it_is_too_late_to_keep_it(owner: Person) -> None:
    await asked(owner)
    await make_due(owner.tenant)
    assert (await owner.delete(PAGE)).status_code == 303
    page = page_of(await owner.get(PAGE))
    assert page.css_first(f"[hx-delete='{PAGE}']") is None
    assert page.css_first("#deletion") is None
    async with owner.tenant.tx() as db:
        assert await db.value(deletion.q.is_due) is True


async def test_a_workspace_that_is_kept_is_not_erased_any_further(owner: Person) -> None:
    await one_of_each(owner)
    before = await rows_of(owner.tenant)
    assert await deletion._empty(owner.tenant, ["labels", "contacts"]) == 0
    assert await rows_of(owner.tenant) == before
    async with platform_tx() as door:
        assert await door.run(deletion.q.erase_workspace, tenant=owner.tenant_id) == 0


@pytest.fixture
async def shop(house: str) -> Tenant:
    """The demo workspace: three hundred people, chats, campaigns, a past."""
    made = await demo.fill()
    async with platform_tx() as door:
        row = await (await door.conn.execute(
            "select m.tenant_id from memberships m join users u on u.id = m.user_id where u.email = %s", (made.email,)
        )).fetchone()  # fmt: skip
    assert row is not None
    return Tenant(row[0])


async def test_nothing_of_a_full_workspace_is_left_and_others_lose_nothing(shop: Tenant, stranger: Person) -> None:
    await one_of_each(stranger)
    others, mine = await rows_of(stranger.tenant), await rows_of(shop)
    assert mine["contacts"] == 300
    assert len(mine) > 20
    async with shop.tx() as db:
        await deletion.ask(db, by=(await deletion.owner(db)).id)
        people = [row[0] for row in await (await db.conn.execute("select user_id from memberships")).fetchall()]
    await make_due(shop)
    async with platform_tx() as door:
        await deletion.go_on(door)
    await eventually(lambda: is_gone(shop), within=40)
    await eventually(lambda: nothing_of(shop))
    async with platform_tx() as door:
        left = await door.conn.execute("select from users where id = any(%s)", (people,))
        assert left.rowcount == 0
    after = await rows_of(stranger.tenant)
    assert {table: n for table, n in others.items() if table not in COUNTERS and after.get(table, 0) < n} == {}


async def nothing_of(tenant: Tenant) -> bool:
    return await rows_of(tenant) == {}


async def test_somebody_of_two_workspaces_keeps_the_other(owner: Person) -> None:
    other = await a_workspace("Muebles Sur")
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into memberships (tenant_id, user_id) values (%s, %s)", (owner.tenant_id, other.user_id)
        )
    await asked(owner)
    await make_due(owner.tenant)
    await deletion.erase.task.func(tenant_id=owner.tenant_id)
    await eventually(lambda: is_gone(owner.tenant), within=40)
    assert (await other.get("/account")).status_code == 200
    assert (await owner.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
    letters = await eventually(lambda: [each for each in mail.mailbox() if each.to == owner.email and each.at < now()])
    assert letters


async def test_the_page_says_what_will_happen(owner: Person) -> None:
    assert "14" in text_of(await owner.get(PAGE), ".consequences")


async def test_a_chat_says_why_nothing_is_sent(owner: Person) -> None:
    things = await one_of_each(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update conversations set last_inbound_at = now()")
    await asked(owner)
    answer = await owner.post(f"/inbox/{things.ids['conversations']}/messages", {"text": "Hola", "public_id": str(uuid4())})
    assert answer.status_code == 422
    assert "config" in answer.text.lower() or "ajustes" in answer.text.lower() or "settings" in answer.text.lower()
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select count(*) from messages where direction = 'out'")).fetchone()
    assert row == (0,)
