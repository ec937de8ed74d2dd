"""The figures of the dashboard over the API: of the workspace, of its people, and as a file."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.core.export import Kind
from app.core.i18n import N_
from app.dashboard import export, people, period, stats
from app.dashboard.people import Day, Person
from app.dashboard.stats import Figures

TAGS = [N_("Dashboard")]
SEES = [needs(Permission.VIEW_DASHBOARD)]


class Dashboard(msgspec.Struct, frozen=True):
    """`rows` are days, or the hours of a single day; `before` is as long a time just before."""

    since: date
    until: date
    time_zone: str
    total: Figures
    before: Figures
    rows: list[Figures]


@get("/dashboard", operation_id="show_dashboard", summary=N_("What happened to messages in a period"), tags=TAGS, guards=SEES)
async def show(
    db: TenantDb, viewer: CurrentViewer, days: FromQuery[int | None] = None, *,
    since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Dashboard:  # fmt: skip
    chosen = period.chosen(days, since, until, viewer.time_zone)
    found = await stats.of_period(db, chosen)
    return Dashboard(chosen.first, chosen.last, chosen.zone, found.total, found.total_before, found.rows)


@get("/dashboard/people", operation_id="list_dashboard_people", summary=N_("What each person did in a period"), tags=TAGS,
     guards=SEES)  # fmt: skip
async def of_people(
    db: TenantDb, viewer: CurrentViewer, days: FromQuery[int | None] = None, *,
    since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Listing[Person]:  # fmt: skip
    chosen = period.chosen(days, since, until, viewer.time_zone)
    return Listing(await people.of_period(db, chosen, seen_by=viewer))


@get("/dashboard/people/{person_id:int}", operation_id="show_dashboard_person", summary=N_("What one person did, day by day"),
     tags=TAGS, guards=SEES)  # fmt: skip
async def of_person(
    db: TenantDb, viewer: CurrentViewer, person_id: FromPath[int], *, days: FromQuery[int | None] = None,
    since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Listing[Day]:  # fmt: skip
    found = await people.find(db, person_id, seen_by=viewer)
    return Listing(await people.by_day(db, period.chosen(days, since, until, viewer.time_zone), found.id))


@get("/dashboard/export", operation_id="download_dashboard", summary=N_("The figures as CSV or Excel"), tags=TAGS,
     guards=[needs(Permission.EXPORT_DASHBOARD)])  # fmt: skip
async def take_home(
    db: TenantDb, viewer: CurrentViewer, kind: FromQuery[Kind] = "csv", *, people: FromQuery[bool] = False,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Response[bytes]:  # fmt: skip
    """With `people=true` those of `list_dashboard_people`."""
    return await export.take_home(db, period.chosen(days, since, until, viewer.time_zone), kind, people=people, by=viewer)


handlers = [show, of_people, of_person, take_home]
