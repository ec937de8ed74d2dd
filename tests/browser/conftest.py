"""One Chromium for all tests, a window per person; a script error or a breach of the content policy fails the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app import check
from tests.conftest import BASE, Person
from tests.inbox.conftest import Shop, a_shop

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 10_000  # milliseconds that a page gets to show what it should

Opens = Callable[..., Awaitable[BrowserContext]]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
async def chromium(house: str) -> AsyncIterator[Browser]:
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=check.browser(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def opens(chromium: Browser) -> AsyncIterator[Opens]:
    """A browser of somebody's own, who reads English unless told otherwise: translators may change their words.

    One page each: Chromium draws a page in the background once a second, and a press waits for two frames.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_for(person: Person | None = None, *, language: str = "en", **options: Any) -> BrowserContext:
        context = await chromium.new_context(base_url=BASE, **options)
        context.set_default_timeout(PATIENCE)
        cookies = dict(person.http.cookies) if person else {}
        await context.add_cookies([{"name": name, "value": value, "url": BASE} for name, value in cookies.items()])
        await context.add_cookies([{"name": "language", "value": language, "url": BASE}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        opened.append(context)
        return context

    yield open_for
    for context in opened:
        await context.close()
    assert complaints == []


@pytest.fixture
async def shop(owner: Person) -> Shop:
    """Ana's, with one simulated number."""
    return await a_shop(owner)


async def arrive(page: Page, path: str) -> None:
    """There, with the live stream open: what happens from now on is seen."""
    async with page.expect_response(lambda answer: "/live" in answer.url):
        await page.goto(path)
