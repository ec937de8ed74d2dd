"""Where an invitation leads: coming in once, as whom, and when it is over."""

from __future__ import annotations

from app.accounts import totp, two_factor
from app.core.db import platform_tx
from tests.access.people import (
    AS_HTMX,
    LIST,
    NEWCOMER,
    a_role,
    an_address,
    browser,
    invite,
    letter_to,
    link_to,
    open_ones,
    roles_of,
    token_of,
)
from tests.conftest import PASSWORD, Person, a_colleague, page_of, text_of


async def test_somebody_new_comes_in(owner: Person) -> None:
    email, dora = an_address(), browser()
    async with owner.tenant.tx() as db:
        await db.conn.execute("update tenants set brand_colour = '#aa3355'")
    answer = await invite(owner, email, "agent", "viewer", message="Hasta el lunes")
    assert answer.headers["location"] == f"{LIST}?only=invited"
    assert await open_ones(owner) == [email]
    letter = await letter_to(email)
    assert "Ana Olmo" in letter.subject
    assert "Hasta el lunes" in letter.text
    path = await link_to(email)
    page = await dora.get(path)
    assert page.status_code == 200
    assert "Casa Olmo" in text_of(page, "h1")
    sheet = page_of(page).css_first('link[href^="/theme.css"]')
    assert sheet is not None
    assert sheet.attributes["href"] == "/theme.css?brand=%23aa3355"
    assert "Hasta el lunes" in text_of(page, "blockquote")
    assert (await dora.post(path, NEWCOMER)).headers["location"] == "/inbox"
    assert (await dora.get("/inbox")).status_code == 200
    assert text_of(await dora.get("/account"), ".member strong") == "Dora Vega"
    assert await open_ones(owner) == []
    assert "Dora Vega" in (await owner.get(LIST)).text
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "select m.held, u.email_confirmed_at is not null from members m join users u using (id) where m.email = %s",
            (email,),
        )
        assert await cursor.fetchone() == (["agent", "viewer"], True)


async def test_a_link_lets_in_once(owner: Person) -> None:
    email, dora, other = an_address(), browser(), browser()
    await invite(owner, email)
    path = await link_to(email)
    await dora.get(path)
    await dora.post(path, NEWCOMER)
    page = await other.get(path)
    assert (page.status_code, email in page.text) == (410, True)
    assert (await other.post(path, {**NEWCOMER, "name": "Otra"})).status_code == 410
    assert "Otra" not in (await owner.get(LIST)).text


async def test_a_newcomer_is_told_what_is_missing(owner: Person) -> None:
    email, dora = an_address(), browser()
    await invite(owner, email)
    path = await link_to(email)
    await dora.get(path)
    answer = await dora.post(path, {"name": "", "password": "corta"}, headers=AS_HTMX)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#name-error") is not None
    assert "10" in text_of(answer, "#password-error")
    assert "corta" not in answer.text
    assert await open_ones(owner) == [email]


async def test_somebody_with_an_account_signs_in_and_joins(owner: Person, stranger: Person) -> None:
    await invite(owner, stranger.email)
    path, carla = await link_to(stranger.email), browser()
    page = await carla.get(path)
    assert page_of(page).css_first("[name=name]") is None
    answer = await carla.post(path, {"password": "no era esta"}, headers=AS_HTMX)
    assert (answer.status_code, page_of(answer).css_first("#password-error") is not None) == (422, True)
    assert (await carla.post(path, {"password": PASSWORD})).status_code == 303
    assert text_of(await carla.get("/account"), ".member .muted") == "Casa Olmo"
    assert await roles_of(Person("", owner.tenant_id, stranger.user_id)) == {"agent"}


async def test_their_second_step_is_asked_for(owner: Person, stranger: Person) -> None:
    offered = two_factor.offer(stranger.user_id)
    async with platform_tx() as door:
        await two_factor.turn_on(door, offered, totp.code_at(offered.secret, totp.step_now() - 1))
    await invite(owner, stranger.email)
    path, carla = await link_to(stranger.email), browser()
    assert page_of(await carla.get(path)).css_first("[name=code]") is not None
    answer = await carla.post(path, {"password": PASSWORD, "code": "000000"}, headers=AS_HTMX)
    assert (answer.status_code, page_of(answer).css_first("#code-error") is not None) == (422, True)
    assert (await carla.post(path, {"password": PASSWORD})).status_code == 422
    assert (
        await carla.post(path, {"password": PASSWORD, "code": totp.code_at(offered.secret, totp.step_now())})
    ).status_code == 303


async def test_whoever_is_signed_in_joins_with_one_press(owner: Person, stranger: Person) -> None:
    await invite(owner, stranger.email, "manager")
    path, before = await link_to(stranger.email), token_of(stranger)
    assert page_of(await stranger.get(path)).css_first("[name=password]") is None
    assert (await stranger.post(path, {})).headers["location"] == "/inbox"
    assert token_of(stranger) != before
    assert text_of(await stranger.get("/account"), ".member .muted") == "Casa Olmo"
    assert (await stranger.get("/workspaces")).text.count("Muebles Sur") >= 1


