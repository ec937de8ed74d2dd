"""Keys, second tabs and the door to the demo."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens, arrive
from tests.conftest import Person
from tests.inbox.conftest import Shop

pytestmark = pytest.mark.browser


async def test_the_arrows_choose_a_quick_reply(opens: Opens, shop: Shop) -> None:
    await shop.owner.post("/settings/quick-replies", {"shortcut": "hora", "body": "¿A qué hora te viene bien?"})
    await shop.owner.post("/settings/quick-replies", {"shortcut": "horario", "body": "Abrimos de 10 a 20 h, {name}."})
    await shop.owner.post("/settings/quick-replies", {"shortcut": "gracias", "body": "Gracias a ti."})
    await shop.hears(shop.text("¿A qué hora abrís?"))
    page = await (await opens(shop.owner)).new_page()
    await page.goto(f"/inbox/{(await shop.conversation())['id']}")
    await page.keyboard.press("r")
    await page.keyboard.type("/ho")
    first, second = page.get_by_role("option", name="¿A qué hora"), page.get_by_role("option", name="/horario")
    await expect(page.get_by_role("option")).to_have_count(2)
    await expect(first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await expect(second).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("Abrimos de 10 a 20 h, Lucía.")


async def test_a_second_tab_hears_what_the_first_one_says(opens: Opens, shop: Shop, agent: Person) -> None:
    await shop.hears(shop.text("¿Tenéis la mesa Roble?"))
    path = f"/inbox/{(await shop.conversation())['id']}"
    first, second = await (await opens(agent)).new_page(), await (await opens(agent)).new_page()
    await arrive(first, path)
    await arrive(second, path)
    await first.get_by_role("textbox", name="Message").fill("Sí, en roble claro y en nogal.")
    await first.keyboard.press("Enter")
    await expect(second.locator(".message[data-from=us]", has_text="roble claro")).to_be_visible()
    await shop.told({"type": "text", "text": {"body": "La de nogal, entonces"}})
    for tab in (first, second):
        await expect(tab.locator(".message[data-from=contact]", has_text="nogal, entonces")).to_be_visible()
        await expect(tab.locator(".message[data-from=us]")).to_have_count(1)


async def test_one_press_opens_the_demo(opens: Opens) -> None:
    page = await (await opens()).new_page()
    await page.goto("/")
    await page.get_by_role("button", name="Open the demo workspace").click()
    await page.wait_for_url("**/inbox", timeout=20_000)
    await expect(page.locator(".conversation").first).to_be_visible()
