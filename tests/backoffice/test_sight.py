"""Who sees all workspaces: an operator in a session of the back office, for as long as it lasts, and nobody else."""

from __future__ import annotations

from typing import Any

import httpx

from app import user_command
from app.access.operator import ROOT, cookie_name, operates
from app.access.permissions import TAKE_HOME
from app.accounts import session, totp
from app.core.db import platform_tx
from tests.architecture.belongings import one_of_each
from tests.architecture.house import nobody as none_of
from tests.architecture.test_routes import GUARDED, ROUTES, ask
from tests.conftest import BASE, Person, a_workspace, appointed, bearer, page_of, text_of, to_the_back_office
from tests.ops.stumbling import a_failed_job

SEES_ALL = "/platform/ops?only=maintenance"
DOOR = f"/platform/sign-in?to={SEES_ALL.replace('/', '%2F').replace('?', '%3F').replace('=', '%3D')}"


async def run(statement: str, *values: Any) -> None:
    async with platform_tx() as door:
        await door.conn.execute(statement.encode(), values)


def led_to(answer: httpx.Response) -> str | None:
    return answer.headers.get("location") or answer.headers.get("hx-redirect")


async def sees_all(cookies: dict[str, str], **headers: str) -> bool:
    """Whether a browser with these and no other cookies gets in; if not, it is shown the door."""
    async with httpx.AsyncClient(base_url=BASE, cookies=cookies, headers=headers) as browser:
        answer = await browser.get(SEES_ALL)
    assert (answer.status_code, led_to(answer)) in ((200, None), (303, DOOR), (200, "/platform/sign-in"))
    return led_to(answer) is None


async def test_every_route_of_it_asks_for_its_own_session(owner: Person, nobody: Person) -> None:
    await user_command.appoint(owner.email, super_admin=True)
    things, offenders = await one_of_each(owner), []
    await nobody.get("/sign-in")
    routes = [route for route in ROUTES if route.path.startswith(ROOT) and not route.public]
    none_of((route.name for route in routes if operates not in route.guards), "Open to whoever has a workspace:")
    for person, headers in ((owner, {}), (nobody, {}), (nobody, await bearer(owner))):
        for route in routes:
            answer = await ask(person, route, things, **headers)
            if answer.status_code != 303 or not (led_to(answer) or "").startswith("/platform/sign-in"):
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Without a session of the back office, and yet:")
    await user_command.appoint(owner.email, super_admin=False)


async def test_a_super_admin_signs_in_once_more_and_comes_back_to_the_page(owner: Person, stranger: Person) -> None:
    job_id = await a_failed_job(owner, "elsewhere")
    mark = f'id="job-{job_id}"'
    assert (await to_the_back_office(stranger, "123456")).status_code == 422
    await user_command.appoint(stranger.email, super_admin=True)
    refused = await to_the_back_office(stranger, "123456")
    assert "dos pasos" in text_of(refused, ".error")
    secret = await appointed(stranger)
    # Being one shows where the door is, and opens nothing: not by a page, nor by a token.
    own = await stranger.get("/ops?of=all")
    assert (mark in own.text, page_of(own).css_first('a[href="/platform/ops"][hx-boost="false"]') is None) == (False, False)
    told = (await stranger.get("/api/v1/queues/maintenance", headers=await bearer(stranger))).json()
    assert told["failed"] == []
    assert led_to(await stranger.get(SEES_ALL)) == DOOR
    assert page_of(await stranger.get(DOOR)).css_first(f'input[name="to"][value="{SEES_ALL}"]') is not None
    assert (await to_the_back_office(stranger, "000000", to=SEES_ALL)).status_code == 422
    entered = await to_the_back_office(stranger, totp.code_at(secret, totp.step_now()), to=SEES_ALL)
    assert led_to(entered) == SEES_ALL
    assert mark in (await stranger.get(SEES_ALL)).text
    assert mark not in (await stranger.get("/ops?of=all")).text
    # What refreshes itself on a page is led back to the page.
    await stranger.post("/platform/sign-out")
    async with httpx.AsyncClient(base_url=BASE) as browser:
        answer = await browser.get(
            "/platform/ops", headers={"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": BASE + SEES_ALL}
        )
    assert led_to(answer) == DOOR
    await user_command.appoint(stranger.email, super_admin=False)


