"""Light or dark, airy or compact, and the colours of a company: written by the server, so that no page flashes."""

from __future__ import annotations

from tests.conftest import Person, page_of


async def test_what_this_browser_was_told_stands_on_the_page(owner: Person) -> None:
    html = page_of(await owner.get("/settings/quick-replies")).css_first("html")
    assert html is not None
    assert "data-theme" not in html.attributes
    owner.http.cookies.update({"theme": "dark", "density": "compact"})
    for path in ("/settings/quick-replies", "/nowhere"):
        html = page_of(await owner.get(path)).css_first("html")
        assert html is not None
        assert (html.attributes["data-theme"], html.attributes["data-density"]) == ("dark", "compact")
    pressed = page_of(await owner.get("/settings/quick-replies")).css('[data-set][aria-pressed="true"]')
    assert [button.attributes["data-set"] for button in pressed] == ["theme:dark", "density:compact"]


async def test_a_cookie_that_somebody_made_up_is_not_written_down(nobody: Person) -> None:
    nobody.http.cookies.update({"theme": 'dark"onload="x', "density": "tight"})
    html = page_of(await nobody.get("/sign-in")).css_first("html")
    assert html is not None
    assert set(html.attributes) == {"lang"}


async def test_a_company_sees_its_own_colours(owner: Person, stranger: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("update tenants set brand_colour = '#ffdd00', accent_colour = '#0000ff'")
    sheet = page_of(await owner.get("/dashboard")).css_first('link[href^="/theme.css"]')
    assert sheet is not None
    answer = await owner.get(sheet.attributes["href"] or "")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert "--brand: #ffdd00;" in answer.text
    assert "--wax: light-dark(" in answer.text
    assert page_of(await stranger.get("/dashboard")).css_first('link[href^="/theme.css"]') is None


async def test_only_colours_become_a_stylesheet(nobody: Person) -> None:
    for wrong in ("red", "%23fff", "%23123456%3B%7Dbody%7Bdisplay:none"):
        assert (await nobody.get(f"/theme.css?brand={wrong}")).status_code == 404
    assert (await nobody.get("/theme.css?accent=%23c2410c")).status_code == 200
