"""Quick replies: the page that manages them. The composer's list is in routes.py."""

from __future__ import annotations

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.forms import NOT_POSSIBLE, Form, SubmittedForm, blank, parse
from app.core.i18n import N_
from app.core.pages import Page, page, redirect
from app.inbox import quick_reply

LIST = "/settings/quick-replies"
BAD_SHORTCUT = N_("Use small letters, digits, - and _ only, without spaces. Example: precio-envio")


@get("/", guards=[needs(Permission.VIEW_QUICK_REPLIES)])
async def index(request: CurrentRequest, db: TenantDb, q: FromQuery[str] = "", after: FromQuery[str] = "") -> Page:
    found = await quick_reply.search(db, q, page=after)
    return page(request, "inbox/quick_replies.html", "rows", found=found, words=q)


@get("/new", guards=[needs(Permission.CREATE_QUICK_REPLIES)])
async def new(request: CurrentRequest) -> Page:
    return page(request, "inbox/quick_reply.html", "form", form=blank(), reply=None)


@post("/", guards=[needs(Permission.CREATE_QUICK_REPLIES)])
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = _parse(data)
    if not form.errors:
        try:
            await quick_reply.create(db, form.value, by=viewer)
            return redirect(request, LIST)
        except quick_reply.ShortcutTaken as taken:
            form.errors["shortcut"] = taken.message
    return page(request, "inbox/quick_reply.html", "form", status=422, form=form, reply=None)


@get("/{reply_id:int}", guards=[needs(Permission.UPDATE_QUICK_REPLIES, Permission.DELETE_QUICK_REPLIES)])
async def edit(request: CurrentRequest, db: TenantDb, reply_id: FromPath[int]) -> Page:
    reply = await quick_reply.find(db, reply_id)
    return page(request, "inbox/quick_reply.html", "form", form=blank(reply), reply=reply)


@put("/{reply_id:int}", guards=[needs(Permission.UPDATE_QUICK_REPLIES)])
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, reply_id: FromPath[int]) -> Page:
    reply, form = await quick_reply.find(db, reply_id), _parse(data)
    if not form.errors:
        try:
            await quick_reply.change(db, reply, form.value)
            return redirect(request, LIST)
        except quick_reply.ShortcutTaken as taken:
            form.errors["shortcut"] = taken.message
    return page(request, "inbox/quick_reply.html", "form", status=422, form=form, reply=reply)


@delete("/{reply_id:int}", status_code=200, guards=[needs(Permission.DELETE_QUICK_REPLIES)])
async def remove(request: CurrentRequest, db: TenantDb, reply_id: FromPath[int]) -> Page:
    await quick_reply.delete(db, await quick_reply.find(db, reply_id))
    return redirect(request, LIST)


def _parse(data: dict[str, str | list[str]]) -> Form[quick_reply.Wish]:
    form = parse(quick_reply.Wish, data)
    if form.errors.get("shortcut") == NOT_POSSIBLE:
        form.errors["shortcut"] = BAD_SHORTCUT
    return form


router = Router(LIST, route_handlers=[index, new, create, edit, change, remove])
