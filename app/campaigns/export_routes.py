"""Files with the people of a campaign: asked for, watched while they are written, taken home."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.campaigns import campaign, export
from app.campaigns.campaign import Campaign
from app.core import export as exports
from app.core.db import Db
from app.core.download import attachment
from app.core.forms import SubmittedForm, parse
from app.core.pages import Page, page

GUARDS = [needs(Permission.EXPORT_CAMPAIGNS)]


@get("/{campaign_id:int}/exports", guards=GUARDS)
async def index(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _page(request, db, await campaign.find(db, campaign_id))


@post("/{campaign_id:int}/exports", status_code=200, guards=GUARDS)
async def begin(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, campaign_id: FromPath[int]
) -> Page:
    found = await campaign.find(db, campaign_id)
    form = parse(export.Wish, data)
    if not form.errors:
        await export.begin(db, found, form.value, by=viewer)
    return await _page(request, db, found)


@get("/{campaign_id:int}/exports/{export_id:int}", guards=GUARDS)
async def download(viewer: CurrentViewer, db: TenantDb, campaign_id: FromPath[int], export_id: FromPath[int]) -> Stream:
    found = await export.find(db, campaign_id, export_id)
    return attachment(await exports.file_of(db, found), viewer.tx)


async def _page(request: CurrentRequest, db: Db, found: Campaign) -> Page:
    return page(request, "campaigns/exports.html", "exports", campaign=found, exports=await export.latest(db, found.id))


handlers = [index, begin, download]
