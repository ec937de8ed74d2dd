"""Every route: guarded or public by name, closed to the signed-out, to other workspaces, and to roles that may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from litestar.routes import HTTPRoute

from app.access.guards import signed_in
from app.access.permissions import Permission
from app.access.roles import permissions_of
from app.main import application
from tests.architecture.belongings import Belongings, one_of_each, rows
from tests.architecture.house import files
from tests.architecture.house import nobody as none_of
from tests.conftest import Person, bearer

PUBLIC = {
    "GET /", "GET /sign-in", "POST /sign-in", "GET /sign-up", "POST /sign-up", "POST /sign-out", "POST /demo",
    "GET /sign-in/code", "POST /sign-in/code", "GET /forgot-password", "POST /forgot-password",
    "GET /reset-password/{token:str}", "POST /reset-password/{token:str}",
    "GET /confirm-email/{token:str}", "POST /confirm-email/{token:str}",
    "POST /api/v1/auth/token", "POST /api/v1/auth/refresh", "POST /api/v1/auth/logout",
    "POST /language/{code:str}", "GET /static/{file_path:path}", "GET /static/assets/{version:str}/{name:path}",
    "GET /health", "GET /health/ready",
    "GET /health/workers", "GET /metrics",
    "GET /intake/meta", "POST /intake/meta", "GET /style", "GET /dev/mailbox",
    "GET /invitations/{token:str}", "POST /invitations/{token:str}", "POST /invitations/{token:str}/departure",
    "GET /l/{code:str}", "GET /api/docs", "GET /api/openapi.json", "GET /theme.css",
    "GET /logos/{tenant_id:int}/{file_id:int}/{seal:str}",
    "GET /platform/sign-in", "POST /platform/sign-in", "POST /platform/sign-out",
}  # fmt: skip
AS_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
STREAMS = {"/live", "/inbox/live"}


class Route(NamedTuple):
    method: str
    path: str
    guards: list[Any]
    public: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """One of them is enough; none is needed where this is empty."""
        return next((guard.permissions for guard in self.guards if hasattr(guard, "permissions")), ())

    def opens_for(self, role: str) -> bool:
        return not self.permissions or not permissions_of(role).isdisjoint(self.permissions)

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)", self.path)


def routes() -> Iterator[Route]:
    for route in application().routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, *_) in route.route_handler_map.items():
                if method not in ("OPTIONS", "HEAD"):
                    guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
                    yield Route(str(method), route.path, guards, bool(handler.opt.get("public")))


ROUTES = sorted(routes())
# The back office has a door of its own: tests/backoffice walks it.
GUARDED = [route for route in ROUTES if not route.public and not route.path.startswith("/platform")]
# Every workspace has queues and features of these names, and sees its own; announcements are for everybody.
NAMES = {"queue_name", "module_id", "announcement_id"}
WITH_IDS = [route for route in GUARDED if set(route.parameters) - NAMES]


async def ask(
    person: Person, route: Route, things: Belongings, form: dict[str, Any] | None = None, **headers: str
) -> httpx.Response:
    sent = None if route.method in ("GET", "DELETE") else form or {}
    if route.path.startswith("/api/v1/"):
        return await person.http.request(route.method, things.path(route.path), json=sent, headers=await bearer(person))
    return await person._send(route.method, things.path(route.path), sent, headers=headers)


def test_every_route_is_guarded_or_public_by_name() -> None:
    unguarded = [route.name for route in GUARDED if not (signed_in in route.guards or route.permissions)]
    none_of(unguarded, "Say what these need, or public=True:")
    assert {route.name for route in ROUTES if route.public} == PUBLIC


def test_urls_are_nouns_in_lower_case() -> None:
    said = re.compile(r"^(/|(/[a-z0-9-]+|/{\w+:(int|str|uuid|path)}|/v1|/openapi\.json|/theme\.css)+)$")
    none_of((route.name for route in ROUTES if not said.match(route.path)), "Not a path of ours:")


async def test_the_signed_out_are_sent_to_the_door(owner: Person, nobody: Person) -> None:
    things = await one_of_each(owner)
    before, offenders = await rows(owner), []
    await nobody.get("/sign-in")
    for route in GUARDED:
        answer = await ask(nobody, route, things)
        path = things.path(route.path)
        # Back to the page that they wanted, if it is one and not the one that they come to anyway.
        door = f"/sign-in?{urlencode({'to': path})}" if route.method == "GET" and path != "/inbox" else "/sign-in"
        wanted = (401, None) if route.path.startswith("/api/") else (303, door)
        if (answer.status_code, answer.headers.get("location")) != wanted:
            offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Signed out, and yet:")
    assert await rows(owner) == before


async def test_ids_of_another_workspace_are_not_there(owner: Person, stranger: Person) -> None:
    things = await one_of_each(owner)
    before, offenders = await rows(owner), []
    for route in WITH_IDS:
        answer = await ask(stranger, route, things, things.form())
        # An upload or a body of the API that is not one is refused before anybody looks for anything.
        unread = (400, 422) if route.path.startswith("/api/") else (400,)
        if answer.status_code not in (404, *unread) or things.mark in answer.text:
            offenders.append(f"{route.name}: {answer.status_code}{', with their data' if things.mark in answer.text else ''}")
    none_of(offenders, "Not yours is not there, but these did not answer 404:")
    assert await rows(owner) == before


async def test_forms_cannot_point_at_another_workspace(owner: Person, stranger: Person) -> None:
    things = await one_of_each(owner)
    before, offenders = await rows(owner), []
    for route in GUARDED:
        if not route.parameters and route.method in ("POST", "PUT", "PATCH"):
            answer = await ask(stranger, route, things, things.form(), **AS_HTMX)
            if answer.status_code >= 500 or things.mark in answer.text:
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Ids of another workspace in a form:")
    assert await rows(owner) == before


async def test_the_owner_does_reach_what_others_do_not(owner: Person) -> None:
    things, offenders = await one_of_each(owner), []
    for route in WITH_IDS:
        if route.method == "GET" and route.path not in STREAMS:
            # Some are about one of their templates in that place.
            path = things.path(route.path + "?template_id={template_id}")
            answer = await owner.get(path, headers=await bearer(owner) if path.startswith("/api/") else {})
            if answer.status_code not in (200, 303):
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Their own things, and yet:")


async def test_every_page_opens_for_the_owner_of_an_empty_workspace(owner: Person) -> None:
    offenders = []
    for route in GUARDED:
        if route.method == "GET" and not route.parameters and route.path not in STREAMS and not route.path.startswith("/api/"):
            answer = await owner.get(route.path)
            if answer.status_code not in (200, 303):
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "A new workspace, and yet:")


async def test_an_agent_is_refused_what_agents_may_not(owner: Person, agent: Person) -> None:
    things = await one_of_each(owner)
    before, offenders = await rows(owner), []
    for route in GUARDED:
        if not route.opens_for("agent") and not route.path.startswith("/api/"):
            answer = await ask(agent, route, things)
            if answer.status_code != 403:
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Agents may not, and yet:")
    assert await rows(owner) == before


async def test_a_form_without_its_token_is_refused(owner: Person) -> None:
    things, offenders = await one_of_each(owner), []
    for route in GUARDED:
        if route.method != "GET" and not route.path.startswith("/api/"):
            answer = await owner.http.request(route.method, things.path(route.path))
            if answer.status_code != 403:
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Another site could submit these:")


TELL_OF_ALL = {"permissions.py", "permission_words.py", "roles.py", "role_templates.py"}


def test_every_permission_opens_something() -> None:
    guarding = {permission for route in ROUTES for permission in route.permissions}
    code = "\n".join(path.read_text() for path in files("app", "*.py") if path.name not in TELL_OF_ALL)
    pages = "\n".join(path.read_text() for path in files("templates", "*.html"))
    idle = {
        permission
        for permission in set(Permission) - guarding
        if not re.search(rf"\bPermission\.{permission.name}\b", code) and f'"{permission}"' not in pages
    }
    none_of(idle, "Nobody asks for these permissions:")
