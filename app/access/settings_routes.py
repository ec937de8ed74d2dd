"""Settings: the doors to all of them, and the workspace's own."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from litestar import Router, get, put

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core import i18n
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.pages import Page, page
from app.tenants import tenant

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@get("/", guards=[needs(Permission.VIEW_SETTINGS)])
async def index(request: CurrentRequest) -> Page:
    return page(request, "settings/index.html")


@get("/workspace", guards=[needs(Permission.MANAGE_WORKSPACE)])
async def workspace(request: CurrentRequest, db: TenantDb) -> Page:
    return _workspace(request, form=blank(await tenant.current(db)))


@put("/workspace", guards=[needs(Permission.MANAGE_WORKSPACE)])
async def change_workspace(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(tenant.Wish, data)
    if not form.errors:
        form.errors = dict.fromkeys(_unknown(form.value), NOT_POSSIBLE)
    if form.errors:
        return _workspace(request, status=422, form=form)
    return _workspace(request, form=blank(await tenant.change(db, form.value)), saved=True)


def _workspace(request: CurrentRequest, *, status: int = 200, saved: bool = False, form: Form[tenant.Wish]) -> Page:
    choices = {"countries": countries(i18n.language()), "zones": zones().items()}
    return page(request, "settings/workspace.html", "form", status, form=form, saved=saved, **choices)


def _unknown(wish: tenant.Wish) -> list[str]:
    possible = {"country": phonenumbers.SUPPORTED_REGIONS, "time_zone": zones(), "language": i18n.LANGUAGES}
    return [name for name, values in possible.items() if getattr(wish, name) not in values]


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """Code and name, in the order of the names."""
    names = Locale.parse(language, sep="-").territories
    return sorted(((code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS), key=lambda pair: pair[1])


@cache
def zones() -> dict[str, str]:
    """Those that are places: Europe/Madrid to "Europe / Madrid"."""
    places = sorted(zone for zone in available_timezones() if zone.startswith(tuple(region + "/" for region in REGIONS)))
    return {zone: zone.replace("/", " / ").replace("_", " ") for zone in places}


router = Router("/settings", route_handlers=[index, workspace, change_workspace])
