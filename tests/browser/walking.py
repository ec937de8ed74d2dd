"""Looks at a page as axe does, in both themes and on a phone, and at widths from the smallest telephone to a wide screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page, ViewportSize

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text()
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
WHAT_WIDTHS_CHANGE = {
    "type": "rule",
    "values": [
        "color-contrast",
        "target-size",
        "scrollable-region-focusable",
        "heading-order",
        "region",
        "empty-heading",
        "label",
    ],
}
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
WIDTHS = (360, 768, 1280, 1920)
# A colour in the middle of its transition is none of ours.
STILL = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [sheet]; }"""
VIOLATIONS = """async (runOnly) => (await axe.run(document, {runOnly, resultTypes: ["violations"], preload: false})).violations
  .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)} ${node.failureSummary.slice(0, 200)}`))"""
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => `${element.tagName}.${element.className}`).slice(0, 3)"""
# What axe leaves to others: exactly one heading of the first level, and a title.
SHAPE = """() => [document.querySelectorAll("h1").length === 1 ? "" : "not one h1", document.title.trim() ? "" : "no title"]
  .filter(Boolean)"""


async def look_at(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    await page.evaluate(AXE)
    await page.evaluate(STILL)
    found: list[str] = await page.evaluate(SHAPE)
    await page.set_viewport_size(DESK)
    found += await _violations(page, EVERYTHING)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark, {said}" for said in await _violations(page, COLOURS)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(PHONE)
    found += [f"phone, {said}" for said in await _violations(page, WHAT_WIDTHS_CHANGE)]
    return found + await too_wide(page)


async def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    said: list[str] = await page.evaluate(VIOLATIONS, rules)
    return said


async def too_wide(page: Page) -> list[str]:
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        if wide := await page.evaluate(TOO_WIDE):
            found.append(f"wider than {width}: {', '.join(wide)}")
    return found
