"""Teams and availability as people use them: seen live, asked about once more, given, deleted; and usable by everybody."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.architecture.house import nobody as none_of
from tests.browser.conftest import Opens
from tests.browser.walking import look_at
from tests.conftest import Person, eventually
from tests.teams.conftest import Company, come, english, takes_at_most

pytestmark = pytest.mark.browser
LUCIA = "34611482903"


@pytest.fixture
async def company(shop: Company) -> Company:
    return Company(shop.owner, shop.number)


@pytest.fixture
async def beto(company: Company) -> Person:
    return await english(company.owner, "agent", "Beto Ruiz")


async def test_somebody_sits_down_and_gets_a_conversation_that_is_too_many(
    opens: Opens, company: Company, beto: Person
) -> None:
    team = await company.team("Ventas", beto)
    await takes_at_most(company, beto, 0)
    talk = await company.talk(LUCIA)
    page = await (await opens(company.owner)).new_page()
    await page.goto("/teams")
    card = page.locator(f"#team-{team}")
    await expect(card).to_contain_text("Offline")

    theirs = await (await opens(beto)).new_page()
    await theirs.goto("/inbox")
    await theirs.mouse.move(200, 200)
    await expect(card).to_contain_text("Online")

    await page.goto(f"/inbox/{talk}")
    await page.locator(".thread-head [popovertarget=assign].button").click()
    await page.locator(".candidate", has_text="Beto Ruiz").click()
    await expect(page.locator("#full")).to_contain_text("Beto Ruiz has 0 of 0")
    await page.get_by_role("button", name="Give it anyway").click()
    await expect(page.locator("#full")).not_to_be_visible()
    await expect(page.locator(".thread-head")).to_contain_text("Beto")
    await expect(theirs.locator(f"#row-{talk}")).to_be_visible()


async def test_somebody_says_that_they_are_busy(opens: Opens, company: Company) -> None:
    page = await (await opens(company.owner)).new_page()
    await page.goto("/teams")
    await page.locator(".sidebar-foot .member").click()
    await page.locator("#availability [data-state=busy]").click()
    await eventually(lambda: company.rows("select 1 from availability where state = 'busy' and chosen = 'busy'"))
    await expect(page.locator(".staff")).to_contain_text("Busy")


async def test_a_team_is_deleted_and_another_one_gets_what_it_had(opens: Opens, company: Company) -> None:
    sales, workshop = await company.team("Ventas"), await company.team("Taller")
    talk = await company.talk(LUCIA, team_id=sales)
    page = await (await opens(company.owner)).new_page()
    await page.goto(f"/teams/{sales}/edit")
    await page.locator("[commandfor=delete-team]").click()
    await page.locator("#delete-team select").select_option(label="Taller")
    await page.locator("#delete-team [type=submit]").click()
    await page.wait_for_url("**/teams")
    assert await company.held(talk) == (None, workshop)


async def test_the_pages_of_a_team_can_be_used_by_everybody(opens: Opens, company: Company, beto: Person) -> None:
    team = await company.team("Ventas", beto, lead=beto, description="Presupuestos, pedidos y citas en la tienda " * 4)
    await takes_at_most(company, beto, 1)
    await come(beto)
    talk = await company.talk(LUCIA, team_id=team, assignee_id=beto.user_id)
    page = await (await opens(company.owner, language="es", reduced_motion="reduce")).new_page()
    found = []
    for path in (
        "/teams",
        f"/teams/{team}",
        f"/teams/{team}/edit",
        f"/teams/people/{beto.user_id}",
        f"/inbox/{talk}?team={team}",
    ):
        await page.goto(path, wait_until="domcontentloaded")
        found += [f"{path}: {said}" for said in await look_at(page)]
    none_of(found, "Somebody cannot use these:")
