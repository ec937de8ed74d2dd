"""Labels: the page that makes, renames, colours and deletes them."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post, put
from litestar.params import FromPath

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.contacts import label
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.pages import Page, page


@get("/", guards=[needs(Permission.VIEW_CONTACTS)])
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return await _page(request, db)


@post("/", guards=[needs(Permission.CREATE_LABELS)], status_code=200)
async def create(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(label.Wish, data)
    if not form.errors:
        try:
            await label.create(db, form.value)
            return await _page(request, db)
        except label.NameTaken as taken:
            form.errors["name"] = taken.message
    return await _page(request, db, form=form)


@put("/{label_id:int}", guards=[needs(Permission.UPDATE_LABELS)])
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, label_id: FromPath[int]) -> Page:
    found, form = await label.find(db, label_id), parse(label.Wish, data)
    if not form.errors:
        try:
            await label.change(db, found, form.value)
            return await _page(request, db)
        except label.NameTaken as taken:
            form.errors["name"] = taken.message
    return await _page(request, db, form=form, editing=found.id)


@get("/{label_id:int}", guards=[needs(Permission.UPDATE_LABELS, Permission.DELETE_LABELS)])
async def edit(request: CurrentRequest, db: TenantDb, label_id: FromPath[int]) -> Page:
    found = await label.find(db, label_id)
    return await _page(request, db, form=blank(found), editing=found.id)


@delete("/{label_id:int}", status_code=200, guards=[needs(Permission.DELETE_LABELS)])
async def remove(request: CurrentRequest, db: TenantDb, label_id: FromPath[int]) -> Page:
    await label.delete(db, await label.find(db, label_id))
    return await _page(request, db)


async def _page(request: CurrentRequest, db: Db, *, form: Form[Any] | None = None, editing: int = 0) -> Page:
    status = 422 if form and form.errors else 200
    shown = {"labels": await label.every(db), "form": form or blank(), "editing": editing}
    return page(request, "contacts/labels.html", "labels", status=status, **shown)


router = Router("/contacts/labels", route_handlers=[index, create, edit, change, remove])
