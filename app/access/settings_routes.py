"""Settings: the doors to all of them, and what the workspace says of itself."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
import phonenumbers
from babel import Locale
from litestar import Router, get, put

from app.access import workspace_brand_routes, workspace_data_routes, workspace_deletion_routes, workspace_hours_routes
from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core import i18n
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page
from app.tenants import tenant

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
BAD_SLUG = N_("Use small letters, digits and dashes, two at least. Example: casa-olmo")
MOVES = N_("Links with the old address will stop working. Tick the box if that is all right.")


@get("/", guards=[needs(Permission.VIEW_SETTINGS)])
async def index(request: CurrentRequest) -> Page:
    return page(request, "settings/index.html")


@get("/workspace", guards=[needs(Permission.UPDATE_WORKSPACE)])
async def workspace(request: CurrentRequest, db: TenantDb) -> Page:
    return _workspace(request, form=blank(await tenant.current(db)))


@put("/workspace", guards=[needs(Permission.UPDATE_WORKSPACE)])
async def change_workspace(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = _parse(data, await tenant.current(db))
    if not form.errors:
        try:
            wish = form.value
            offered = [code for code in i18n.LANGUAGES if code in {*wish.languages, wish.language}]
            changed = await tenant.change(db, msgspec.structs.replace(wish, languages=offered))
            return _workspace(request, form=blank(changed), saved=True)
        except tenant.SlugTaken as taken:
            form.errors["slug"] = taken.message
    return _workspace(request, status=422, form=form)


def _parse(data: dict[str, Any], now: tenant.Workspace) -> Form[tenant.Wish]:
    form = parse(tenant.Wish, data)
    if form.errors.get("slug") == NOT_POSSIBLE:
        form.errors["slug"] = BAD_SLUG
    if not form.errors:
        form.errors |= dict.fromkeys(_unknown(form.value), NOT_POSSIBLE)
        if form.value.slug != now.slug and not form.value.moves:
            form.errors["slug"] = MOVES
    return form


def _workspace(request: CurrentRequest, *, status: int = 200, saved: bool = False, form: Form[tenant.Wish]) -> Page:
    choices = {"countries": countries(i18n.language()), "zones": zones().items()}
    moving = form.errors.get("slug") == MOVES
    return page(request, "settings/workspace.html", "form", status, form=form, saved=saved, moving=moving, **choices)


def _unknown(wish: tenant.Wish) -> list[str]:
    possible = {"country": phonenumbers.SUPPORTED_REGIONS, "time_zone": zones(), "language": i18n.LANGUAGES}
    wrong = [name for name, values in possible.items() if getattr(wish, name) not in values]
    return [*wrong, *(["languages"] if set(wish.languages) - i18n.LANGUAGES.keys() else [])]


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


router = Router("/", route_handlers=[workspace_brand_routes.show_logo, Router("/settings", route_handlers=[
    index, workspace, change_workspace, *workspace_brand_routes.handlers, *workspace_hours_routes.handlers,
    *workspace_data_routes.handlers, *workspace_deletion_routes.handlers,
])])  # fmt: skip
