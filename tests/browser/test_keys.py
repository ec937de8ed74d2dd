"""Everything by keyboard: the skip link, menus, dialogs; what is missing beside its field; and a theme that stays."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Opens
from tests.conftest import Person
from tests.inbox.conftest import Shop

pytestmark = pytest.mark.browser

FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label')"
INSIDE = "() => document.activeElement === document.body || !!document.activeElement.closest('#dates')"
RING = "() => getComputedStyle(document.activeElement).outlineStyle"


async def focused(page: Page) -> str:
    return str(await page.evaluate(FOCUSED))


async def test_the_first_key_leads_past_the_navigation(opens: Opens, owner: Person) -> None:
    page = await (await opens(owner)).new_page()
    await page.goto("/settings/quick-replies")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Skip to the content"
    assert await page.evaluate(RING) == "solid"
    await page.keyboard.press("Enter")
    assert await page.evaluate("() => document.activeElement.id") == "main"


async def test_a_menu_goes_by_arrows_and_gives_the_focus_back(opens: Opens, owner: Person) -> None:
    page = await (await opens(owner)).new_page()
    await page.goto("/settings/quick-replies")
    await expect(page.locator("#availability .menu-item").first).to_be_attached()
    member = page.locator(".member")
    await member.focus()
    await page.keyboard.press("Enter")
    items = page.locator("#account .menu-item:visible")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(items.nth(1)).to_be_focused()
    await page.keyboard.press("End")
    await expect(items.last).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#account")).to_be_hidden()
    await expect(member).to_be_focused()


async def test_a_dialog_keeps_the_focus_and_gives_it_back(opens: Opens, owner: Person) -> None:
    page = await (await opens(owner)).new_page()
    await page.goto("/dashboard")
    opener = page.get_by_role("button", name="Choose dates")
    await opener.focus()
    await page.keyboard.press("Enter")
    dialog = page.locator("#dates")
    await expect(dialog).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(INSIDE)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_what_is_missing_is_said_beside_its_field(opens: Opens) -> None:
    page = await (await opens()).new_page()
    await page.goto("/sign-up")
    company, email = page.get_by_label("Company"), page.get_by_label("E-mail")
    await email.fill("ana")
    await page.get_by_role("button", name="Create the workspace").click()
    await expect(company).to_be_focused()
    await expect(company).to_have_accessible_description("Fill this in.")
    await expect(page.locator("#email-error")).to_contain_text("That is not an e-mail address")
    await company.fill("Casa Olmo")
    await expect(page.locator("#workspace-error")).to_have_count(0)
    await expect(company).not_to_have_attribute("aria-invalid", "true")


async def test_a_theme_stays_on_this_browser(opens: Opens, owner: Person) -> None:
    page = await (await opens(owner)).new_page()
    await page.goto("/settings/quick-replies")
    await page.locator(".member").click()
    await page.get_by_role("button", name="Dark").click()
    await page.get_by_role("button", name="Compact").click()
    answer = await page.reload()
    assert answer is not None
    assert 'data-theme="dark" data-density="compact"' in await answer.text()
    await page.locator(".member").click()
    await expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="As the system").click()
    await expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


async def test_the_first_steps_go_away_and_come_back(opens: Opens, owner: Person) -> None:
    page = await (await opens(owner)).new_page()
    await page.goto("/dashboard")
    await page.get_by_role("button", name="Put the list away").click()
    await expect(page.locator(".first-steps")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".first-steps > li")).to_have_count(7)


async def test_the_first_steps_follow_what_happens(opens: Opens, shop: Shop) -> None:
    page = await (await opens(shop.owner)).new_page()
    async with page.expect_response(lambda answer: "/live" in answer.url):
        await page.goto("/first-steps")
    contacts = page.locator(".first-steps > li", has_text="Bring in your contacts")
    await expect(contacts).not_to_have_attribute("data-done", "")
    await shop.owner.post("/contacts", {"name": "Pilar Sanz", "phone": "+34622014874"})
    await expect(contacts).to_have_attribute("data-done", "")


async def test_a_lost_connection_is_said_while_it_lasts(opens: Opens, owner: Person) -> None:
    context = await opens(owner)
    page = await context.new_page()
    await page.goto("/settings/quick-replies")
    await context.set_offline(True)
    await expect(page.locator("#connection")).to_be_visible()
    await context.set_offline(False)
    await expect(page.locator("#connection")).to_be_hidden()
