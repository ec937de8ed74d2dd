"""Switching a feature of the workspace off and on: it holds with the next request of everybody."""

from __future__ import annotations

import msgspec

from app.access.modules import Module
from app.core import events, live
from app.core.db import Db
from app.core.statements import statements

TOPIC = "modules"
CHANGED = "modules_changed"

q = statements("modules")


class Uses(msgspec.Struct, frozen=True):
    """How much of each there is, for whoever thinks about switching it off."""

    campaigns_running: int
    campaigns_planned: int
    quick_replies: int
    imports_running: int
    teams: int
    alerts_open: int
    tokens: int


async def off(db: Db) -> list[str]:
    """The ids of those that are off."""
    found: list[str] = await db.value(q.off)
    return found


async def uses(db: Db) -> Uses:
    return await db.one(q.uses, Uses)


async def switch_off(db: Db, module: Module) -> None:
    if await db.value(q.switch_off, id=module.id):
        await _announce(db)


async def switch_on(db: Db, module: Module) -> None:
    """What has waited goes on at once: reactions to module_switched_on."""
    if await db.value(q.switch_on, id=module.id):
        await events.record(db, "module_switched_on", module_id=module.id)
        await _announce(db)


async def _announce(db: Db) -> None:
    """Every stream asks again what its person may see."""
    await live.announce(db, TOPIC, CHANGED)
    for row in await db.rows(q.everybody):
        await live.announce(db, live.of_member(row["id"]), live.RIGHTS_CHANGED)
