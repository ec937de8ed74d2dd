"""WCAG 2.2 AA, on every page: light and dark, at a desk and on a telephone; and nothing wider than its window."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from app.access import workspace_letters
from app.accounts.letter import Words, laid_out, written
from app.core.colours import clamped
from app.tenants.brand import Letterhead
from tests.architecture.house import nobody as none_of
from tests.architecture.test_routes import GUARDED, STREAMS
from tests.browser.conftest import Opens
from tests.browser.walking import look_at
from tests.campaigns.drafts import a_wish, made, value
from tests.conftest import Person, page_of
from tests.inbox.conftest import Shop

pytestmark = pytest.mark.browser

PLAIN = [
    route.path
    for route in GUARDED
    if route.method == "GET" and not route.parameters and route.path not in STREAMS and not route.path.startswith("/api/")
]
HALVES = 2  # two workers share them
BROKEN = "Somebody cannot use these:"
LONG = "Hola, ¿tenéis la mesa Roble de 160?\nhttps://casaolmo.es/" + "roble" * 30


async def looked_at(page: Page, paths: list[str]) -> list[str]:
    """Only of whole pages: a block that htmx asks for is looked at where it is."""
    found = []
    for path in paths:
        answer = await page.request.get(path, max_redirects=0)
        assert answer.status < 500, path
        if answer.status == 303 or "<!doctype html>" not in (await answer.text())[:200]:
            continue
        await page.goto(path, wait_until="domcontentloaded")
        found += [f"{path}: {said}" for said in await look_at(page)]
    return found


@pytest.mark.parametrize("half", range(HALVES))
async def test_every_page_can_be_used_by_everybody(opens: Opens, shop: Shop, half: int) -> None:
    await shop.hears(shop.text(LONG))
    page = await (await opens(shop.owner, language="es", reduced_motion="reduce")).new_page()
    none_of(await looked_at(page, PLAIN[half::HALVES]), BROKEN)


async def test_pages_of_one_thing_can_be_used_by_everybody(opens: Opens, shop: Shop) -> None:
    campaign = await made(shop.owner, await a_wish(shop.owner))
    await shop.hears(shop.text(LONG))
    conversation = await shop.conversation()
    template = await value(shop.owner, "select id from message_templates")
    await shop.owner.post("/settings/quick-replies", {"shortcut": "hora", "body": "¿A qué hora te viene bien?"})
    reply = await value(shop.owner, "select id from quick_replies")
    page = await (await opens(shop.owner, language="es", reduced_motion="reduce")).new_page()
    none_of(await looked_at(page, [
        f"/inbox/{conversation['id']}", f"/contacts/{conversation['contact_id']}", f"/campaigns/{campaign.id}",
        f"/campaigns/{campaign.id}/edit", f"/numbers/{shop.number.id}", f"/message-templates/{template}",
        f"/settings/quick-replies/{reply}", "/campaigns/0", "/style",
    ]), BROKEN)  # fmt: skip


async def test_who_is_not_signed_in_finds_every_door(opens: Opens, nobody: Person) -> None:
    page = await (await opens(language="es", reduced_motion="reduce")).new_page()
    none_of(await looked_at(page, ["/sign-in", "/sign-up", "/nowhere"]), BROKEN)


async def test_the_back_office_can_be_used_by_everybody(opens: Opens, operator: Person) -> None:
    texts = {"text_es": "El sábado cambiamos de servidor.", "tone": "info", "days": "3"}
    assert (await operator.post("/platform/announcements", texts)).status_code == 200
    page = await (await opens(operator, language="es", reduced_motion="reduce")).new_page()
    paths = ["/platform", f"/platform/workspaces/{operator.tenant_id}", "/platform/announcements"]
    none_of(await looked_at(page, paths), BROKEN)
    shown = page_of(await operator.get("/platform/announcements")).css_first("[hx-delete]")
    assert shown is not None
    await operator.delete(shown.attributes["hx-delete"] or "")


async def test_what_opens_and_what_is_refused(opens: Opens, shop: Shop) -> None:
    page = await (await opens(shop.owner, reduced_motion="reduce")).new_page()
    await page.goto("/settings/quick-replies/new")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".error")).to_have_count(2)
    await page.locator(".member").click()
    await expect(page.locator("#account")).to_be_visible()
    none_of(await look_at(page), BROKEN)
    await page.goto("/dashboard")
    await page.get_by_role("button", name="Choose dates").click()
    await page.locator("[commandfor=until-calendar]").click()
    await expect(page.get_by_role("gridcell", selected=True)).to_be_focused()
    await page.keyboard.press("PageUp")
    await page.keyboard.press("Enter")
    await page.locator("[commandfor=since-calendar]").click()
    await expect(page.get_by_role("grid")).to_be_visible()
    none_of(await look_at(page), BROKEN)


async def test_letters_can_be_read_by_everybody(opens: Opens, house: str) -> None:
    """One of each shape, in the colour that is hardest to read."""
    head = Letterhead("Casa Olmo", "", clamped("#ffdd00", "light"), clamped("#ffdd00", "dark"))
    points = Words("«Rebajas» terminó", points=["Enviados: 4 de 4"], action="Ver el informe", url="https://x.es/" + "a" * 80)
    named = {"name": "Ana", "workspace": "Casa Olmo", "url": "https://x.es"}
    shapes = [written(letter, "es", head=head, **named)[2] for letter in (workspace_letters.READY, workspace_letters.GONE)]
    page = await (await opens(language="es")).new_page()
    found = []
    for html in [*shapes, laid_out(points, head)[1]]:
        await page.set_content(html)
        found += await look_at(page)
    none_of(found, BROKEN)


async def test_a_company_in_yellow_can_be_read(opens: Opens, shop: Shop) -> None:
    campaign = await made(shop.owner, await a_wish(shop.owner))
    await shop.hears(shop.text(LONG))
    async with shop.owner.tenant.tx() as db:
        await db.conn.execute("update tenants set brand_colour = '#ffdd00', accent_colour = '#00ffcc'")
    page = await (await opens(shop.owner, reduced_motion="reduce")).new_page()
    paths = ["/dashboard", "/first-steps", f"/inbox/{(await shop.conversation())['id']}", f"/campaigns/{campaign.id}"]
    none_of(await looked_at(page, paths), BROKEN)
