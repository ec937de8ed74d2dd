"""The text for those who wait: the form of a paused campaign, with how many it is for."""

from __future__ import annotations

from typing import Any

from litestar import get, post, put
from litestar.params import FromPath

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.campaigns import campaign, draft, remaining, variants
from app.campaigns.campaign import Campaign
from app.core.db import Db
from app.core.forms import Form, SubmittedForm
from app.core.pages import Page, page, redirect

TEXT = "campaigns/text.html"
GUARDS = [needs(Permission.CHANGE_RUNNING_CAMPAIGNS)]


@get("/{campaign_id:int}/text", guards=GUARDS)
async def show(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    now = await remaining.current(db, found)
    return await _page(request, db, found, Form({"template_id": now.template_id} | draft.as_typed(now.variables)))


@post("/{campaign_id:int}/text", status_code=200, guards=GUARDS)
async def fields(request: CurrentRequest, db: TenantDb, data: SubmittedForm, campaign_id: FromPath[int]) -> Page:
    return await _page(request, db, await campaign.find(db, campaign_id), Form(data))


@put("/{campaign_id:int}/text", guards=GUARDS)
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, campaign_id: FromPath[int]) -> Page:
    found, form = await campaign.find(db, campaign_id), Form[Any](data)
    offer = await draft.offer(db, {**form.raw, "number_id": found.number_id})
    variables = draft.variables_of(form.raw, offer.names)
    form.errors = draft.errors_of(variables) if offer.template else {"template_id": remaining.CannotChangeText.message}
    try:
        if offer.template and not form.errors:
            await remaining.change(db, found, offer.template.id, variables)
            return redirect(request, f"/campaigns/{found.id}")
    except remaining.CannotChangeText as refusal:
        form.errors["template_id"] = refusal.message
    return await _page(request, db, found, form, status=422)


async def _page(request: CurrentRequest, db: Db, found: Campaign, form: Form[Any], *, status: int = 200) -> Page:
    offer = await draft.offer(db, {**form.raw, "number_id": found.number_id})
    variables = draft.variables_of(form.raw, offer.names)
    reach = None
    if offer.template and not draft.errors_of(variables):
        reach = await remaining.reach(db, found, offer.template, variables)
    test = await variants.test_of(db, found.id)
    return page(request, TEXT, "text", status=status, campaign=found, form=form, offer=offer, reach=reach, test=test)


handlers = [show, fields, change]
