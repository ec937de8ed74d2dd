"""Teams over the API, and one's own availability."""

from __future__ import annotations

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.core.i18n import N_
from app.teams import availability
from app.teams import person as people
from app.teams import team as teams
from app.teams.availability import Availability, State
from app.teams.person import Person
from app.teams.team import Team

TAGS = [N_("Teams")]


class StaffedTeam(Team, frozen=True, kw_only=True):
    """A team with its people. `open` of a person counts all of their conversations, not only the team's."""

    members: list[Person]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`online` goes by what the person does from then on; anything else stays until it is changed."""

    state: State


@get("/teams", operation_id="list_teams", summary=N_("The teams, who is in them and what they have"), tags=TAGS,
     guards=[needs(Permission.VIEW_TEAMS)])  # fmt: skip
async def index(db: TenantDb) -> Listing[StaffedTeam]:
    everybody = {person.id: person for person in await people.every(db)}
    members = [each for each in await people.memberships(db) if each.user_id in everybody]
    staffed = {team: [everybody[each.user_id] for each in members if each.team_id == team.id] for team in await teams.every(db)}
    return Listing([StaffedTeam(**msgspec.structs.asdict(team), members=staff) for team, staff in staffed.items()])


@get("/availability", operation_id="show_availability", summary=N_("Your own availability"), tags=TAGS,
     guards=[needs(Permission.VIEW_CONVERSATIONS)])  # fmt: skip
async def show(db: TenantDb, viewer: CurrentViewer) -> Availability:
    return await availability.find(db, viewer.id)


@put("/availability", operation_id="choose_availability", summary=N_("Say whether you are there"), tags=TAGS, quiet=True,
     guards=[needs(Permission.VIEW_CONVERSATIONS)])  # fmt: skip
async def choose(db: TenantDb, viewer: CurrentViewer, data: JSONBody[Choice]) -> Availability:
    await availability.choose(db, viewer.id, data.state)
    return await availability.find(db, viewer.id)


handlers = [index, show, choose]
