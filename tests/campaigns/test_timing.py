"""When a campaign goes out and when it ends: at its time, too late, and as foretold; and the form of its rules."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import msgspec
import pytest

from app.campaigns import forecast, launch, rules_form
from app.campaigns.forecast import Facts, Freed
from app.campaigns.rules import Rules
from app.core.clock import now
from app.core.db import platform_tx
from tests.campaigns.drafts import LIST, MADRID, a_contact, a_wish, again, made, move, utc, value
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, page_of


@pytest.mark.parametrize(
    ("policy", "hours", "status"),
    [("ask", 2, "late"), ("skip", 2, "cancelled"), ("send", 2, "launching"), ("ask", 0, "launching")],
)
async def test_a_campaign_that_is_late_does_what_was_decided(owner: Person, policy: str, hours: int, status: str) -> None:
    found = await made(owner, await a_wish(owner, late_policy=policy, late_hours="1"))
    await move(owner, found.id, status="scheduled", scheduled_at=now() - timedelta(hours=hours, minutes=5))
    async with platform_tx() as door:
        await launch.start_due(door)
    became = (await again(owner, found.id)).status
    assert became == status or (status == "launching" and became in ("sending", "completed"))
    page = await owner.get(f"{LIST}/{found.id}")
    if status == "cancelled":
        assert page_of(page).css_first(".banner[data-tone=info]") is not None


def facts(**changed: Any) -> Facts:
    usual: dict[str, Any] = {
        "per_second": 70.0, "slowed": False, "broken": False, "limit": None, "room": None, "freed": [], "home": MADRID,
        "zones": {}, "opens_at": None,
    }  # fmt: skip
    return Facts(**usual | changed)


def test_the_end_is_foretold() -> None:
    start = utc("2026-11-21 10:00")
    assert forecast.end({MADRID: 4200}, facts(), None, start) == utc("2026-11-21 10:01")
    freed = [Freed(utc("2026-11-21 13:00"), 8000)]
    assert forecast.end({MADRID: 10_000}, facts(limit=10_000, room=2000, freed=freed), None, start) == utc(
        "2026-11-21 13:01:54.285714"
    )
    # Two thousand a day, and two hundred of them are kept for chats.
    slow = facts(per_second=1000.0, limit=2000, room=1800)
    assert forecast.end({MADRID: 3600}, slow, None, start) == utc("2026-11-22 10:10:01.8")
    night = (time(21), time(9))
    assert forecast.end({MADRID: 4200}, facts(), night, utc("2026-11-21 22:00")) == utc("2026-11-22 08:01")
    assert forecast.end({MADRID: 1, "America/Bogota": 1}, facts(per_second=1.0), night, start) == utc("2026-11-21 14:00:01")
    assert forecast.end({MADRID: 1_000_000}, facts(limit=250, room=0), None, start) is None


async def test_the_review_says_how_many_may_get_it_today(owner: Person) -> None:
    wish = await a_wish(owner)
    for place in range(3):
        await a_contact(owner, f"Persona {place}", f"+3461148290{place + 4}", variables='{"oferta": "1 €"}')
    found = await made(owner, wish)
    await value(owner, "update portfolios set people_by_hand = 2 returning id")
    shown = page_of(await owner.partial(f"{LIST}/{found.id}/reach")).css_first(".banner[data-tone=warning]")
    assert shown is not None
    assert "2" in shown.text()
    await value(owner, "update portfolios set people_by_hand = 1000 returning id")
    assert page_of(await owner.partial(f"{LIST}/{found.id}/reach")).css_first(".banner[data-tone=warning]") is None


def test_rules_survive_the_form() -> None:
    night = {"quiet_from": time(21, 30), "quiet_to": time(8)}
    repeats = {"cron": "30 9 L * *", "cron_zone": MADRID, "late_policy": "skip", "late_after": timedelta(minutes=90)}
    shares = {"most_failed": 0.055, "most_capped": None, "quality_stop": "YELLOW"}
    rules = msgspec.convert({"canary": 200, "canary_wait": timedelta(hours=2)} | night | repeats | shares, Rules)
    raw = {name: str(typed) for name, typed in rules_form.filled(rules).items() if typed is not None}
    assert rules_form.read(raw | {"when": "repeat"}, MADRID) == (rules, {})


async def test_a_night_of_no_length_is_refused_and_what_was_typed_stays(owner: Person) -> None:
    wish = await a_wish(owner, quiet="1", quiet_from="21:00", quiet_to="21:00", canary="250")
    answer = await owner.post(LIST, wish)
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.css_first("#quiet_to-error") is not None
    assert page.css_first("#canary").attributes["value"] == "250"
    bad = page_of(await owner.post(LIST, wish | {"canary": "0", "most_failed": "101", "quiet": ""}))
    assert bad.css_first("#canary-error") is not None
    assert bad.css_first("#most_failed-error") is not None


async def test_a_new_form_offers_the_guard(owner: Person) -> None:
    await a_wish(owner)
    page = page_of(await owner.get(f"{LIST}/new"))
    assert page.css_first("[name=guarded][checked]") is not None
    assert page.css_first("#most_failed").attributes["value"] == "10"
    assert page.css_first("[name=quiet][checked]") is None


async def test_a_campaign_starts_at_its_time(owner: Person) -> None:
    sending = await a_sending(owner, people=3)
    async with owner.tenant.tx() as db:
        await launch.schedule(db, sending.id, now() + timedelta(hours=1))
        # The clock is not ours to turn, so the time comes to the campaign.
        await db.conn.execute("update campaigns set scheduled_at = now() - interval '20 seconds' where id = %s", (sending.id,))
    async with platform_tx() as door:
        await launch.start_due(door)
    assert await sending.settled() == {"read": 3}


async def test_a_campaign_that_is_an_hour_late_asks_first(owner: Person) -> None:
    sending = await a_sending(owner, people=3)
    async with owner.tenant.tx() as db:
        await launch.schedule(db, sending.id, now() + timedelta(hours=1))
        await db.conn.execute("update campaigns set scheduled_at = now() - interval '61 minutes' where id = %s", (sending.id,))
    async with platform_tx() as door:
        await launch.start_due(door)
    assert await sending.status() == "late"
    assert await sending.recounted() == {}
    await sending.launch()
    assert await sending.settled() == {"read": 3}
