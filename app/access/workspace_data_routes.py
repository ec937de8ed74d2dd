"""What a workspace keeps and for how long; and all of it to take away."""

from __future__ import annotations

from typing import Any

from litestar import get, post, put
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core import files
from app.core.db import Db, NotFound
from app.core.download import attachment
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page
from app.tenants import archive, retention
from app.tenants.retention import Rules

TOO_SHORT = N_("Thirty days are the least.")
KEEPING = [needs(Permission.CHANGE_RETENTION)]
EXPORTING = [needs(Permission.EXPORT_WORKSPACE)]


@get("/workspace/retention", guards=KEEPING)
async def rules(request: CurrentRequest, db: TenantDb, look: FromQuery[str] = "") -> Page:
    """`look`: what is chosen and not yet kept."""
    kept = await retention.current(db)
    form = _parse(dict(request.query_params)) if look else blank(kept)
    shown = form.value if look and not form.errors else kept
    return await _rules(request, db, form, shown, shorter=retention.shorter(kept, shown))


@put("/workspace/retention", guards=KEEPING)
async def change_rules(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    kept, form = await retention.current(db), _parse(data)
    if form.errors:
        return await _rules(request, db, form, kept, status=422)
    await retention.keep(db, form.value)
    return await _rules(request, db, blank(form.value), form.value, saved=True)


@get("/workspace/exports", guards=EXPORTING)
async def exports(request: CurrentRequest, db: TenantDb) -> Page:
    return await _exports(request, db)


@post("/workspace/exports", status_code=200, guards=EXPORTING)
async def begin(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    try:
        await archive.begin(db, by=viewer.id)
    except archive.Running as running:
        return await _exports(request, db, refused=running.message, status=422)
    return await _exports(request, db)


@get("/workspace/exports/{archive_id:int}", guards=EXPORTING)
async def download(viewer: CurrentViewer, db: TenantDb, archive_id: FromPath[int]) -> Stream:
    found = await archive.find(db, archive_id)
    if found.file_id is None:
        raise NotFound("archive")
    file = await files.find(db, found.file_id)
    await archive.note_download(db, found, file.name)
    return attachment(file, viewer.tx)


def _parse(data: dict[str, Any]) -> Form[Rules]:
    form = parse(Rules, data)
    form.errors = dict.fromkeys(form.errors, TOO_SHORT)
    return form


async def _rules(request: CurrentRequest, db: Db, form: Form[Any], shown: Rules, *, status: int = 200, **said: bool) -> Page:
    """`said`: that it is saved, or that something goes which would have stayed."""
    given: dict[str, Any] = {"saved": False, "shorter": False, **said}
    due = await retention.due(db, shown)
    return page(
        request, "settings/workspace_retention.html", "rules", status, form=form, due=due, choices=retention.CHOICES, **given
    )


async def _exports(request: CurrentRequest, db: Db, *, refused: str = "", status: int = 200) -> Page:
    found = await archive.latest(db)
    return page(request, "settings/workspace_exports.html", "exports", status, exports=found, refused=refused)


handlers = [rules, change_rules, exports, begin, download]
