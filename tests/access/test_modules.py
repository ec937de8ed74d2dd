"""Features that are off: gone from menu, pages, API and jobs. On again: all there, and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access.modules import MODULES
from app.alerts import raising
from app.alerts.raising import Finding
from app.campaigns import launch, series
from app.core.clock import now
from app.core.db import platform_tx
from app.features import NAVIGATION, SETTINGS
from tests.architecture.belongings import one_of_each
from tests.architecture.test_routes import GUARDED, Route, ask
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, a_colleague, bearer, eventually, page_of, text_of

LIST = "/settings/modules"
DOORS = {href for href, *_ in NAVIGATION} | {href for _, doors in SETTINGS for href, *_ in doors}


async def menu(person: Person) -> set[str]:
    """Every address that the navigation or the settings page offers."""
    page = page_of(await person.get("/settings"))
    return {link.attributes.get("href") or "" for link in page.css("a")}


def belongs(route: Route, module_id: str) -> bool:
    """By its permission or by its address."""
    module = MODULES[module_id]
    if route.permissions and all(module.covers(permission) for permission in route.permissions):
        return True
    return any(route.path == root or route.path.startswith(f"{root}/") for root in module.paths)


def test_every_feature_has_routes_and_permissions_and_only_doors_that_exist() -> None:
    for module in MODULES.values():
        assert module.permissions, module.id
        assert set(module.menu) <= DOORS, module.id
        assert any(belongs(route, module.id) for route in GUARDED), module.id
        assert not belongs(next(route for route in GUARDED if route.path == LIST), module.id)


@pytest.mark.parametrize("module_id", list(MODULES))
async def test_off_is_gone_and_on_is_back(owner: Person, module_id: str) -> None:
    things, module = await one_of_each(owner), MODULES[module_id]
    theirs = [route for route in GUARDED if belongs(route, module_id)]
    pages = [route for route in theirs if route.method == "GET" and not route.parameters and not route.path.startswith("/api/")]
    heads = await bearer(owner)
    assert set(module.menu) <= await menu(owner)
    assert (await owner.delete(f"{LIST}/{module_id}")).status_code == 200
    assert not set(module.menu) & await menu(owner)
    open_still = [route.name for route in theirs if (await ask(owner, route, things)).status_code != 404]
    assert open_still == []
    assert (await owner.put(f"{LIST}/{module_id}")).status_code == 200
    assert set(module.menu) <= await menu(owner)
    assert {(await owner.get(route.path)).status_code for route in pages} <= {200}
    if module_id == "api":
        assert (await owner.get("/api/v1/contacts", headers=heads)).status_code == 200


async def test_the_page_says_what_happens_and_switches(owner: Person) -> None:
    await owner.post("/settings/quick-replies", {"shortcut": "hola", "body": "Hola"})
    before = await owner.get(LIST)
    assert len(page_of(before).css(".module")) == len(MODULES)
    button = page_of(before).css_first("#module-quick_replies button")
    assert button is not None
    assert button.attributes["hx-delete"] == f"{LIST}/quick_replies"
    assert "1" in (button.attributes["hx-confirm"] or "")
    page = page_of(await owner.delete(f"{LIST}/quick_replies"))
    assert page.css_first("#module-quick_replies[data-off]") is not None
    await owner.delete(f"{LIST}/quick_replies")
    await owner.put(f"{LIST}/quick_replies")
    assert "/hola" in text_of(await owner.get("/settings/quick-replies"), "tbody")
    assert (await owner.put(f"{LIST}/kitchen")).status_code == 404


async def test_one_workspace_switches_for_itself(owner: Person, stranger: Person) -> None:
    await owner.delete(f"{LIST}/campaigns")
    assert (await owner.get("/campaigns")).status_code == 404
    assert (await stranger.get("/campaigns")).status_code == 200


async def test_a_manager_may_look_and_only_an_admin_switches(owner: Person, agent: Person) -> None:
    manager, admin = await a_colleague(owner, "manager"), await a_colleague(owner, "admin")
    assert page_of(await manager.get(LIST)).css_first(".module button") is None
    assert (await manager.delete(f"{LIST}/campaigns")).status_code == 403
    assert (await agent.get(LIST)).status_code == 403
    assert (await admin.delete(f"{LIST}/campaigns")).status_code == 200


async def test_a_campaign_waits_while_off_and_goes_on_at_once(owner: Person) -> None:
    sending = await a_sending(owner, 400, per_second=100)
    await sending.launch()
    await eventually(lambda: _some_are_gone(sending))
    await owner.delete(f"{LIST}/campaigns")
    # What was claimed before still settles.
    await eventually(lambda: _nothing_moves(sending))
    left = (await sending.recounted()).get("pending", 0)
    assert left > 0
    assert await sending.is_("sending")
    await owner.put(f"{LIST}/campaigns")
    await eventually(lambda: sending.is_("completed"))
    received = await sending.received()
    assert (received["accepted"], received["people"], received["twice"]) == (400, 400, 0)


async def _some_are_gone(sending: Sending) -> bool:
    return (await sending.recounted()).get("pending", 400) < 400


async def _nothing_moves(sending: Sending) -> bool:
    return not (await sending.recounted()).keys() & {"sending", "retry"}


async def test_a_planned_campaign_does_not_begin_while_off(owner: Person) -> None:
    sending = await a_sending(owner, 3)
    async with owner.tenant.tx() as db:
        await launch.schedule(db, sending.id, now() + timedelta(hours=1))
        await db.conn.execute("update campaigns set scheduled_at = now() - interval '1 second' where id = %s", (sending.id,))
        await db.conn.execute("update tenants set modules_off = '{campaigns}' where id = tenant_id()")
    async with platform_tx() as door:
        await launch.start_due(door)
        await series.start_due(door)
    assert await sending.is_("scheduled")
    await owner.put(f"{LIST}/campaigns")
    async with platform_tx() as door:
        await launch.start_due(door)
    await eventually(lambda: sending.is_("completed"))


async def test_no_alert_is_raised_while_off(owner: Person) -> None:
    late = Finding("queue_late", "chat", {"minutes": 6})
    await owner.delete(f"{LIST}/alerts")
    for found in (0, 1):
        async with owner.tenant.tx() as db:
            await raising.note(db, [late])
            cursor = await db.conn.execute("select count(*) from alerts where kind = 'queue_late'")
            assert await cursor.fetchone() == (found,)
        await owner.put(f"{LIST}/alerts")


async def test_a_composer_without_quick_replies_offers_none(owner: Person) -> None:
    things = await one_of_each(owner)
    path = things.path("/inbox/{conversation_id}/composer?kind=note")
    assert page_of(await owner.get(path)).css_first("[data-quick]") is not None
    await owner.delete(f"{LIST}/quick_replies")
    page = page_of(await owner.get(path))
    assert page.css_first("#composer") is not None
    assert page.css_first("[data-quick]") is None