async def test_the_door_leads_nowhere_else(stranger: Person) -> None:
    secret = await appointed(stranger)
    entered = await to_the_back_office(stranger, totp.code_at(secret, totp.step_now()), to="//elsewhere.example/platform")
    assert led_to(entered) == "/platform"
    await user_command.appoint(stranger.email, super_admin=False)


async def test_a_stolen_cookie_is_worth_no_more_than_its_session(operator: Person) -> None:
    stolen = {cookie_name(): operator.http.cookies[cookie_name()]}
    ordinary = {session.cookie_name(): operator.http.cookies[session.cookie_name()]}
    assert (await sees_all(stolen), await sees_all(ordinary)) == (True, False)
    # Nor does the one of the back office open the workspace.
    async with httpx.AsyncClient(base_url=BASE, cookies=stolen) as browser:
        assert led_to(await browser.get("/inbox")) == "/sign-in"
    # Nobody at the keyboard for half an hour; a page that refreshes itself keeps nothing alive.
    await run("update platform_sessions set seen_at = now() - interval '29 minutes' where user_id = %s", operator.user_id)
    assert await sees_all(stolen, **{"HX-Request": "true", "HX-Request-Type": "partial"})
    await run("update platform_sessions set seen_at = seen_at - interval '2 minutes' where user_id = %s", operator.user_id)
    assert not await sees_all(stolen)
    await run("update platform_sessions set seen_at = now() - interval '29 minutes' where user_id = %s", operator.user_id)
    assert await sees_all(stolen)
    await run("update platform_sessions set seen_at = seen_at - interval '2 minutes' where user_id = %s", operator.user_id)
    assert await sees_all(stolen), "a page that somebody opened counts"
    # A second factor that was set up anew.
    await run("update users set totp_since = now() where id = %s", operator.user_id)
    assert not await sees_all(stolen)
    await run("update users set totp_since = now() - interval '1 day' where id = %s", operator.user_id)
    assert await sees_all(stolen)
    # Who no longer runs the installation does not come in with it, and not when they do so again either.
    await run("update users set super_admin = false where id = %s", operator.user_id)
    assert not await sees_all(stolen)
    await user_command.appoint(operator.email, super_admin=False)
    await user_command.appoint(operator.email, super_admin=True)
    assert not await sees_all(stolen)


async def test_a_session_that_was_ended_opens_nothing_and_ends_the_help(owner: Person, operator: Person) -> None:
    other = await a_workspace("Muebles Sur")
    theirs, others = await a_failed_job(owner, "helped"), await a_failed_job(other, "not helped")
    stolen = {cookie_name(): operator.http.cookies[cookie_name()]}
    wish = {"user": owner.user_id, "reason": "No le llegan los mensajes"}
    entered = await operator.post(f"/platform/workspaces/{owner.tenant_id}/impersonation", wish)
    inside = {session.cookie_name(): entered.cookies[session.cookie_name()]}
    # From inside one sees the workspace, and of the others nothing, even in the place of somebody who runs the installation.
    await user_command.appoint(owner.email, super_admin=True)
    helped = (await operator.get("/ops?of=all")).text
    assert (f'id="job-{theirs}"' in helped, f'id="job-{others}"' in helped, "/platform/ops" in helped) == (True, False, False)
    assert not await sees_all(inside)
    await user_command.appoint(owner.email, super_admin=False)
    # Nor is anything taken home, by whatever route.
    things, offenders = await one_of_each(owner), []
    for route in GUARDED:
        if TAKE_HOME.intersection(route.permissions) and not route.path.startswith("/api/"):
            answer = await ask(operator, route, things, things.form())
            if answer.status_code != 403:
                offenders.append(f"{route.name}: {answer.status_code}")
    none_of(offenders, "Whoever helps took home:")
    await operator.post("/platform/sign-out")
    assert not await sees_all(stolen)
    assert led_to(await operator.get("/inbox")) == "/sign-in"
