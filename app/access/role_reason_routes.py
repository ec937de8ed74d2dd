"""The pages that say what somebody may do and why: a colleague, and oneself."""

from __future__ import annotations

from litestar import Router, get
from litestar.params import FromPath

from app.access import member, role, role_reasons
from app.access.guards import CurrentViewer, TenantDb, needs, signed_in
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.pages import Page, page

REASONS = "roles/reasons.html"


@get("/settings/people/{member_id:int}/permissions", guards=[needs(Permission.VIEW_MEMBERS)])
async def of_member(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, member_id: FromPath[int]) -> Page:
    person, known = await member.find(db, member_id), await role.every(db)
    areas = role_reasons.of(known, person.held, viewer.modules_off)
    return page(request, REASONS, person=person, held=[known[key] for key in person.held if key in known], areas=areas)


@get("/account/permissions", guards=[signed_in])
async def of_oneself(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    known, person = await role.every(db), await member.find(db, viewer.id)
    areas = role_reasons.of(known, person.held, viewer.modules_off)
    return page(request, REASONS, person=None, held=[known[key] for key in person.held if key in known], areas=areas)


router = Router("/", route_handlers=[of_member, of_oneself])
