"""The dashboard: figures of a period beside those before it."""

from __future__ import annotations

from litestar import Router, get
from litestar.params import FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.pages import Page, page
from app.dashboard import period, stats


@get("/", guards=[needs(Permission.VIEW_DASHBOARD)])
async def index(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, *,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Page:  # fmt: skip
    chosen = period.chosen(days, since, until, viewer.time_zone)
    return page(
        request, "dashboard/index.html", "figures", period=chosen, own=bool(since and until), waiting=await stats.waiting(db),
        stats=await stats.of_period(db, chosen), campaigns=await stats.recent_campaigns(db),
    )  # fmt: skip


router = Router("/dashboard", route_handlers=[index])
