"""The shop as a company: its look and hours, a role of its own, teams, who is there, and what the audit log tells of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from psycopg.types.json import Jsonb

from app.access import role, roles
from app.access.role_rules import Wish
from app.access.role_templates import TEMPLATES
from app.access.viewer import Viewer
from app.core.db import Db
from app.core.statements import statements
from app.demo.story import Colleague, Deed, Team, story
from app.teams import rules
from app.teams.rules import Rules
from app.tenants import hours, tenant
from app.tenants.hours import HolidayWish

q = statements("demo")


class Seat(msgspec.Struct, frozen=True):
    """Somebody who answers, and the team in which they do."""

    person: int
    team: int


async def tell(db: Db, owner: Viewer, members: Mapping[str, int]) -> dict[str, int]:
    """Answers the teams by name."""
    told = story()
    await tenant.paint(db, *told.colours)
    await hours.keep(db, [span for day, times in enumerate(told.week, 1) for span in hours.parse(day, times)])
    for name, day in told.holidays:
        await hours.add_holiday(db, HolidayWish(name, day, yearly=True))
    await _roles(db, owner, members)
    await db.run(q.teams, teams=Jsonb([_team(each, place, members) for place, each in enumerate(told.teams, 1)]))
    teams = {row["name"]: row["id"] for row in await db.rows(q.team_ids)}
    await rules.change(db, Rules(told.capacity, teams[told.teams[0].name]))
    await db.run(q.staff, people=Jsonb([_person(each, members) for each in told.colleagues]))
    await db.run(q.deeds, deeds=Jsonb([_deed(deed, members) for deed in told.deeds]))
    return teams


async def _roles(db: Db, owner: Viewer, members: Mapping[str, int]) -> None:
    for each in story().roles:
        template = TEMPLATES[each.template]
        wish = Wish(each.name, template.level, each.description, template.inherits, sorted(template.permissions))
        made = await role.create(db, wish, by=owner)
        holders = [members[person.key] for person in story().colleagues if person.role == each.name]
        await db.run(q.give_role, role=int(made), people=holders)


def preset_of(held: str) -> str | None:
    """None for a role of the shop's own, which is given when it is there."""
    return held if held in roles.PRESETS else None


def seats(teams: Mapping[str, int], members: Mapping[str, int]) -> list[Seat]:
    return [Seat(members[key], teams[team.name]) for team in story().teams for key in team.people]


def _person(colleague: Colleague, members: Mapping[str, int]) -> dict[str, object]:
    return msgspec.structs.asdict(colleague) | {"id": members[colleague.key]}


def _team(team: Team, place: int, members: Mapping[str, int]) -> dict[str, object]:
    return msgspec.structs.asdict(team) | {"place": place, "people": [members[key] for key in team.people]}


def _deed(deed: Deed, members: Mapping[str, int]) -> dict[str, object]:
    return msgspec.structs.asdict(deed) | {"by": members[deed.by]}
