"""The figures of the dashboard over the API."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import get
from litestar.params import FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.core.i18n import N_
from app.dashboard import period, stats
from app.dashboard.stats import Figures


class Dashboard(msgspec.Struct, frozen=True):
    """`rows` are days, or the hours of a single day; `before` is as long a time just before."""

    since: date
    until: date
    time_zone: str
    total: Figures
    before: Figures
    rows: list[Figures]


@get("/dashboard", operation_id="show_dashboard", summary=N_("What happened to messages in a period"), tags=[N_("Dashboard")],
     guards=[needs(Permission.VIEW_DASHBOARD)])  # fmt: skip
async def show(
    db: TenantDb, viewer: CurrentViewer, days: FromQuery[int | None] = None, *,
    since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Dashboard:  # fmt: skip
    chosen = period.chosen(days, since, until, viewer.time_zone)
    found = await stats.of_period(db, chosen)
    return Dashboard(chosen.first, chosen.last, chosen.zone, found.total, found.total_before, found.rows)


handlers = [show]
