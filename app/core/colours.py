"""Colours as people read them: contrast as WCAG counts it, and a company's colour made as light or dark as a theme needs."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal, TypeAlias

Theme: TypeAlias = Literal["light", "dark"]
Triple: TypeAlias = tuple[float, float, float]

HEX = re.compile(r"#[0-9a-f]{6}")
ENOUGH = 4.5  # to 1: WCAG 2.2 AA for text
# The ground of each theme on which the colour is hardest to read: our bubbles; see static/css/tokens.css.
GROUND = {"light": "#dfe7e8", "dark": "#2a4246"}
# What is written on a surface of the colour.
ON = {"light": "#fdfcf9", "dark": "#0b1618"}
STEP = 0.005  # of lightness
VIVID = {"light": 0.19, "dark": 0.12}  # chroma: more would glow on a dark page

# https://bottosson.github.io/posts/oklab: linear RGB to cones and back, cones to Lab and back.
TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
          (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
FROM_LAB = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728), (1.0, -0.0894841775, -1.2914855480))
FROM_CONES = ((4.0767416621, -3.3077115913, 0.2309699292), (-1.2684380046, 2.6097574011, -0.3413193965),
              (-0.0041960863, -0.7034186147, 1.7076147010))  # fmt: skip


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=512)
def clamped(colour: str, theme: Theme) -> str:
    """The nearest of the same hue that is legible as text on every ground of the theme, and under what is written on it."""
    lightness, chroma, hue = _polar(colour)
    chroma, step = min(chroma, VIVID[theme]), -STEP if theme == "light" else STEP
    found = _hex(lightness, chroma, hue)
    while min(contrast(found, GROUND[theme]), contrast(found, ON[theme])) < ENOUGH and 0 < lightness + step < 1:
        lightness += step
        found = _hex(lightness, chroma, hue)
    return found


def _rgb(colour: str) -> Triple:
    """Linear. Raises ValueError for what is no colour."""
    if not HEX.fullmatch(colour):
        raise ValueError(f"{colour!r} is not a colour like #0a5f66")
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = _rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    one, two, three = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three


def _polar(colour: str) -> Triple:
    """Lightness, chroma and hue of OKLCH."""
    long, middle, short = (math.cbrt(cone) for cone in _times(TO_CONES, _rgb(colour)))
    lightness, a, b = _times(TO_LAB, (long, middle, short))
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Less colourful where a screen cannot show that much of it."""
    while True:
        long, middle, short = _times(FROM_LAB, (lightness, chroma * math.cos(hue), chroma * math.sin(hue)))
        parts = _times(FROM_CONES, (long**3, middle**3, short**3))
        if chroma <= 0 or all(-0.0005 <= part <= 1.0005 for part in parts):
            return "#" + "".join(f"{_byte(part):02x}" for part in parts)
        chroma = max(chroma - 0.004, 0.0)


def _byte(part: float) -> int:
    part = min(max(part, 0.0), 1.0)
    return round(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))
