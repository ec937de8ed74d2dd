"""A company's first day: its name and colours, its people and what they may do, and what nobody else gets to see."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.async_api import Page, expect

from app.accounts import totp
from tests.accounts.mailbox import letter_to
from tests.browser.conftest import Opens, arrive
from tests.conftest import Person

pytestmark = pytest.mark.browser

PASSWORD = "roble claro y nogal"
MESSAGES = {"Lucía": "¿Tenéis la mesa Roble?", "Pilar": "¿Puedo pasar el sábado?"}
INDIGO, OCHRE = "#4338ca", "#ca8a04"
DONE = (
    ("Ana Robles", re.compile("Created Workspace.*Olmo", re.DOTALL)),
    ("Ana Robles", INDIGO),
    ("Ana Robles", re.compile("Created Invitation.*beto", re.DOTALL)),
    ("Beto Ruiz", re.compile("Created Person.*Beto Ruiz", re.DOTALL)),
    ("Ana Robles", re.compile("Created Role.*Taller", re.DOTALL)),
    ("Ana Robles", re.compile("Changed Role.*Taller", re.DOTALL)),
    ("Ana Robles", re.compile("Created Role of a person.*Carla Vega", re.DOTALL)),
    ("Ana Robles", re.compile("Created Number", re.DOTALL)),
    ("Ana Robles", "campaigns"),
)


async def test_a_company_moves_in(opens: Opens, stranger: Person) -> None:
    async def browser() -> Page:
        return await (await opens()).new_page()

    desk, mark = await browser(), secrets.token_hex(4)
    ana, beto, carla, dora = (f"{name}-{mark}@casaolmo.es" for name in ("ana", "beto", "carla", "dora"))
    await sign_up(desk, ana)
    await have_its_own_face(desk)
    await confirm(desk, ana)
    await invite(desk, "agent", beto, carla)
    await invite(desk, "manager", dora)
    agent, colleague, manager = await browser(), await browser(), await browser()
    await accept(agent, beto, "Beto Ruiz")
    await accept(colleague, carla, "Carla Vega")
    await accept(manager, dora, "Dora Gil")
    role = await make_a_role(desk)
    person = await give_it(desk, "Carla Vega", "Taller")
    await connect_a_number(desk, await browser())
    await switch_off_and_on(desk)
    entry = await read_what_was_done(desk)
    taken = await see_only_their_own(agent, colleague, manager)
    await meet_a_closed_door(agent)
    theirs = await (await opens(stranger)).new_page()
    for path in (role, person, entry, taken):
        assert await status(theirs, path) == 404, path
    await protect_the_account(desk, ana)


async def status(page: Page, path: str) -> int:
    """Of an address that somebody types, whatever the page that is open says."""
    return (await page.request.get(path)).status


async def fill(page: Page, **said: str) -> None:
    for name, value in said.items():
        await page.locator(f"main [name={name}]").fill(value)


async def sign_up(desk: Page, email: str) -> None:
    await desk.goto("/sign-up")
    await fill(desk, workspace="Olmo", name="Ana Robles", email=email, password=PASSWORD)
    await desk.locator("main [type=submit]").click()
    await desk.wait_for_url("**/first-steps")
    await expect(desk.locator(".first-steps li")).to_have_count(7)
    await expect(desk.locator(".first-steps [aria-current=step]")).to_contain_text("Connect a WhatsApp number")


async def have_its_own_face(desk: Page) -> None:
    await desk.goto("/settings")
    await desk.locator("main a[href='/settings/workspace']").click()
    await fill(desk, name="Casa Olmo")
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.locator("main .banner[data-tone=success]")).to_be_visible()
    await desk.goto("/settings/workspace/brand")
    await desk.locator(f"[aria-label='{INDIGO}']").first.click()
    await expect(desk.locator("[name=brand]")).to_have_value(INDIGO)
    await fill(desk, accent=OCHRE)
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.locator("main .banner[data-tone=success]")).to_be_visible()
    await desk.goto("/inbox")
    await expect(desk.locator(".member")).to_contain_text("Casa Olmo")
    await expect(desk.locator("link[href*='theme.css'][href*='4338ca'][href*='ca8a04']")).to_have_count(1)


async def open_letter(page: Page, email: str, link: str) -> None:
    """As somebody does who has no mail server: what would be mailed lies in the mailbox."""
    await letter_to(email)
    await page.goto("/dev/mailbox")
    await page.locator(".card", has_text=email).locator(f"a[href*='/{link}/']").first.click()


async def confirm(desk: Page, email: str) -> None:
    await open_letter(desk, email, "confirm-email")
    await desk.locator("main [type=submit]").click()
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Thank you, it is yours")


async def invite(desk: Page, role: str, *emails: str) -> None:
    await desk.goto("/settings/people")
    await desk.locator("main a[href$='/invitations/new']").first.click()
    await fill(desk, emails="\n".join(emails))
    await desk.locator("[name=roles][value=agent]").set_checked(role == "agent")
    await desk.locator(f"[name=roles][value={role}]").check()
    await desk.get_by_role("button", name="Invite").click()
    for email in emails:
        await expect(desk.locator("#people tr", has_text=email)).to_be_visible()


async def accept(page: Page, email: str, name: str) -> None:
    await open_letter(page, email, "invitations")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Casa Olmo")
    await fill(page, name=name, password=PASSWORD)
    await page.locator("main [type=submit]").click()
    await page.wait_for_url("**/inbox")


async def make_a_role(desk: Page) -> str:
    """Agents who may export contacts too, and on second thoughts see every conversation."""
    await desk.goto("/settings/roles")
    await desk.get_by_role("link", name="Agent", exact=True).click()
    await desk.get_by_role("link", name="Copy").click()
    await fill(desk, name="Taller")
    await desk.locator("[name=permissions][value='contacts.export']").check()
    await desk.get_by_role("button", name="Make the role").click()
    await expect(desk.locator("#role h1")).to_have_text("Taller")
    await desk.get_by_role("link", name="Change").click()
    await desk.locator("[name=permissions][value='conversations.view_all']").check()
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.locator("#role")).to_contain_text("23 permissions")
    return desk.url


async def give_it(desk: Page, name: str, role: str) -> str:
    await desk.goto("/settings/people")
    await desk.get_by_role("link", name=name).click()
    await desk.get_by_role("checkbox", name=role).check()
    await desk.get_by_role("button", name="Save the roles").click()
    await expect(desk.locator(".person-head .role-badge", has_text=role)).to_be_visible()
    return desk.url


async def connect_a_number(desk: Page, telephone: Page) -> None:
    await desk.goto("/first-steps")
    await expect(desk.locator(".first-steps li[data-done]")).to_have_count(2)
    await desk.get_by_role("link", name="Connect a number").click()
    await desk.get_by_role("button", name="Connect a simulated number").click()
    await expect(desk.locator("#board .badge").first).to_have_text("Connected")
    screen = await desk.get_by_role("link", name="Write as a customer").first.get_attribute("href")
    assert screen
    for number, text in zip(("+34 611 482 904", "+34 622 014 874"), MESSAGES.values(), strict=True):
        await telephone.goto(screen)
        await telephone.locator("[name=from]").fill(number)
        await telephone.locator("[name=from]").press("Enter")
        await telephone.locator("#write [name=text]").fill(text)
        await telephone.locator("#write [name=text]").press("Enter")


async def switch_off_and_on(desk: Page) -> None:
    entry, module = desk.locator(".sidebar .nav a[href='/campaigns']"), desk.locator("#module-campaigns")
    await desk.goto("/settings/modules")
    await expect(entry).to_have_count(1)
    await module.get_by_role("button").click()
    await desk.locator("#confirm [value=yes]").click()
    await expect(entry).to_have_count(0)
    assert await status(desk, "/campaigns") == 404
    await module.get_by_role("button").click()
    await expect(entry).to_have_count(1)
    assert await status(desk, "/campaigns") == 200


async def read_what_was_done(desk: Page) -> str:
    """All of it with who, and one entry."""
    await desk.goto("/settings")
    await desk.locator("main a[href='/settings/audit']").click()
    entries = desk.locator("#entries tbody tr")
    for who, what in DONE:
        await expect(entries.filter(has_text=who).filter(has_text=what).first).to_be_visible()
    await entries.filter(has_text=INDIGO).get_by_role("rowheader").get_by_role("link").click()
    await expect(desk.locator("#entry")).to_contain_text("PUT /settings/workspace/brand")
    return desk.url


async def see_only_their_own(agent: Page, colleague: Page, manager: Page) -> str:
    await arrive(agent, "/inbox")
    await expect(agent.locator(".conversation")).to_have_count(2)
    await colleague.goto("/inbox")
    await colleague.locator(".conversation", has_text=MESSAGES["Pilar"]).click()
    await expect(colleague.locator("#thread-head")).to_be_visible()
    await colleague.keyboard.press("a")
    await expect(agent.locator(".conversation")).to_have_count(1)
    assert await status(agent, colleague.url) == 404
    await manager.goto("/inbox")
    await expect(manager.locator(".conversation")).to_have_count(2)
    return colleague.url


async def meet_a_closed_door(agent: Page) -> None:
    for path in ("/settings/audit", "/campaigns"):
        assert await status(agent, path) == 403
    await agent.goto("/settings/people")
    await agent.locator(".problem .button").first.click()
    await agent.wait_for_url(re.compile("/inbox"))


async def protect_the_account(desk: Page, email: str) -> None:
    await desk.goto("/account")
    await desk.locator("main a[href='/account/two-factor']").click()
    secret = await desk.locator("#totp-secret").text_content() or ""
    await fill(desk, code=totp.code_at(secret, totp.step_now()), password=PASSWORD)
    await desk.locator("main [name=password]").fill(PASSWORD)
    await desk.get_by_role("button", name="Turn it on").click()
    await expect(desk.locator("#recovery-codes li")).to_have_count(10)
    await desk.goto("/inbox")
    await desk.locator(".member").click()
    await desk.locator("form[action='/sign-out'] [type=submit]").click()
    await desk.wait_for_url("**/sign-in")
    await fill(desk, email=email, password=PASSWORD)
    await desk.get_by_role("button", name="Sign in", exact=True).click()
    await desk.wait_for_url("**/sign-in/code")
    await fill(desk, code=totp.code_at(secret, totp.step_now() + 1))
    await desk.locator("main [type=submit]").click()
    await desk.wait_for_url("**/inbox")
