"""Roles over the API: the presets and the workspace's own, made and changed from above only; and who holds which."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from app.access import member, role, role_rules
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.api.member_routes import Member, told
from app.api.problems import Invalid
from app.core.i18n import N_

TAGS = [N_("Roles")]
SEES = [needs(Permission.VIEW_ROLES)]


class Role(msgspec.Struct, frozen=True):
    """`key` is the name of a preset, such as agent, or the id of one of the workspace's own as text; presets cannot be changed.
    `permissions` are all that it comes to, with what it inherits."""

    key: str
    name: str
    description: str
    preset: bool
    level: int
    inherits: list[str]
    permissions: list[str]
    people: int
    created_at: datetime | None


class RoleWish(role_rules.Wish, frozen=True, forbid_unknown_fields=True):
    """Below your own level, and with nothing that you may not do yourself. `inherits` is the name of a preset."""


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that they are to have; what you could not give them stays as it is."""

    roles: list[str]


@get("/roles", operation_id="list_roles", summary=N_("The roles of the workspace, the highest first"), tags=TAGS, guards=SEES)
async def index(db: TenantDb) -> Listing[Role]:
    return Listing([_told(each) for each in (await role.every(db)).values()])


@get("/roles/{role_key:str}", operation_id="show_role", summary=N_("One role"), tags=TAGS, guards=SEES)
async def show(db: TenantDb, role_key: FromPath[str]) -> Role:
    return _told(await role.find(db, role_key))


@post("/roles", operation_id="create_role", summary=N_("Make a role of your own"), tags=TAGS,
      guards=[needs(Permission.CREATE_ROLES)])  # fmt: skip
async def create(db: TenantDb, viewer: CurrentViewer, data: JSONBody[RoleWish]) -> Role:
    return _told(await role.find(db, await role.create(db, _checked(data), by=viewer)))


@put("/roles/{role_key:str}", operation_id="change_role", summary=N_("Change a role of your own"), tags=TAGS,
     guards=[needs(Permission.UPDATE_ROLES)])  # fmt: skip
async def change(db: TenantDb, viewer: CurrentViewer, role_key: FromPath[str], data: JSONBody[RoleWish]) -> Role:
    """It holds at once for everybody who has it."""
    await role.change(db, await role.find_own(db, role_key), _checked(data), by=viewer)
    return _told(await role.find(db, role_key))


@delete("/roles/{role_key:str}", operation_id="delete_role", summary=N_("Delete a role of your own"), tags=TAGS,
        guards=[needs(Permission.DELETE_ROLES)])  # fmt: skip
async def remove(db: TenantDb, viewer: CurrentViewer, role_key: FromPath[str], instead: FromQuery[str] = "") -> None:
    """`instead` is what its people get in its place; it is needed while somebody has it."""
    await role.delete(db, await role.find_own(db, role_key), instead=instead, by=viewer)


@put("/members/{member_id:int}/roles", operation_id="assign_roles", summary=N_("Say which roles a person has"), tags=TAGS,
     guards=[needs(Permission.GRANT_ROLES)])  # fmt: skip
async def assign(db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int], data: JSONBody[Holding]) -> Member:
    await member.assign(db, await member.find(db, member_id), data.roles, by=viewer)
    return told(await member.find(db, member_id), await role.every(db))


def _checked(wish: role_rules.Wish) -> role_rules.Wish:
    if wrong := role_rules.unknown(wish):
        raise Invalid(**wrong)
    return wish


def _told(found: role.Role) -> Role:
    same = {name: getattr(found, name) for name in ("key", "preset", "level", "people", "created_at")}
    return Role(
        name=found.title,
        description=found.sentence,
        inherits=list(found.inherits),
        permissions=sorted(found.permissions),
        **same,
    )


handlers = [index, show, create, change, remove, assign]
