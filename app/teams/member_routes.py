"""Who is in a team, who leads it, and how much each person takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db, NotFound
from app.core.forms import SubmittedForm, blank, parse
from app.core.pages import Page, fragment, page, redirect
from app.teams import availability
from app.teams import person as people
from app.teams import team as teams
from app.teams.availability import State
from app.teams.routes import shown
from app.teams.team import Team

# A team's lead may say who is in it; the others need teams.update. See `_staffed`.
COMES_IN = [needs(Permission.VIEW_TEAMS)]
LOOKS_AFTER = [needs(Permission.SET_AVAILABILITY)]


class Chosen(msgspec.Struct, frozen=True):
    person_id: int


class Changes(msgspec.Struct, frozen=True):
    """Without a capacity it is that of the workspace; without a state it stays as it is."""

    capacity: Annotated[int, Meta(ge=0, le=999)] | None = None
    state: State | None = None


@post("/{team_id:int}/members", status_code=200, guards=COMES_IN)
async def add(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, team_id: FromPath[int]
) -> Page:
    team = await _staffed(db, viewer, team_id)
    await people.add(db, team, await people.find(db, _chosen(data)), by=viewer.id)
    return await _members(request, db, viewer, team_id)


@delete("/{team_id:int}/members/{person_id:int}", status_code=200, guards=COMES_IN)
async def remove(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, team_id: FromPath[int], person_id: FromPath[int]
) -> Page:
    await people.remove(db, await _staffed(db, viewer, team_id), person_id)
    return await _members(request, db, viewer, team_id)


@put("/{team_id:int}/lead", guards=[needs(Permission.UPDATE_TEAMS)])
async def lead(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, team_id: FromPath[int]
) -> Page:
    await people.make_lead(db, await teams.find(db, team_id), _chosen(data))
    return await _members(request, db, viewer, team_id)


@delete("/{team_id:int}/lead", status_code=200, guards=[needs(Permission.UPDATE_TEAMS)])
async def unlead(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, team_id: FromPath[int]) -> Page:
    await people.make_lead(db, await teams.find(db, team_id), None)
    return await _members(request, db, viewer, team_id)


@get("/people/{person_id:int}", guards=LOOKS_AFTER)
async def edit(request: CurrentRequest, db: TenantDb, person_id: FromPath[int]) -> Page:
    person = await people.find(db, person_id)
    return page(request, "teams/person.html", "form", form=blank(capacity=person.own_capacity, state=""), person=person)


@put("/people/{person_id:int}", guards=LOOKS_AFTER)
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, person_id: FromPath[int]) -> Page:
    person, form = await people.find(db, person_id), parse(Changes, data)
    if form.errors:
        return page(request, "teams/person.html", "form", status=422, form=form, person=person)
    await people.set_capacity(db, person, form.value.capacity)
    if form.value.state:
        await availability.choose(db, person.id, form.value.state)
    return redirect(request, "/teams")


async def _staffed(db: Db, viewer: Viewer, team_id: int) -> Team:
    """A team whose people the viewer may choose. Raises NotFound, or NotAllowed."""
    team = await teams.find(db, team_id)
    if not teams.staffs(viewer, team):
        require(viewer, Permission.UPDATE_TEAMS)
    return team


def _chosen(data: SubmittedForm) -> int:
    form = parse(Chosen, data)
    if form.errors:
        raise NotFound("colleague")
    return form.value.person_id


async def _members(request: CurrentRequest, db: Db, viewer: Viewer, team_id: int) -> Page:
    return fragment(request, "teams/show.html", "members", **await shown(db, viewer, await teams.find(db, team_id)))


router = Router("/teams", route_handlers=[add, remove, lead, unlead, edit, change])
