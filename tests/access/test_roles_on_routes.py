"""Every route × every preset role × their own workspace, another one, and nobody at all.

What a preset may do is in the first table by hand, so that nobody widens a role by accident; the rest follows from the guards.
Refusals are asked for over HTTP, because they change nothing; doors that open are opened where nothing is changed either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from app.access.roles import PRESETS, permissions_of
from tests.architecture.belongings import Belongings, one_of_each, rows
from tests.architecture.house import nobody
from tests.architecture.test_routes import AS_HTMX, GUARDED, STREAMS, WITH_IDS, Route
from tests.conftest import Person, a_colleague, a_workspace, bearer

AT_ONCE = 12  # requests, for two cores
OWNER = "owner"
# Who stands where: the presets that may do one telling thing of each kind, from the bottom to the top.
MAY = {
    "GET /inbox": "restricted guest viewer junior_agent agent senior_agent team_lead manager admin owner",
    "POST /inbox/{conversation_id:int}/messages": "junior_agent agent senior_agent team_lead manager admin owner",
    "PUT /inbox/{conversation_id:int}/assignment": "agent senior_agent team_lead manager admin owner",
    "PUT /inbox/{conversation_id:int}/closure": "agent senior_agent team_lead manager admin owner",
    "GET /contacts": "viewer junior_agent agent senior_agent team_lead manager admin owner",
    "POST /contacts": "agent senior_agent team_lead manager admin owner",
    "DELETE /contacts/{contact_id:int}": "manager admin owner",
    "GET /contacts/imports": "manager admin owner",
    "POST /contacts/labels": "senior_agent team_lead manager admin owner",
    "DELETE /contacts/labels/{label_id:int}": "team_lead manager admin owner",
    "POST /settings/quick-replies": "senior_agent team_lead manager admin owner",
    "DELETE /settings/quick-replies/{reply_id:int}": "team_lead manager admin owner",
    "GET /dashboard": "guest viewer team_lead manager admin owner",
    "GET /campaigns": "viewer manager admin owner",
    "PUT /campaigns/{campaign_id:int}/launch": "manager admin owner",
    "PUT /campaigns/{campaign_id:int}/pause": "manager admin owner",
    "GET /numbers": "viewer team_lead manager admin owner",
    "POST /numbers": "manager admin owner",
    "GET /ops/alerts": "viewer team_lead manager admin owner",
    "PUT /ops/alerts/{alert_id:int}/acknowledgement": "team_lead manager admin owner",
    "GET /ops": "manager admin owner",
    "GET /settings/alerts": "admin owner",
    "GET /settings/people": "viewer team_lead manager admin owner",
    "GET /settings/roles": "manager admin owner",
    "POST /settings/roles": "admin owner",
    "DELETE /settings/modules/{module_id:str}": "admin owner",
    "GET /settings/api-tokens": "manager admin owner",
    "POST /api/v1/messages": "agent junior_agent senior_agent team_lead manager admin owner",
    "GET /account": "restricted guest viewer junior_agent agent senior_agent team_lead manager admin owner",
}


class Cast:
    """One of each preset in one workspace with a program each, and one of each thing there."""

    def __init__(self, people: dict[str, Person], heads: dict[str, dict[str, str]], things: Belongings) -> None:
        self.people, self.heads, self.things = people, heads, things

    async def ask(self, role: str, route: Route, things: Belongings) -> int:
        """The status. The things may be another workspace's."""
        sent = None if route.method in ("GET", "DELETE") else {}
        if route.path.startswith("/api/v1/"):
            http = self.people[role].http
            answer = await http.request(route.method, things.path(route.path), json=sent, headers=self.heads[role])
        else:
            answer = await self.people[role]._send(route.method, things.path(route.path), sent, headers=AS_HTMX)
        return answer.status_code


@pytest.fixture(scope="module")
async def cast(house: str) -> Cast:
    owner = await a_workspace()
    people = {OWNER: owner} | {key: await a_colleague(owner, key, key) for key in PRESETS if key != OWNER}
    return Cast(people, {key: await bearer(person) for key, person in people.items()}, await one_of_each(owner))


@pytest.fixture(scope="module")
async def elsewhere(house: str) -> Belongings:
    """Things of another workspace."""
    return await one_of_each(await a_workspace("Muebles Sur"))


def test_the_presets_stand_where_the_table_has_them() -> None:
    known, offenders = {route.name: route for route in GUARDED}, []
    for name, wanted in MAY.items():
        may = {role for role in PRESETS if known[name].opens_for(role)}
        if may != set(wanted.split()):
            offenders.append(f"{name}: {' '.join(sorted(may ^ set(wanted.split())))}")
    nobody(offenders, "These are other roles than the table says:")


def test_a_higher_preset_may_do_what_its_own_line_may() -> None:
    for key, preset in PRESETS.items():
        for below in preset.inherits:
            assert permissions_of(below) < permissions_of(key)
            assert PRESETS[below].level < preset.level


async def kept(cast: Cast) -> dict[str, list[str]]:
    """Every row, but for the tokens, which know when they were used."""
    return {table: found for table, found in (await rows(cast.people[OWNER])).items() if table != "api_tokens"}


async def statuses(cast: Cast, role: str, routes: Iterable[Route], things: Belongings) -> dict[str, int]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(route: Route) -> tuple[str, int]:
        async with gate:
            return route.name, await cast.ask(role, route, things)

    return dict(await asyncio.gather(*(one(route) for route in routes)))


@pytest.mark.parametrize("role", PRESETS)
async def test_their_own_workspace_refuses_what_they_may_not(cast: Cast, role: str) -> None:
    before = await kept(cast)
    closed = [route for route in GUARDED if not route.parameters and not route.opens_for(role)]
    found = await statuses(cast, role, closed, cast.things)
    nobody([f"{name}: {status}" for name, status in found.items() if status != 403], f"Not for {role}:")
    assert await kept(cast) == before


@pytest.mark.parametrize("role", PRESETS)
async def test_their_own_workspace_opens_what_they_may_see(cast: Cast, role: str) -> None:
    pages = [route for route in GUARDED if route.method == "GET" and route.path not in STREAMS and route.opens_for(role)]
    found = await statuses(cast, role, [route for route in pages if not route.parameters], cast.things)
    nobody([f"{name}: {status}" for name, status in found.items() if status not in (200, 303)], f"Open for {role}, and yet:")
    # What is not theirs in their own workspace, such as a conversation of somebody else, is not there either.
    found = await statuses(cast, role, [route for route in pages if route.parameters], cast.things)
    nobody(
        [f"{name}: {status}" for name, status in found.items() if status not in (200, 303, 404)], f"Open for {role}, and yet:"
    )


@pytest.mark.parametrize("role", PRESETS)
async def test_another_workspace_is_not_there_for_any_role(cast: Cast, elsewhere: Belongings, role: str) -> None:
    found = await statuses(cast, role, WITH_IDS, elsewhere)
    offenders = []
    for route in WITH_IDS:
        # A body of the API or an upload that is none is refused before anybody looks for anything.
        wanted = (404, 400, 422) if route.opens_for(role) else (403,)
        if found[route.name] not in wanted:
            offenders.append(f"{route.name}: {found[route.name]}")
    nobody(offenders, f"Of another workspace, asked by {role}:")
