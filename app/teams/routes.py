"""Teams: the page of all of them, one team, and what holds for all."""

from __future__ import annotations

from typing import Any

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.db import Db, NotFound
from app.core.forms import Form, SubmittedForm, blank, parse
from app.core.pages import Page, fragment, page, redirect
from app.teams import person as people
from app.teams import rules
from app.teams import team as teams
from app.teams.team import NameTaken, Team, Wish

SEES = [needs(Permission.VIEW_TEAMS)]
UPDATES = [needs(Permission.UPDATE_TEAMS)]


@get("/", guards=SEES)
async def index(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "teams/index.html", "teams", **await _overview(db))


@get("/new", guards=[needs(Permission.CREATE_TEAMS)])
async def new(request: CurrentRequest) -> Page:
    return page(request, "teams/new.html", "form", form=blank())


@post("/", guards=[needs(Permission.CREATE_TEAMS)])
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form = parse(Wish, data)
    if not form.errors:
        try:
            return redirect(request, f"/teams/{(await teams.create(db, form.value, by=viewer)).id}")
        except NameTaken as taken:
            form.errors["name"] = taken.message
    return page(request, "teams/new.html", "form", status=422, form=form)


@get("/rules", guards=UPDATES)
async def show_rules(request: CurrentRequest, db: TenantDb) -> Page:
    return page(request, "teams/rules.html", "form", form=blank(await rules.find(db)), teams=await teams.names(db))


@put("/rules", guards=UPDATES)
async def change_rules(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(rules.Rules, data)
    if form.errors:
        return page(request, "teams/rules.html", "form", status=422, form=form, teams=await teams.names(db))
    await rules.change(db, form.value)
    return redirect(request, "/teams")


@get("/{team_id:int}", guards=SEES)
async def show(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, team_id: FromPath[int]) -> Page:
    return page(request, "teams/show.html", "members", **await shown(db, viewer, await teams.find(db, team_id)))


@get("/{team_id:int}/edit", guards=UPDATES)
async def edit(request: CurrentRequest, db: TenantDb, team_id: FromPath[int]) -> Page:
    return await _edit(request, db, await teams.find(db, team_id))


@put("/{team_id:int}", guards=UPDATES)
async def change(request: CurrentRequest, db: TenantDb, data: SubmittedForm, team_id: FromPath[int]) -> Page:
    team, form = await teams.find(db, team_id), parse(Wish, data)
    if not form.errors:
        try:
            await teams.change(db, team, form.value)
            return redirect(request, f"/teams/{team.id}")
        except NameTaken as taken:
            form.errors["name"] = taken.message
    return await _edit(request, db, team, form)


@put("/{team_id:int}/place", guards=UPDATES)
async def move(request: CurrentRequest, db: TenantDb, team_id: FromPath[int], data: SubmittedForm) -> Page:
    await teams.move(db, await teams.find(db, team_id), up=data.get("to") == "up")
    return fragment(request, "teams/index.html", "teams", **await _overview(db))


@delete("/{team_id:int}", status_code=200, guards=[needs(Permission.DELETE_TEAMS)])
async def remove(request: CurrentRequest, db: TenantDb, team_id: FromPath[int], heir: FromQuery[int | None] = None) -> Page:
    """Its conversations go to the heir, or to everybody's queue."""
    team = await teams.find(db, team_id)
    if heir == team.id:
        raise NotFound("heir")
    await teams.delete(db, team, heir=await teams.find(db, heir) if heir else None)
    return redirect(request, "/teams")


async def shown(db: Db, viewer: CurrentViewer, team: Team) -> dict[str, Any]:
    """The people of a team, and who could join it."""
    leads = {each.user_id: each.leads for each in await people.memberships(db) if each.team_id == team.id}
    everybody = await people.every(db)
    return {
        "team": team, "staffs": teams.staffs(viewer, team), "leads": leads,
        "members": [person for person in everybody if person.id in leads],
        "others": [person for person in everybody if person.id not in leads],
    }  # fmt: skip


async def _overview(db: Db) -> dict[str, Any]:
    """Every team with its people, and who takes conversations and is in none."""
    everybody = {person.id: person for person in await people.every(db)}
    memberships = [each for each in await people.memberships(db) if each.user_id in everybody]
    found, takers = await teams.every(db), await people.takers(db)
    return {
        "teams": found, "rules": await rules.find(db), "everybody": list(everybody.values()),
        "members": {team.id: [everybody[each.user_id] for each in memberships if each.team_id == team.id] for team in found},
        "alone": [everybody[each] for each in everybody if each in takers - {member.user_id for member in memberships}],
    }  # fmt: skip


async def _edit(request: CurrentRequest, db: Db, team: Team, form: Form[Any] | None = None) -> Page:
    others = [each for each in await teams.names(db) if each.id != team.id]
    status = 422 if form else 200
    return page(request, "teams/edit.html", "form", status=status, form=form or blank(team), team=team, others=others)


router = Router(
    "/teams",
    route_handlers=[index, new, create, show_rules, change_rules, show, edit, change, move, remove],
)
