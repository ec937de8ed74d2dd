"""The page of features: each with its switch, and what happens while it is off."""

from __future__ import annotations

from litestar import Router, delete, get, put
from litestar.params import FromPath

from app.access import module_switch, modules
from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.db import Db
from app.core.pages import Page, page

LIST = "/settings/modules"


@get("/", guards=[needs(Permission.VIEW_MODULES)])
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return await _page(request, db)


@put("/{module_id:str}", guards=[needs(Permission.SWITCH_MODULES)])
async def switch_on(request: CurrentRequest, db: TenantDb, module_id: FromPath[str]) -> Page:
    await module_switch.switch_on(db, modules.find(module_id))
    return await _switched(request, db)


@delete("/{module_id:str}", status_code=200, guards=[needs(Permission.SWITCH_MODULES)])
async def switch_off(request: CurrentRequest, db: TenantDb, module_id: FromPath[str]) -> Page:
    await module_switch.switch_off(db, modules.find(module_id))
    return await _switched(request, db)


async def _switched(request: CurrentRequest, db: Db) -> Page:
    """Loaded afresh, because the menu beside it changed too."""
    answer = await _page(request, db)
    answer.headers["HX-Refresh"] = "true"
    return answer


async def _page(request: CurrentRequest, db: Db) -> Page:
    off, uses = await module_switch.off(db), await module_switch.uses(db)
    return page(request, "modules/index.html", "modules", modules=modules.MODULES.values(), off=off, uses=uses)


router = Router(LIST, route_handlers=[index, switch_on, switch_off])
