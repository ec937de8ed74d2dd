"""Values of audited columns that are measured: times of day, spans, shares, limits, and codes of countries and languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from babel import Locale, UnknownLocaleError, dates

from app.audit.columns import by_path
from app.core import i18n, pages
from app.core.i18n import N_, gettext, ngettext

# As Postgres writes them into JSON.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
SPAN = re.compile(r"(?:(\d+) days? ?)?(?:(\d+):(\d+):\d+(?:\.\d+)?)?")
LIMIT = re.compile(r"TIER_(\d+)(K?)")
NO_MOMENT = ("infinity", "-infinity")


def said(path: str, value: Any, zone: str) -> str | None:
    """None where the value says it itself."""
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return pages.when(datetime.fromisoformat(value), zone)
    how = None if isinstance(value, bool) else by_path(MEASURES, path)
    return how(value) if how else None


def _span(value: str) -> str:
    found = SPAN.fullmatch(value)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if days and not hours + minutes:
        return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}
    if hours := hours + days * 24:
        return gettext(N_("%(hours)s h %(minutes)s min")) % {"hours": hours, "minutes": minutes}
    return gettext(N_("%(n)s min")) % {"n": minutes}


def _limit(value: str) -> str:
    if value == "TIER_UNLIMITED":
        return gettext(N_("WhatsApp sets no limit"))
    found = LIMIT.fullmatch(value)
    people = int(found[1]) * (1000 if found[2] else 1) if found else 0
    return gettext(N_("%(n)s people a day")) % {"n": pages.number(people)} if found else value


def _language(value: str) -> str:
    try:
        return Locale.parse(value.replace("-", "_")).get_display_name(_reader()) or value
    except (ValueError, UnknownLocaleError):
        return value


def _country(value: str) -> str:
    return str(_reader().territories.get(value, value))


def _weekday(value: int) -> str:
    """1 is Monday; Babel begins with 0."""
    return str(dates.get_day_names(locale=_reader())[value - 1])


def _minute(value: int) -> str:
    """Of the day; a shop may close after midnight."""
    return f"{value // 60 % 24}:{value % 60:02}"


def _text_of_campaign(value: int) -> str:
    return chr(ord("A") + value)


def _reader() -> Locale:
    return Locale.parse(i18n.language().replace("-", "_"))


MEASURES: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("most_failed", "most_capped", "most_opted_out", "most_blocked", "test_share", "slowed_to"), pages.percent),
    **dict.fromkeys(("canary_wait", "late_after", "winner_after"), _span),
    **dict.fromkeys(("quiet_from", "quiet_to"), lambda value: value[:5]),
    **dict.fromkeys(("opens", "closes"), _minute),
    **dict.fromkeys(("winner", "campaign_variants.place"), _text_of_campaign),
    **dict.fromkeys(("language", "languages"), _language),
    **dict.fromkeys(("country", "mapping.country"), _country),
    "weekday": _weekday, "tier": _limit, "day": lambda value: pages.day(date.fromisoformat(value)),
    "variables.field": lambda value: value.removeprefix("variables."),
}  # fmt: skip
