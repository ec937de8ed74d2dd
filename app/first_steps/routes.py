"""First steps: a page of their own after signing up, and a card where people work until all are done."""

from __future__ import annotations

from litestar import Router, delete, get, put

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.pages import Page, fragment, page
from app.first_steps import first_step

# Without a number there is nothing to do, so the list is for whoever may connect one.
GUIDES = [needs(Permission.CONNECT_NUMBERS)]


@get("/", guards=GUIDES)
async def index(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    return page(request, "first_steps/index.html", "steps", progress=await first_step.progress(db, viewer))


@get("/card", guards=GUIDES)
async def card(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    """Nothing at all when there is nothing left to do."""
    return fragment(request, "first_steps/card.html", "card", progress=await first_step.progress(db, viewer))


@put("/dismissal", guards=GUIDES)
async def dismiss(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    await first_step.dismiss(db, dismissed=True)
    return fragment(request, "first_steps/card.html", "card", progress=await first_step.progress(db, viewer), said=True)


@delete("/dismissal", status_code=200, guards=GUIDES)
async def bring_back(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    await first_step.dismiss(db, dismissed=False)
    return fragment(request, "first_steps/card.html", "card", progress=await first_step.progress(db, viewer))


router = Router("/first-steps", route_handlers=[index, card, dismiss, bring_back])
