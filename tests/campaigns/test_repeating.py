"""Campaigns that come again: the calendar, each time once, and what was missed."""

from __future__ import annotations

import asyncio
import sys
from datetime import time, timedelta
from typing import Any

import pytest

from app.campaigns import campaign, launch, repeating, series
from app.campaigns.repeating import BadCron, Words
from app.core.clock import now
from app.core.db import platform_tx
from tests.campaigns.drafts import LIST, MADRID, a_wish, again, made, move, utc
from tests.conftest import Person, eventually, page_of, text_of

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (Words("day", time(10)), "0 10 * * *"),
        (Words("weekday", time(9, 30)), "30 9 * * 1-5"),
        (Words("week", time(18, 5), weekday="0"), "5 18 * * 0"),
        (Words("month", time(8), month_day="L"), "0 8 L * *"),
        (Words("cron", cron="0 10 1-7 * mon"), "0 10 1-7 * mon"),
    ],
)
def test_words_and_lines_say_the_same(words: Words, line: str) -> None:
    assert repeating.line_of(words) == line
    assert repeating.in_words(line) == words


def test_ten_stays_ten_when_clocks_move() -> None:
    assert repeating.upcoming("0 10 * * *", MADRID, utc("2026-03-27 12:00"), 3) == [
        utc("2026-03-28 09:00"), utc("2026-03-29 08:00"), utc("2026-03-30 08:00"),
    ]  # fmt: skip


def test_an_hour_that_is_skipped_comes_later_and_one_that_comes_twice_counts_once() -> None:
    spring = repeating.upcoming("30 2 * * *", MADRID, utc("2026-03-28 12:00"), 2)
    assert spring == [utc("2026-03-29 01:30"), utc("2026-03-30 00:30")]
    autumn = repeating.upcoming("30 2 * * *", MADRID, utc("2026-10-24 12:00"), 2)
    assert autumn == [utc("2026-10-25 00:30"), utc("2026-10-26 01:30")]
    assert repeating.upcoming("30 2 * * *", MADRID, autumn[0], 1) == [autumn[1]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("* * * * *", repeating.TOO_OFTEN), ("*/30 9 * * *", repeating.TOO_OFTEN), ("0 10 30 2 *", repeating.NEVER),
        ("mañana", repeating.NO_CRON), ("0 10 * *", repeating.NO_CRON), ("0 10 * * * 5", repeating.NO_CRON),
        ("R 10 * * *", repeating.NO_CRON), ("0 R(9-12) * * *", repeating.NO_CRON),
    ],
)  # fmt: skip
def test_lines_that_mean_nothing_say_so(line: str, message: str) -> None:
    with pytest.raises(BadCron) as bad:
        repeating.check(line, MADRID, utc("2026-01-01 00:00"))
    assert bad.value.message == message


async def test_the_form_shows_the_next_five_dates(owner: Person) -> None:
    wish = await a_wish(owner, when="repeat", every="week", weekday="1", clock="09:30")
    shown = page_of(await owner.post(f"{LIST}/fields", wish, headers=PARTIAL)).css(".coming-dates li")
    assert len(shown) == 5
    assert all(each.text().strip().endswith("9:30") for each in shown)
    wrong = await owner.post(LIST, wish | {"every": "cron", "cron": "* * * * *"})
    assert wrong.status_code == 422
    assert page_of(wrong).css_first("#cron-error") is not None


async def a_pattern(owner: Person, **changed: Any) -> campaign.Campaign:
    wish = await a_wish(owner, when="repeat", every="day", clock="10:00", guarded="1", canary="50", quiet="1")
    found = await made(owner, wish | changed)
    await owner.put(f"{LIST}/{found.id}/schedule")
    return await again(owner, found.id)


async def copies(owner: Person, pattern_id: int) -> list[tuple[Any, ...]]:
    async with owner.tenant.tx() as db:
        rows = await db.conn.execute(
            "select name, status, scheduled_at, canary, quiet_from from campaigns where series = %s order by scheduled_at",
            (pattern_id,),
        )
        return await rows.fetchall()


