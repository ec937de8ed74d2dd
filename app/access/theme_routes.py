"""How pages look: light or dark, airy or compact, as this browser was told; and in the colours of the workspace."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, Router, get
from litestar.params import FromQuery

from app.core.colours import HEX, ON, clamped
from app.core.db import NotFound
from app.core.pages import AnyRequest

THEMES = ("light", "dark")
DENSITIES = ("compact",)
KEPT = "max-age=31536000, immutable"  # a year: the address holds the colours


class Look(msgspec.Struct, frozen=True):
    """What the layouts write on <html>; empty is what the system wants, and airy."""

    theme: str
    density: str
    stylesheet: str


def look(request: AnyRequest) -> dict[str, Any]:
    """For layouts."""
    viewer = request.scope.get("user")
    return {"look": dressed(request, viewer.brand_colour, viewer.accent_colour) if viewer else dressed(request)}


def dressed(request: AnyRequest, brand: str = "", accent: str = "") -> Look:
    """In a company's colours; without them in our own."""
    theme, density = request.cookies.get("theme", ""), request.cookies.get("density", "")
    chosen = {name: colour for name, colour in (("brand", brand), ("accent", accent)) if colour}
    return Look(
        theme=theme if theme in THEMES else "", density=density if density in DENSITIES else "",
        stylesheet=f"/theme.css?{urlencode(chosen)}" if chosen else "",
    )  # fmt: skip


@get("/theme.css", public=True)
async def stylesheet(brand: FromQuery[str] = "", accent: FromQuery[str] = "") -> Response[str]:
    """Two colours as tokens, made legible; the rest is derived from them where the tokens are."""
    if not all(HEX.fullmatch(colour) for colour in (brand, accent) if colour):
        raise NotFound("colour")
    tokens = [*(_brand(brand) if brand else ()), *(_accent(accent) if accent else ())]
    css = "@layer tokens { :root { " + " ".join(tokens) + " } }\n"
    return Response(css, media_type="text/css", headers={"Cache-Control": KEPT})


def _brand(colour: str) -> list[str]:
    return [f"--brand: {colour};", f"--primary: {_both(colour)};", _on("primary")]


def _accent(colour: str) -> list[str]:
    return [f"--wax: {_both(colour)};", f"--wax-vivid: {_both(colour)};", _on("wax")]


def _both(colour: str) -> str:
    return f"light-dark({clamped(colour, 'light')}, {clamped(colour, 'dark')})"


def _on(name: str) -> str:
    return f"--on-{name}: light-dark({ON['light']}, {ON['dark']});"


router = Router("/", route_handlers=[stylesheet])
