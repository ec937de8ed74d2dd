"""Files with the people of a campaign: asked for, watched while they are written, taken home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.campaigns import campaign, export
from app.campaigns.campaign import Campaign
from app.core import files
from app.core.db import Db, NotFound
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
    found = await export.find(db, export_id)
    if found.campaign_id != campaign_id or found.file_id is None:
        raise NotFound
    return await stream(db, viewer, found, found.file_id)


async def stream(db: Db, viewer: Viewer, found: export.Export, file_id: int) -> Stream:
    """The file as an attachment, in parts of a megabyte."""
    file = await files.find(db, file_id)
    disposition = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Length": str(file.size)}
    return Stream(_content(viewer, file.id), media_type=file.mime, headers=headers)


async def _content(viewer: Viewer, file_id: int) -> AsyncIterator[bytes]:
    """The request's own transaction is over before the first byte."""
    async with viewer.tx() as db:
        async for part in files.parts(db, file_id):
            yield part


async def _page(request: CurrentRequest, db: Db, found: Campaign) -> Page:
    exports = await export.latest(db, found.id)
    return page(request, "campaigns/exports.html", "exports", campaign=found, exports=exports)


handlers = [index, begin, download]
