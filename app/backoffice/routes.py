"""Workspaces in the back office: found, looked at, closed and opened, limited, entered."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer
from app.access.operator import ROOT, operates
from app.backoffice import impersonation, workspace
from app.backoffice.workspace import PLANS, STATES, Workspace
from app.core.db import Db, platform_tx
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import AnyRequest, Page, page, redirect

INDEX, SHOW = "backoffice/index.html", "backoffice/show.html"
INSIDE = "/inbox"
SAY_WHY = N_("Say why in at least ten characters: it stands in the workspace's own log.")


@get("/")
async def index(request: AnyRequest, q: FromQuery[str] = "", standing: FromQuery[str] = "", plan: FromQuery[str] = "",
                after: FromQuery[str] = "") -> Page:  # fmt: skip
    async with platform_tx() as db:
        found = await workspace.search(db, q, state=standing, plan=plan, page=after)
    asked = {"q": q, "standing": standing, "plan": plan}
    return page(request, INDEX, "rows", found=found, asked=asked, states=STATES, plans=PLANS)


@get("/workspaces/{workspace_id:int}")
async def show(request: AnyRequest, workspace_id: FromPath[int]) -> Page:
    async with platform_tx() as db:
        return await _shown(request, db, await workspace.find(db, workspace_id))


@put("/workspaces/{workspace_id:int}/suspension")
async def suspend(request: AnyRequest, workspace_id: FromPath[int], data: SubmittedForm) -> Page:
    form = parse(workspace.Closing, data)
    async with platform_tx() as db:
        found = await workspace.find(db, workspace_id)
        if form.errors:
            return await _shown(request, db, found, closing=form)
        await workspace.suspend(db, found, form.value)
        return await _shown(request, db, await workspace.find(db, workspace_id), said="suspended")


@delete("/workspaces/{workspace_id:int}/suspension", status_code=200)
async def resume(request: AnyRequest, workspace_id: FromPath[int]) -> Page:
    async with platform_tx() as db:
        await workspace.resume(db, await workspace.find(db, workspace_id))
        return await _shown(request, db, await workspace.find(db, workspace_id), said="resumed")


@put("/workspaces/{workspace_id:int}/limits")
async def limit(request: AnyRequest, workspace_id: FromPath[int], data: SubmittedForm) -> Page:
    form = parse(workspace.Limits, data)
    if not form.errors:
        form.errors = workspace.unknown(form.value)
    async with platform_tx() as db:
        found = await workspace.find(db, workspace_id)
        if form.errors:
            return await _shown(request, db, found, limits=form)
        await workspace.limit(db, found, form.value)
        return await _shown(request, db, await workspace.find(db, workspace_id), said="limited")


@post("/workspaces/{workspace_id:int}/impersonation", status_code=200)
async def impersonate(request: AnyRequest, viewer: CurrentViewer, workspace_id: FromPath[int], data: SubmittedForm) -> Page:
    form = parse(impersonation.Wish, data)
    async with platform_tx() as db:
        found = await workspace.find(db, workspace_id)
        if form.errors:
            form.errors |= dict.fromkeys(form.errors.keys() & {"reason"}, SAY_WHY)
            return await _shown(request, db, found, entering=form)
        cookie = await impersonation.begin(db, found.id, form.value, by=viewer, request=request)
    return redirect(request, INSIDE, cookie)


async def _shown(
    request: AnyRequest, db: Db, found: Workspace, *, said: str = "", closing: Form[Any] | None = None,
    limits: Form[Any] | None = None, entering: Form[Any] | None = None,
) -> Page:  # fmt: skip
    own: dict[str, Any] = {
        "plan": found.plan,
        "members": found.members_limit,
        "numbers": found.numbers_limit,
        "per_second": found.rate_limit,
        "trial_until": found.trial_until,
        "trial_leads_to": found.trial_leads_to,
    }
    shown = {"workspace": found, "members": await workspace.members(db, found), "plans": await workspace.plans(db)}
    forms = {"closing": closing or blank(), "limits": limits or blank(**own), "entering": entering or blank()}
    status = 422 if closing or limits or entering else 200
    return page(request, SHOW, "workspace", status, **shown, **forms, said=said, names=PLANS, leads_to=workspace.TRIAL_LEADS_TO)


router = Router(ROOT, route_handlers=[index, show, suspend, resume, limit, impersonate], guards=[operates])
