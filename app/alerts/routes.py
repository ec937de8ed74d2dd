"""The page of alerts: what is open, what was, and who looks after it; and the count in the navigation."""

from __future__ import annotations

from litestar import Router, get, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.alerts import alert, raising
from app.alerts.kinds import KINDS
from app.core.pages import Page, fragment, page

SEES = [needs(Permission.VIEW_ALERTS)]


@get("/", guards=SEES)
async def index(
    request: CurrentRequest, db: TenantDb, only: FromQuery[str] = "", kind: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Page:
    found = await alert.search(db, only=only, kind=kind, page=after)
    return page(request, "alerts/index.html", "rows", found=found, only=only, kind=kind, kinds=KINDS)


@get("/open", guards=SEES)
async def open_now(request: CurrentRequest, db: TenantDb) -> Page:
    return fragment(request, "alerts/open.html", "open", now_open=await alert.open_now(db))


@put("/{alert_id:int}/resolution", guards=[needs(Permission.RESOLVE_ALERTS)])
async def resolve(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, alert_id: FromPath[int]) -> Page:
    resolved = await raising.resolve(db, await alert.find(db, alert_id), by=viewer)
    return fragment(request, "alerts/index.html", "row", alert=resolved)


@put("/{alert_id:int}/acknowledgement", guards=[needs(Permission.ACKNOWLEDGE_ALERTS)])
async def acknowledge(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, alert_id: FromPath[int]) -> Page:
    acknowledged = await raising.acknowledge(db, await alert.find(db, alert_id), by=viewer)
    return fragment(request, "alerts/index.html", "row", alert=acknowledged)


router = Router("/ops/alerts", route_handlers=[index, open_now, resolve, acknowledge])
