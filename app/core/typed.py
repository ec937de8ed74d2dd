"""Days as people type them. Every language here puts the day first, and English is the British one, as on all pages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from app.core.clock import midnight

TYPED = re.compile(r"(\d{1,2})\D+(\d{1,2})\D+(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4}|\d{2})")


def iso_day(text: str) -> str:
    """21/11/2026, 21.11.26 or 21112026 as 2026-11-21; anything else as it came, for whoever parses it to refuse."""
    found = TYPED.fullmatch(text.strip())
    if found is None:
        return text
    day, month, year = (int(part) for part in found.groups() if part)
    try:
        return date(year + 2000 * (year < 100), month, day).isoformat()
    except ValueError:
        return text


def begin(text: str, zone: str, *, days: int = 0) -> datetime | None:
    """When a typed day begins on the clocks of that zone, or the one so many days after it; None for what is no day."""
    try:
        return midnight(date.fromisoformat(iso_day(text)) + timedelta(days=days), zone)
    except (ValueError, OverflowError):
        return None


def typed_day(value: object) -> str:
    """A day, or its ISO text, as people type it; anything else as it came."""
    try:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    except ValueError:
        return "" if value is None else str(value)
