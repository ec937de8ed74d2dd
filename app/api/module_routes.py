"""Features of the workspace over the API: what there is, what is off, and switching it."""

from __future__ import annotations

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody

from app.access import module_switch, modules
from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.core.i18n import N_, gettext

TAGS = [N_("Features")]


class Module(msgspec.Struct, frozen=True):
    """While it is not `enabled`, its `routes` answer 404 and nobody has its `permissions`; everything in it is kept."""

    id: str
    name: str
    description: str
    version: str
    enabled: bool
    routes: list[str]
    permissions: list[str]


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool


@get("/modules", operation_id="list_modules", summary=N_("The features, and which are off"), tags=TAGS,
     guards=[needs(Permission.VIEW_MODULES)])  # fmt: skip
async def index(db: TenantDb) -> Listing[Module]:
    off = await module_switch.off(db)
    return Listing([_told(each, enabled=each.id not in off) for each in modules.MODULES.values()])


@put("/modules/{module_id:str}", operation_id="switch_module", summary=N_("Switch a feature on or off"), tags=TAGS,
     guards=[needs(Permission.SWITCH_MODULES)])  # fmt: skip
async def switch(db: TenantDb, module_id: FromPath[str], data: JSONBody[Switch]) -> Module:
    """Without the feature `api` no program comes in: only a person can switch it on again."""
    found = modules.find(module_id)
    await (module_switch.switch_on if data.enabled else module_switch.switch_off)(db, found)
    return _told(found, enabled=data.enabled)


def _told(found: modules.Module, *, enabled: bool) -> Module:
    names = gettext(found.name), gettext(found.description)
    return Module(found.id, *names, found.version, enabled, list(found.paths), [str(each) for each in found.permissions])


handlers = [index, switch]
