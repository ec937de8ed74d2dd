"""One's own availability: said in the account's menu, and kept by what one does."""

from __future__ import annotations

import msgspec
from litestar import Router, get, post, put

from app.access.guards import CurrentViewer, TenantDb, signed_in
from app.access.viewer import CurrentRequest
from app.core.db import NotFound
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import Page, fragment, page, redirect
from app.teams import availability
from app.teams.availability import Rest, State


class Choice(msgspec.Struct, frozen=True):
    state: State


@get("/", guards=[signed_in])
async def show(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    found = await availability.find(db, viewer.id)
    return page(request, "teams/availability.html", "form", availability=found, form=blank(found))


@get("/menu", guards=[signed_in])
async def menu(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    return fragment(request, "teams/states.html", "states", availability=await availability.find(db, viewer.id))


# Said many times a day, and nothing that anybody would look for later.
@put("/", guards=[signed_in], quiet=True)
async def choose(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Choice, data)
    if form.errors:
        raise NotFound("availability")
    await availability.choose(db, viewer.id, form.value.state)
    return fragment(request, "teams/states.html", "states", availability=await availability.find(db, viewer.id))


@put("/rest", guards=[signed_in])
async def rest(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Rest, data)
    if form.errors:
        found = await availability.find(db, viewer.id)
        return page(request, "teams/availability.html", "form", status=422, availability=found, form=form)
    await availability.rest_after(db, viewer.id, form.value)
    return redirect(request, "/account/availability")


# Once a minute at most, and only while somebody is at the keyboard: themselves, not somebody of the platform in their place.
@post("/heartbeat", status_code=204, guards=[signed_in], quiet=True)
async def heartbeat(db: TenantDb, viewer: CurrentViewer) -> None:
    if not viewer.impersonator:
        await availability.note_activity(db, viewer.id)


router = Router("/account/availability", route_handlers=[show, menu, choose, rest, heartbeat])
