"""Whatever colour a company chooses, its people can read it."""

from __future__ import annotations

from itertools import product

import pytest

from app.core.colours import ENOUGH, GROUND, ON, Theme, clamped, contrast

THEMES: tuple[Theme, ...] = ("light", "dark")
EVERY_KIND = [f"#{red}{green}{blue}" for red, green, blue in product(("00", "55", "aa", "ff"), repeat=3)]


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_any_colour_is_legible_in_both_themes() -> None:
    for colour, theme in product(EVERY_KIND, THEMES):
        found = clamped(colour, theme)
        assert contrast(found, GROUND[theme]) >= ENOUGH, (colour, theme)
        assert contrast(found, ON[theme]) >= ENOUGH, (colour, theme)


def test_a_colour_that_is_legible_already_stays() -> None:
    assert clamped("#0a5f66", "light") == "#0a5f66"
    assert clamped("#7a1f5c", "light") == "#7a1f5c"


def test_what_is_no_colour_is_refused() -> None:
    for text in ("", "red", "#fff", "#12345g", "#123456;}body{"):
        with pytest.raises(ValueError, match="not a colour"):
            clamped(text, "light")
