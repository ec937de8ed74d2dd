"""The page of API tokens."""

from __future__ import annotations

from litestar import Router, delete, get, post
from litestar.params import FromPath

from app.access import api_token
from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import Page, page, redirect

LIST = "/settings/api-tokens"


@get("/", guards=[needs(Permission.VIEW_API_TOKENS)])
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "settings/api_tokens.html", "tokens", tokens=await api_token.all(db), form=blank(), made="")


@post("/", guards=[needs(Permission.CREATE_API_TOKENS)], status_code=200)
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form, made = parse(api_token.Wish, data), ""
    if not form.errors:
        made, form = await api_token.create(db, form.value, user_id=viewer.id), blank()
    tokens = await api_token.all(db)
    return page(request, "settings/api_tokens.html", "tokens", status=200 if made else 422, tokens=tokens, form=form, made=made)


@delete("/{token_id:int}", status_code=200, guards=[needs(Permission.REVOKE_API_TOKENS)])
async def revoke(request: CurrentRequest, db: TenantDb, token_id: FromPath[int]) -> Page:
    await api_token.revoke(db, await api_token.find(db, token_id))
    return redirect(request, LIST)


router = Router(LIST, route_handlers=[index, create, revoke])
