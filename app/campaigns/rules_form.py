"""The rules of a campaign as a form: percentages, minutes and clock times, and a repetition in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.campaigns import repeating
from app.campaigns.repeating import BadCron, Words
from app.campaigns.rules import CANARY_WAIT, LATE_AFTER, Rules
from app.core.clock import now
from app.core.forms import parse
from app.core.i18n import N_

SHARES = ("most_failed", "most_capped", "most_opted_out", "most_blocked")
EVENING, MORNING = "21:00", "09:00"

NO_NIGHT = N_("Choose two different times.")

Percent = Annotated[float, Meta(ge=0, le=100)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Fields(msgspec.Struct, frozen=True):
    canary: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    canary_minutes: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = int(CANARY_WAIT.total_seconds() // 60)
    guarded: bool = False
    most_failed: Percent | None = None
    most_capped: Percent | None = None
    most_opted_out: Percent | None = None
    most_blocked: Percent | None = None
    quality_stop: Literal["", "YELLOW", "RED"] = ""
    quiet: bool = False
    quiet_from: Clock = EVENING
    quiet_to: Clock = MORNING
    late_policy: Literal["ask", "send", "skip"] = "ask"
    late_hours: Annotated[float, Meta(ge=0.25, le=168)] = LATE_AFTER.total_seconds() / 3600


class Repetition(msgspec.Struct, frozen=True):
    every: Literal["day", "weekday", "week", "month", "cron"] = "day"
    clock: Clock = "10:00"
    weekday: Literal["0", "1", "2", "3", "4", "5", "6"] = "1"
    month_day: str = "1"
    cron: Annotated[str, Meta(max_length=100)] = ""


def read(data: Mapping[str, Any], zone: str) -> tuple[Rules, dict[str, str]]:
    """What was chosen, and what is wrong with it by field."""
    form = parse(Fields, dict(data))
    cron, errors = "", dict(form.errors)
    if data.get("when") == "repeat":
        try:
            cron = _cron(data, zone)
        except BadCron as bad:
            errors["cron"] = bad.message
    if errors:
        return Rules(), errors
    typed = form.value
    if typed.quiet and typed.quiet_from == typed.quiet_to:
        return Rules(), {"quiet_to": NO_NIGHT}
    return _rules(typed, cron, zone), {}


def _rules(typed: Fields, cron: str, zone: str) -> Rules:
    shares = {name: None if (percent := getattr(typed, name)) is None else percent / 100 for name in SHARES}
    return Rules(
        canary=typed.canary,
        canary_wait=timedelta(minutes=typed.canary_minutes),
        guarded=typed.guarded,
        quality_stop=typed.quality_stop,
        quiet_from=time.fromisoformat(typed.quiet_from) if typed.quiet else None,
        quiet_to=time.fromisoformat(typed.quiet_to) if typed.quiet else None,
        late_policy=typed.late_policy,
        late_after=timedelta(hours=typed.late_hours),
        cron=cron,
        cron_zone=zone if cron else "",
        **shares,
    )


def _cron(data: Mapping[str, Any], zone: str) -> str:
    """Raises BadCron."""
    form = parse(Repetition, dict(data))
    if form.errors:
        raise BadCron(next(iter(form.errors.values())))
    typed = form.value
    cron = repeating.line_of(Words(typed.every, time.fromisoformat(typed.clock), typed.weekday, typed.month_day, typed.cron))
    repeating.check(cron, zone, now())
    return cron


def dates(data: Mapping[str, Any], zone: str) -> list[datetime]:
    """When it would go out, as far as that can be said already."""
    if data.get("when") != "repeat":
        return []
    try:
        return repeating.upcoming(_cron(data, zone), zone, now())
    except BadCron:
        return []


def filled(rules: Rules) -> dict[str, Any]:
    """The form of what is stored."""
    words = repeating.in_words(rules.cron) if rules.cron else Words()
    raw: dict[str, Any] = {
        "canary": rules.canary, "canary_minutes": int(rules.canary_wait.total_seconds() // 60),
        "guarded": "1" if rules.guarded else "", "quality_stop": rules.quality_stop,
        "quiet": "1" if rules.quiet_from else "", "quiet_from": f"{rules.quiet_from:%H:%M}" if rules.quiet_from else EVENING,
        "quiet_to": f"{rules.quiet_to:%H:%M}" if rules.quiet_to else MORNING, "late_policy": rules.late_policy,
        "late_hours": f"{rules.late_after.total_seconds() / 3600:g}",
        "every": words.every, "clock": f"{words.at:%H:%M}", "weekday": words.weekday, "month_day": words.month_day,
        "cron": words.cron,
    }  # fmt: skip
    for name in SHARES:
        share = getattr(rules, name)
        raw[name] = "" if share is None else f"{share * 100:.4g}"
    return raw
