"""What came of a campaign: its texts side by side, who answered, which links were pressed; and the choice of the winner."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, put
from litestar.params import FromPath

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.campaigns import campaign, clicks, report, significance, variants
from app.campaigns.campaign import Campaign
from app.core.db import Db
from app.core.forms import SubmittedForm, parse
from app.core.pages import Page, page

RESULTS = "campaigns/results.html"


class Winner(msgspec.Struct, frozen=True):
    place: int


@get("/{campaign_id:int}/results", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def results(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    return page(request, RESULTS, "results", **await _results(db, found), trouble="")


@put("/{campaign_id:int}/winner", guards=[needs(Permission.CHANGE_RUNNING_CAMPAIGNS)])
async def choose(request: CurrentRequest, db: TenantDb, data: SubmittedForm, campaign_id: FromPath[int]) -> Page:
    found, form, trouble = await campaign.find(db, campaign_id), parse(Winner, data), ""
    try:
        await variants.decide(db, found.id, form.value.place if not form.errors else -1)
    except variants.CannotDecide as refusal:
        trouble = refusal.message
    return page(request, RESULTS, "results", **await _results(db, found), trouble=trouble)


@get("/{campaign_id:int}/report", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def end(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, campaign_id: FromPath[int]) -> Page:
    told = await report.summary(db, campaign_id)
    await report.see(db, told.campaign.id, viewer.id)
    return page(request, "campaigns/report.html", "content", told=told, interval=significance.wilson)


async def _results(db: Db, found: Campaign) -> dict[str, Any]:
    return {
        "campaign": found, "counts": await campaign.counts(db, found.id), "links": await clicks.totals(db, found.id),
        "results": await variants.results(db, found.id), "interval": significance.wilson,
    }  # fmt: skip


handlers = [results, choose, end]
