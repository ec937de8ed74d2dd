"""The pages of roles: the list, one role, all beside each other; and those of the workspace's own, made and changed."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access import role, role_reasons, role_rules, roles
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permission_words import AREAS, SENTENCES
from app.access.permissions import Permission
from app.access.role import Role
from app.access.role_templates import TEMPLATES
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_, gettext
from app.core.pages import Page, page, redirect

LIST = "/settings/roles"
FORM, SHOW = "roles/form.html", "roles/show.html"
COPY = N_("Copy of %(name)s")
BY_AREA = {name: [each for each in Permission if each.area == area] for area, name in AREAS.items()}


@get("/", guards=[needs(Permission.VIEW_ROLES)])
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    known = await role.every(db)
    return page(request, "roles/index.html", "rows", known=known, trio=roles.TRIO, total=len(Permission))


@get("/matrix", guards=[needs(Permission.VIEW_ROLES)])
async def matrix(request: CurrentRequest, db: TenantDb, chosen: FromQuery[list[str] | None] = None) -> Page:
    known = await role.every(db)
    shown = [each for each in known.values() if each.key in chosen] if chosen else list(known.values())
    return page(request, "roles/matrix.html", "table", known=known, shown=shown, chosen=chosen or [], **_words())


@get("/new", guards=[needs(Permission.CREATE_ROLES)])
async def new(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, template: FromQuery[str] = "", like: FromQuery[str] = ""
) -> Page:
    form = _from_template(viewer, template) if template in TEMPLATES else blank(level=min(5, viewer.level - 1))
    if like:
        form = _copy(viewer, await role.find(db, like))
    return _form(request, viewer, form, templates=TEMPLATES.values(), started=bool(template or like))


@post("/fields", status_code=200, guards=[needs(Permission.CREATE_ROLES, Permission.UPDATE_ROLES)])
async def fields(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    """What is included changes what can still be ticked."""
    return _form(request, viewer, _as_typed(data), block="permissions")


@post("/", guards=[needs(Permission.CREATE_ROLES)])
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _parsed(data)
    if not form.errors:
        try:
            return redirect(request, f"{LIST}/{await role.create(db, form.value, by=viewer)}")
        except role_rules.Refused as refusal:
            form.errors[refusal.field] = refusal.message
    return _form(request, viewer, form, status=422, started=True)


@get("/{role_key:str}", guards=[needs(Permission.VIEW_ROLES)])
async def show(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, role_key: FromPath[str]) -> Page:
    return await _show(request, db, viewer, role_key)


@get("/{role_key:str}/edit", guards=[needs(Permission.UPDATE_ROLES)])
async def edit(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, role_key: FromPath[str]) -> Page:
    found = await role.find_own(db, role_key)
    if not role_rules.is_below(viewer, found):
        return redirect(request, f"{LIST}/{found.key}")
    return _form(request, viewer, _filled(found), found)


@put("/{role_key:str}", guards=[needs(Permission.UPDATE_ROLES)])
async def change(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, role_key: FromPath[str]
) -> Page:
    found, form = await role.find_own(db, role_key), _parsed(data)
    if not form.errors:
        try:
            await role.change(db, found, form.value, by=viewer)
            return redirect(request, f"{LIST}/{found.key}")
        except role_rules.Refused as refusal:
            form.errors[refusal.field] = refusal.message
    return _form(request, viewer, form, found, status=422)


@delete("/{role_key:str}", status_code=200, guards=[needs(Permission.DELETE_ROLES)])
async def remove(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, role_key: FromPath[str], instead: FromQuery[str] = ""
) -> Page:
    found = await role.find_own(db, role_key)
    try:
        await role.delete(db, found, instead=instead, by=viewer)
    except role_rules.Refused as refusal:
        return await _show(request, db, viewer, found.key, trouble=refusal.message)
    return redirect(request, LIST)


async def _show(request: CurrentRequest, db: Db, viewer: Viewer, key: str, *, trouble: str = "") -> Page:
    known = await role.every(db)
    found = role.one_of(known, key)
    context: dict[str, Any] = {
        "role": found, "known": known, "origins": role_reasons.origins(found), "holders": await role.holders(db, found),
        "invited": await role.invited(db, found), "may_change": not found.preset and role_rules.is_below(viewer, found),
        "heirs": [each for each in role.in_reach(viewer, known) if each.key != found.key], "trouble": trouble,
    }  # fmt: skip
    return page(request, SHOW, "role", 422 if trouble else 200, **context, **_words())


def _words() -> dict[str, Any]:
    return {"areas": BY_AREA, "sentences": SENTENCES}


def _form(
    request: CurrentRequest, viewer: Viewer, form: Form[Any], found: Role | None = None, *, status: int = 200,
    block: str = "form", **more: Any,
) -> Page:  # fmt: skip
    """`kept` is what somebody above has put in: it may stay, though this viewer could not add it."""
    inherits = form.raw.get("inherits") or ""
    like = Role(key="", name="", about="", level=0, inherits=(inherits,) if inherits in roles.PRESETS else (), adds=frozenset())
    reach, below = role_rules.reach(viewer), [each for each in roles.PRESETS.values() if each.level < viewer.level]
    context: dict[str, Any] = {
        "role": found, "inherited": role_reasons.origins(like), "reach": reach, "kept": found.adds if found else frozenset(),
        "presets": [each for each in reversed(below) if each.permissions <= reach], "levels": reversed(below),
    }  # fmt: skip
    return page(request, FORM, block, status, form=form, **context, **_words(), **({"templates": [], "started": True} | more))


def _from_template(viewer: Viewer, key: str) -> Form[Any]:
    """As far as this viewer reaches."""
    chosen = TEMPLATES[key]
    possible = sorted(chosen.permissions & role_rules.reach(viewer))
    name, about = gettext(chosen.name), gettext(chosen.sentence)
    return blank(name=name, description=about, level=min(chosen.level, viewer.level - 1), permissions=possible)


def _copy(viewer: Viewer, found: Role) -> Form[Any]:
    """Everything as its own, so that all of it can be changed."""
    possible = sorted(found.permissions & role_rules.reach(viewer))
    name = gettext(COPY) % {"name": found.title}
    return blank(name=name, description=found.sentence, level=min(found.level, viewer.level - 1), permissions=possible)


def _filled(found: Role) -> Form[Any]:
    inherits = found.inherits[0] if found.inherits else ""
    return blank(name=found.name, description=found.about, level=found.level, inherits=inherits, permissions=sorted(found.adds))


def _as_typed(data: SubmittedForm) -> Form[Any]:
    ticked = data.get("permissions", [])
    return Form({**data, "permissions": ticked if isinstance(ticked, list) else [ticked]})


def _parsed(data: SubmittedForm) -> Form[role_rules.Wish]:
    form = parse(role_rules.Wish, data)
    form.raw |= _as_typed(data).raw
    if not form.errors:
        form.errors = role_rules.unknown(form.value)
    return form


handlers = [index, matrix, new, fields, create, show, edit, change, remove]
router = Router(LIST, route_handlers=handlers)