async def test_each_time_has_one_copy_whoever_looks_and_how_often(owner: Person) -> None:
    pattern = await a_pattern(owner)
    assert pattern.status == "scheduled"
    assert pattern.scheduled_at == pattern.dates[0]
    due = now() - timedelta(minutes=5)
    await move(owner, pattern.id, scheduled_at=due)
    for _ in range(3):
        await series.go_out.task.func(tenant_id=owner.tenant_id, campaign_id=pattern.id)
    ((name, status, at, canary, quiet_from),) = await copies(owner, pattern.id)
    assert name.startswith("Rebajas de otoño · 2")
    assert status != "late"
    assert (at, canary, quiet_from) == (due, 50, time(21))
    after = await again(owner, pattern.id)
    assert after.status == "scheduled"
    assert after.scheduled_at is not None
    assert after.scheduled_at > now()
    page = await owner.get(f"{LIST}/{pattern.id}")
    assert name in page_of(page).text()
    assert "10:00" in text_of(await owner.get(LIST), f"#campaign-{pattern.id}")
    # As if the process had died after the copy was made and before the pattern moved on.
    await move(owner, pattern.id, scheduled_at=due)
    await series.go_out.task.func(tenant_id=owner.tenant_id, campaign_id=pattern.id)
    assert len(await copies(owner, pattern.id)) == 1


DYING = """
import asyncio, sys
from app.campaigns import series
from app.core import db
from app.core.db import Tenant

async def half() -> None:
    tenant, pattern_id = Tenant(int(sys.argv[2])), int(sys.argv[3])
    async with db.open_pool(sys.argv[1]), tenant.tx() as door:
        # Nobody else sees that its time has come.
        await door.conn.execute("update campaigns set scheduled_at = now() - interval '5 minutes' where id = %s", (pattern_id,))
        pattern = await door.one(series.q.pattern, series.Pattern, id=pattern_id)
        await series._copy(door, pattern, *series._latest(pattern))
        print("half", flush=True)
        await asyncio.sleep(60)

asyncio.run(half())
"""


async def test_a_worker_that_is_killed_in_between_leaves_no_half_and_no_second_copy(owner: Person, house: str) -> None:
    pattern = await a_pattern(owner)
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DYING, house, str(owner.tenant_id), str(pattern.id), stdout=asyncio.subprocess.PIPE
    )
    assert dying.stdout is not None
    assert await dying.stdout.readline() == b"half\n"
    dying.kill()
    await dying.wait()
    assert await copies(owner, pattern.id) == []
    await move(owner, pattern.id, scheduled_at=now() - timedelta(minutes=5))
    await asyncio.gather(*(series.go_out.task.func(tenant_id=owner.tenant_id, campaign_id=pattern.id) for _ in range(4)))
    assert len(await copies(owner, pattern.id)) == 1


async def test_the_schedule_finds_patterns_and_never_sends_the_pattern_itself(owner: Person) -> None:
    pattern = await a_pattern(owner)
    await move(owner, pattern.id, scheduled_at=now() - timedelta(minutes=1))
    async with platform_tx() as door:
        await launch.start_due(door)
        await series.start_due(door)
    await eventually(lambda: _has_copies(owner, pattern.id))
    assert (await again(owner, pattern.id)).status == "scheduled"
    async with owner.tenant.tx() as db:
        with pytest.raises(launch.CannotLaunch):
            await launch.launch(db, pattern.id)


@pytest.mark.parametrize(("policy", "status"), [("ask", "late"), ("skip", "cancelled")])
async def test_of_times_that_were_missed_the_latest_is_treated_as_decided(owner: Person, policy: str, status: str) -> None:
    pattern = await a_pattern(owner, late_policy=policy, late_hours="0.25")
    # Daily at a time six hours ago, since four days.
    six_ago = (now() - timedelta(hours=6)).replace(second=0, microsecond=0)
    await move(
        owner,
        pattern.id,
        scheduled_at=six_ago - timedelta(days=4),
        cron=f"{six_ago.minute} {six_ago.hour} * * *",
        cron_zone="UTC",
    )
    await series.go_out.task.func(tenant_id=owner.tenant_id, campaign_id=pattern.id)
    ((_, became, at, *_),) = await copies(owner, pattern.id)
    assert (became, at) == (status, six_ago)


async def test_a_pattern_rests_goes_on_and_ends(owner: Person) -> None:
    pattern = await a_pattern(owner)
    await owner.delete(f"{LIST}/{pattern.id}/schedule")
    assert (await again(owner, pattern.id)).status == "draft"
    await move(owner, pattern.id, scheduled_at=now() - timedelta(days=3), launched_at=now() - timedelta(days=3))
    await owner.put(f"{LIST}/{pattern.id}/schedule")
    back = await again(owner, pattern.id)
    assert back.status == "scheduled"
    assert back.scheduled_at == back.dates[0]
    await owner.put(f"{LIST}/{pattern.id}/cancellation")
    assert (await again(owner, pattern.id)).status == "cancelled"


async def _has_copies(owner: Person, pattern_id: int) -> bool:
    return bool(await copies(owner, pattern_id))
