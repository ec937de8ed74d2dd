"""The workspaces of one person: the list in the account menu, going into another, founding one."""

from __future__ import annotations

from litestar import Router, get, post
from litestar.params import FromPath

from app.access import workspace_switch
from app.access.guards import CurrentViewer, signed_in
from app.access.viewer import CurrentRequest
from app.accounts.account import SignedUp
from app.core.db import platform_tx
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import Page, page, redirect

HOME = "/"
FIRST_STEP = "/first-steps"
# A workspace that is closed, or wants a second step first, does not keep anybody from the others.
FROM_ANYWHERE = {"while_suspended": True, "without_two_factor": True}


@get("/", guards=[signed_in], opt=FROM_ANYWHERE)
async def index(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    async with platform_tx() as db:
        workspaces = await workspace_switch.of_person(db, viewer)
    return page(request, "people/workspaces.html", "switcher", workspaces=workspaces)


@get("/new", guards=[signed_in])
async def new(request: CurrentRequest) -> Page:
    return page(request, "people/workspace.html", "form", form=blank())


@post("/", guards=[signed_in])
async def create(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(workspace_switch.Wish, data)
    if not form.errors:
        try:
            async with platform_tx() as db:
                made = SignedUp(await workspace_switch.found(db, form.value, by=viewer), viewer.id)
                return redirect(request, FIRST_STEP, await workspace_switch.move(db, made, request))
        except workspace_switch.TooMany as refusal:
            form.errors["name"] = refusal.message
    return page(request, "people/workspace.html", "form", status=422, form=form)


@post("/{workspace_id:int}/entry", guards=[signed_in], status_code=200, opt=FROM_ANYWHERE)
async def enter(request: CurrentRequest, viewer: CurrentViewer, workspace_id: FromPath[int]) -> Page:
    async with platform_tx() as db:
        return redirect(request, HOME, await workspace_switch.enter(db, workspace_id, by=viewer, request=request))


handlers = [index, new, create, enter]
router = Router("/workspaces", route_handlers=handlers)
