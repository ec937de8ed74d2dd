"""Files with contacts: asked for from the list, watched while they are written, taken home."""

from __future__ import annotations

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.contacts import export
from app.core import export as exports
from app.core.db import NotFound
from app.core.download import attachment
from app.core.forms import SubmittedForm, parse
from app.core.pages import Page, page, redirect

LIST = "/contacts/exports"
GUARDS = [needs(Permission.EXPORT_CONTACTS)]


@get("/", guards=GUARDS)
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "contacts/exports.html", "exports", exports=await export.latest(db))


@post("/", guards=GUARDS)
async def begin(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(export.Wish, data)
    if form.errors:
        raise NotFound(sorted(form.errors))
    await export.begin(db, form.value, by=viewer)
    return redirect(request, LIST)


@get("/{list_id:int}", guards=GUARDS)
async def download(viewer: CurrentViewer, db: TenantDb, list_id: FromPath[int]) -> Stream:
    return attachment(await exports.file_of(db, await exports.find(db, list_id, "contacts")), viewer.tx)


router = Router(LIST, route_handlers=[index, begin, download])
