"""A browser and its system in plain words, from what it says of itself."""

from __future__ import annotations

import re

import msgspec

from app.core.i18n import N_, gettext

# In this order: most browsers also claim to be Chrome and Safari, and Android also says Linux.
BROWSERS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"YaBrowser/", "Yandex"),
    (r"Vivaldi/", "Vivaldi"),
    (r"FxiOS/|Firefox/", "Firefox"),
    (r"CriOS/|Chrome/|Chromium/", "Chrome"),
    (r"Version/[\d.]+.*Safari/|iPhone.*Safari/", "Safari"),
    (r"^curl/", "curl"),
    (r"^(?:python-)?(?:httpx|requests|urllib|aiohttp)", "Python"),
    (r"^PostmanRuntime/", "Postman"),
    (r"^(?:node|axios|undici)", "Node"),
)
SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"CrOS", "ChromeOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"Linux|X11", "Linux"),
)
IN_A_HAND = {"iPhone", "iPad", "Android"}


class Device(msgspec.Struct, frozen=True):
    """Either is empty when it does not say."""

    browser: str
    system: str

    @property
    def handheld(self) -> bool:
        return self.system in IN_A_HAND

    @property
    def words(self) -> str:
        """In the language of whoever reads it; empty when it says nothing at all."""
        if self.browser and self.system:
            return gettext(N_("%(browser)s on %(system)s")) % {"browser": self.browser, "system": self.system}
        return self.browser or self.system


def device(agent: str) -> Device:
    return Device(_first(BROWSERS, agent), _first(SYSTEMS, agent))


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, agent)), "")
