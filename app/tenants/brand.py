"""The two colours of a workspace: as they were chosen, and as each theme can show them."""

from __future__ import annotations

import re

import msgspec

from app.core.colours import ENOUGH, GROUND, HEX, Theme, clamped, contrast
from app.core.db import Db
from app.core.i18n import N_
from app.settings import settings
from app.tenants import logo, tenant

SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")
# Some that go well with paper and ink, for whoever has none yet; the first is Recado's own.
BRANDS = (
    "#0a5f66", "#1d4ed8", "#4338ca", "#7e22ce", "#be185d", "#b91c1c", "#c2410c", "#a16207", "#15803d", "#0f766e", "#334155",
)  # fmt: skip
ACCENTS = ("#d9482b", "#e11d48", "#db2777", "#7c3aed", "#2563eb", "#0891b2", "#059669", "#ca8a04")
BAD_COLOUR = N_("A colour is # and six letters or digits. Example: #0a5f66")


class NoColour(ValueError):
    """Not as screens write colours."""

    message = BAD_COLOUR


class Shade(msgspec.Struct, frozen=True):
    """One colour in one theme: what it would be worth as text, and what is shown instead where that is too little."""

    theme: Theme
    ratio: float
    shown: str
    legible: bool


def colour(typed: str) -> str:
    """#rrggbb in small letters; empty stays empty. Raises NoColour."""
    plain = typed.strip().lower()
    if short := SHORT.fullmatch(plain):
        plain = "#" + "".join(digit * 2 for digit in short.groups())
    if plain and not plain.startswith("#"):
        plain = f"#{plain}"
    if plain and not HEX.fullmatch(plain):
        raise NoColour
    return plain


def shades(chosen: str) -> list[Shade]:
    """In light and in dark; none for Recado's own, which are known to be legible."""
    if not chosen:
        return []
    themes: tuple[Theme, ...] = ("light", "dark")
    worth = {theme: contrast(chosen, GROUND[theme]) for theme in themes}
    return [Shade(theme, worth[theme], clamped(chosen, theme), worth[theme] >= ENOUGH) for theme in themes]


class Letterhead(msgspec.Struct, frozen=True):
    """Who a letter looks like: its colour by day, and by night."""

    name: str = "Recado"
    logo: str = ""
    colour: str = "#0f5a5c"
    night: str = "#7fc4c2"


async def letterhead(db: Db) -> Letterhead:
    """Of the workspace whose door is open; Recado's own where it is the platform's."""
    if db.tenant_id is None:
        return Letterhead()
    of = await tenant.current(db)
    picture = f"{settings().public_url}{logo.path(of.id, of.logo_file)}" if of.logo_file else ""
    if not of.brand_colour:
        return Letterhead(of.name, picture)
    return Letterhead(of.name, picture, clamped(of.brand_colour, "light"), clamped(of.brand_colour, "dark"))
