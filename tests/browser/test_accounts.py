"""The doors of an account, as people walk through them: confirmed, protected, forgotten; each looked at as axe does."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from app.accounts import totp
from tests.accounts.mailbox import kept, letter_to, link_in
from tests.accounts.test_signing_in import an_address
from tests.architecture.house import nobody as none_of
from tests.browser.conftest import Opens
from tests.browser.walking import DESK, look_at
from tests.conftest import PASSWORD, eventually

pytestmark = pytest.mark.browser

BROKEN = "Somebody cannot use these:"


class Walk:
    """A page and what was wrong on the way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    async def look(self, where: str) -> None:
        self.found += [f"{where}: {said}" for said in await look_at(self.page)]
        await self.page.set_viewport_size(DESK)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()


async def test_from_sign_up_to_a_second_factor_and_back(opens: Opens, house: str) -> None:
    email = an_address()
    walk = Walk(await (await opens(reduced_motion="reduce")).new_page())
    page = walk.page
    await page.goto("/sign-up")
    for field, said in (("Company", "Roble"), ("Your name", "Nuria Gil"), ("E-mail", email), ("Password", PASSWORD)):
        await page.get_by_label(field, exact=True).fill(said)
    await walk.press("Create the workspace")
    await page.wait_for_url("**/first-steps")
    await page.goto("/settings")
    await expect(page.locator("#unconfirmed")).to_be_visible()
    await walk.look("unconfirmed")
    await walk.press("Send it again")
    await expect(page.locator(".unconfirmed")).to_contain_text("Sent again.")
    await eventually(lambda: len(kept(email)) == 2)
    await page.goto(link_in(await letter_to(email)))
    await walk.look("confirm")
    await walk.press("Yes, confirm it")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is yours")
    await walk.look("confirmed")
    await page.goto(link_in(await letter_to(email)))
    await walk.look("expired")
    codes = await protect(walk)
    await page.goto("/account")
    await page.get_by_text("Change the address").click()
    await walk.look("account")
    await page.context.clear_cookies(name="recado")
    await sign_in(walk, email, codes[0])
    none_of(walk.found, BROKEN)


async def protect(walk: Walk) -> list[str]:
    page = walk.page
    await page.goto("/account/two-factor")
    await page.get_by_text("I cannot scan it").click()
    await walk.look("set-up")
    await page.get_by_label("Type the six digits").fill("000000")
    await page.get_by_label("Current password").fill(PASSWORD)
    await walk.press("Turn it on")
    await expect(page.locator("#code-error")).to_be_visible()
    secret = await page.locator("#totp-secret").text_content() or ""
    await page.get_by_label("Type the six digits").fill(totp.code_at(secret, totp.step_now()))
    await page.get_by_label("Current password").fill(PASSWORD)
    await walk.press("Turn it on")
    await expect(page.locator("#recovery-codes li")).to_have_count(10)
    await walk.look("recovery codes")
    codes = await page.locator("#recovery-codes code").all_text_contents()
    await page.get_by_role("link", name="I have kept them").click()
    await page.wait_for_url("**/account")
    await page.goto("/account/two-factor")
    await walk.look("on")
    return codes


async def sign_in(walk: Walk, email: str, code: str) -> None:
    page = walk.page
    await page.goto("/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await walk.press("Sign in")
    await page.wait_for_url("**/sign-in/code")
    await walk.look("code")
    await page.get_by_label("Code").fill(code)
    await walk.press("Sign in")
    await page.wait_for_url("**/inbox")


async def test_a_forgotten_password_in_the_browser(opens: Opens, house: str) -> None:
    walk = Walk(await (await opens(reduced_motion="reduce")).new_page())
    await walk.page.goto("/sign-in")
    await walk.page.get_by_role("link", name="I forgot my password").click()
    await walk.look("forgotten")
    await walk.page.get_by_label("E-mail").fill(an_address())
    await walk.press("Send the link")
    await expect(walk.page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    await walk.look("asked")
    none_of(walk.found, BROKEN)