async def test_somebody_else_who_is_signed_in_is_told(owner: Person, stranger: Person) -> None:
    email = an_address()
    await invite(owner, email)
    path = await link_to(email)
    page = await stranger.get(path)
    assert stranger.email in text_of(page, ".banner[data-tone=warning]:not(.connection)")
    assert (await stranger.post(path, {})).status_code == 200
    assert await open_ones(owner) == [email]
    assert (await stranger.post(f"{path}/departure", {})).headers["location"] == path
    assert page_of(await stranger.get(path)).css_first("[name=name]") is not None
    assert (await stranger.get("/inbox")).headers["location"] == "/sign-in"


async def test_a_role_that_was_deleted_meanwhile_leaves_the_least(owner: Person) -> None:
    email, dora = an_address(), browser()
    role = await a_role(owner, "Ventas", 4, ["contacts.view"])
    await invite(owner, email, role)
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from roles")
    path = await link_to(email)
    await dora.get(path)
    await dora.post(path, NEWCOMER)
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select held from members where email = %s", (email,))
        assert await cursor.fetchone() == (["restricted"],)


async def test_whoever_goes_takes_their_promises_back(owner: Person) -> None:
    manager, email = await a_colleague(owner, "manager", "Mara Gil"), an_address()
    await invite(manager, email)
    await owner.put(f"{LIST}/{manager.user_id}/deactivation", {})
    assert await open_ones(owner) == []
    assert (await browser().get(await link_to(email))).status_code == 410


async def test_whoever_falls_takes_their_promises_back(owner: Person) -> None:
    manager, email, dora = await a_colleague(owner, "manager", "Mara Gil"), an_address(), browser()
    await invite(manager, email, "team_lead")
    path = await link_to(email)
    assert (await dora.get(path)).status_code == 200
    async with owner.tenant.tx() as db:
        await db.conn.execute("update member_roles set preset = 'agent' where user_id = %s", (manager.user_id,))
    assert (await dora.post(path, NEWCOMER)).status_code == 410
    page = await dora.get(path)
    assert (page.status_code, "Casa Olmo" in text_of(page, ".problem p")) == (410, True)


async def test_a_role_that_became_another_offered_one_is_given_once(owner: Person) -> None:
    email, dora = an_address(), browser()
    role = await a_role(owner, "Ventas", 4, ["contacts.view"])
    await invite(owner, email, role, "viewer")
    assert (await owner.delete(f"/settings/roles/{role}?instead=viewer")).status_code == 303
    path = await link_to(email)
    await dora.get(path)
    assert (await dora.post(path, NEWCOMER)).status_code == 303
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select held from members where email = %s", (email,))
        assert await cursor.fetchone() == (["viewer"],)


async def test_the_log_tells_who_came_in_and_no_token(owner: Person) -> None:
    email, dora = an_address(), browser()
    await invite(owner, email)
    path = await link_to(email)
    await dora.get(path)
    await dora.post(path, NEWCOMER)
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select i::text from invitations i union all select a::text from audit_log a")
        told = " ".join(row[0] for row in await cursor.fetchall())
        cursor = await db.conn.execute(
            "select distinct actor_name, action from audit_log where action <> 'tenants.update' order by 1, 2"
        )
        deeds = await cursor.fetchall()
    assert path.rpartition("/")[2] not in told
    assert ("Ana Olmo", "invitations.create") in deeds
    for what in ("invitations.update", "memberships.create", "member_roles.create"):
        assert [who for who, action in deeds if action == what] == ["Dora Vega"]


async def test_the_plan_counts_who_is_here_and_who_was_invited(owner: Person, agent: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute("update tenants set members_limit = 3 where id = %s", (owner.tenant_id,))
    first, dora = an_address(), browser()
    assert (await invite(owner, f"{first}, {an_address()}")).status_code == 422
    assert (await invite(owner, first)).status_code == 303
    answer = await invite(owner, an_address())
    assert (answer.status_code, page_of(answer).css_first("#emails-error") is not None) == (422, True)
    assert (await invite(owner, first)).status_code == 303
    path = await link_to(first, number=2)
    await a_colleague(owner, "agent", "Gema Paz")
    await dora.get(path)
    answer = await dora.post(path, NEWCOMER)
    assert (answer.status_code, page_of(answer).css_first("form .banner") is not None) == (422, True)
    await owner.put(f"{LIST}/{agent.user_id}/deactivation", {})
    assert (await dora.post(path, NEWCOMER)).status_code == 303
    assert (await owner.delete(f"{LIST}/{agent.user_id}/deactivation", headers=AS_HTMX)).status_code == 409
