"""The end of a workspace: asked for by its owner with name and password, and taken back until the last day."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import delete, get, put

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.accounts import account, signing_in, throttle
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page, redirect
from app.tenants import deletion, tenant

HERE = "/settings/workspace/deletion"
OWNER = [needs(Permission.DELETE_WORKSPACE)]
OTHER_NAME = N_("That is not the address of this workspace. Type it as it stands above.")


class Wish(msgspec.Struct, frozen=True):
    slug: str
    password: str


@get("/workspace/deletion", guards=OWNER)
async def show(request: CurrentRequest, db: TenantDb) -> Page:
    return await _page(request, db, blank())


@put("/workspace/deletion", guards=OWNER)
async def ask(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = await _checked(data, await tenant.current(db), viewer)
    if form.errors:
        form.raw.pop("password", None)
        return await _page(request, db, form, status=422)
    try:
        await deletion.ask(db, by=viewer.id)
    except deletion.Leaving as leaving:
        form.errors["slug"] = leaving.message
        return await _page(request, db, form, status=422)
    return redirect(request, HERE)


@delete("/workspace/deletion", status_code=200, guards=OWNER)
async def revive(request: CurrentRequest, db: TenantDb) -> Page:
    await deletion.revive(db)
    return redirect(request, HERE)


async def _checked(data: dict[str, Any], now: tenant.Workspace, viewer: Viewer) -> Form[Wish]:
    form = parse(Wish, data)
    if not form.errors and form.value.slug != now.slug:
        form.errors["slug"] = OTHER_NAME
    if not form.errors:
        try:
            await signing_in.prove_again(viewer.id, viewer.email, form.value.password)
        except (account.WrongPassword, throttle.TooMany) as refusal:
            form.errors["password"] = refusal.message
    return form


async def _page(request: CurrentRequest, db: Db, form: Form[Any], *, status: int = 200) -> Page:
    return page(
        request, "settings/workspace_deletion.html", "deletion", status, form=form, now=await tenant.current(db),
        days=deletion.WAITS.days,
    )  # fmt: skip


handlers = [show, ask, revive]
