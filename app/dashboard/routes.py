"""The dashboard: figures of a period beside those before it, what each person did, and both as a file."""

from __future__ import annotations

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.export import Kind
from app.core.pages import Page, page
from app.dashboard import export, people, period, stats

SEES = [needs(Permission.VIEW_DASHBOARD)]


@get("/", guards=SEES)
async def index(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, *,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Page:  # fmt: skip
    chosen = period.chosen(days, since, until, viewer.time_zone)
    return page(
        request, "dashboard/index.html", "figures", period=chosen, own=bool(since and until), waiting=await stats.waiting(db),
        stats=await stats.of_period(db, chosen), campaigns=await stats.recent_campaigns(db),
    )  # fmt: skip


@get("/people", guards=SEES)
async def everybody(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, *,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Page:  # fmt: skip
    """A block of the dashboard that comes by itself, and a page of its own."""
    chosen = period.chosen(days, since, until, viewer.time_zone)
    found = await people.of_period(db, chosen, seen_by=viewer)
    return page(request, "dashboard/people.html", "people", people=found, period=chosen, own=bool(since and until))


@get("/people/{person_id:int}", guards=SEES)
async def person(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, person_id: FromPath[int], *,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Page:  # fmt: skip
    """One's own figures are everybody's to see."""
    found = await people.find(db, person_id, seen_by=viewer)
    chosen = period.chosen(days, since, until, viewer.time_zone)
    deeds = await people.by_day(db, chosen, found.id)
    return page(request, "dashboard/person.html", "person", person=found, period=chosen, own=bool(since and until), days=deeds)


@get("/export", guards=[needs(Permission.EXPORT_DASHBOARD)])
async def take_home(
    db: TenantDb, viewer: CurrentViewer, kind: FromQuery[Kind] = "csv", *, of_people: FromQuery[bool] = False,
    days: FromQuery[int | None] = None, since: FromQuery[str] = "", until: FromQuery[str] = "",
) -> Response[bytes]:  # fmt: skip
    return await export.take_home(db, period.chosen(days, since, until, viewer.time_zone), kind, people=of_people, by=viewer)


router = Router("/dashboard", route_handlers=[index, everybody, person, take_home])
