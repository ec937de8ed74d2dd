"""Business hours and holidays, with the week drawn as it is typed."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.clock import now
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page
from app.tenants import hours
from app.tenants.hours import Hours, Range

GUARDS = [needs(Permission.CHANGE_HOURS)]
WEEK = range(1, 8)
INTO_TOMORROW = N_("It goes on after midnight and runs into the next day's first time.")


@get("/workspace/hours", guards=GUARDS)
async def show(request: CurrentRequest, db: TenantDb, look: FromQuery[str] = "") -> Page:
    """`look`: what is typed and not yet kept, or Monday for all days until Friday."""
    kept = await hours.current(db)
    if not look:
        return await _hours(request, db, Form(_written(kept.ranges)), kept)
    typed = dict(request.query_params)
    if look == "monday":
        typed |= {f"day_{day}": typed.get("day_1", "") for day in range(2, 6)}
    form, ranges = _parse(typed)
    return await _hours(request, db, form, Hours(kept.time_zone, ranges))


@put("/workspace/hours", guards=GUARDS)
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form, ranges = _parse(data)
    if form.errors:
        return await _hours(request, db, form, Hours((await hours.current(db)).time_zone, ranges), status=422)
    kept = await hours.keep(db, ranges)
    return await _hours(request, db, Form(_written(kept.ranges)), kept, saved=True)


@post("/workspace/holidays", status_code=200, guards=GUARDS)
async def add_holiday(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(hours.HolidayWish, data)
    if not form.errors:
        try:
            await hours.add_holiday(db, form.value)
            return await _holidays(request, db, blank())
        except hours.DayTaken as taken:
            form.errors["day"] = taken.message
    return await _holidays(request, db, form, status=422)


@delete("/workspace/holidays/{holiday_id:int}", status_code=200, guards=GUARDS)
async def remove_holiday(request: CurrentRequest, db: TenantDb, holiday_id: FromPath[int]) -> Page:
    await hours.remove_holiday(db, await hours.find_holiday(db, holiday_id))
    return await _holidays(request, db, blank())


def _parse(data: dict[str, Any]) -> tuple[Form[Any], list[Range]]:
    form: Form[Any] = Form({f"day_{day}": str(data.get(f"day_{day}", "")) for day in WEEK})
    found: list[Range] = []
    for day in WEEK:
        try:
            found += hours.parse(day, form.raw[f"day_{day}"])
        except hours.NotTimes as wrong:
            form.errors[f"day_{day}"] = wrong.message
    for day in hours.overlaps_tomorrow(found):
        form.errors.setdefault(f"day_{day}", INTO_TOMORROW)
    return form, found


def _written(ranges: list[Range]) -> dict[str, Any]:
    return {f"day_{day}": hours.written(ranges, day) for day in WEEK}


async def _hours(
    request: CurrentRequest, db: Db, form: Form[Any], shown: Hours, *, status: int = 200, saved: bool = False
) -> Page:
    return await _page(request, db, "hours", status, form=form, hours=shown, saved=saved)


async def _holidays(request: CurrentRequest, db: Db, form: Form[Any], *, status: int = 200) -> Page:
    kept = await hours.current(db)
    return await _page(request, db, "days_off", status, holiday=form, hours=kept, form=Form(_written(kept.ranges)))


async def _page(request: CurrentRequest, db: Db, block: str, status: int, **shown: Any) -> Page:
    off, week = await hours.holidays(db), shown["hours"]
    given = {"holiday": blank(), "saved": False, "holidays": off, **shown}
    now_open, opens = hours.is_open(week, off, now()), hours.next_opening(week, off, now())
    return page(request, "settings/workspace_hours.html", block, status, is_open=now_open, opens=opens, **given)


handlers = [show, change, add_holiday, remove_holiday]
