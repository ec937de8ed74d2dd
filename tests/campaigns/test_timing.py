"""Night by the number, lateness by choice, repetition by the calendar; and when a campaign will be done."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from app.campaigns import campaign, forecast, launch, quiet, repeating, rules_form, series
from app.campaigns.forecast import Facts, Freed
from app.campaigns.repeating import BadCron, Words
from app.campaigns.rules import Rules
from app.core.clock import now
from app.core.db import platform_tx
from tests.campaigns.drafts import LIST, a_contact, a_wish, made, value
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of, text_of

MADRID = "Europe/Madrid"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Repetition


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


async def again(owner: Person, campaign_id: int) -> campaign.Campaign:
    async with owner.tenant.tx() as db:
        return await campaign.find(db, campaign_id)


async def move(owner: Person, campaign_id: int, **columns: Any) -> None:
    changes = ", ".join(f"{name} = %s" for name in columns)
    async with owner.tenant.tx() as db:
        await db.conn.execute(f"update campaigns set {changes} where id = %s", (*columns.values(), campaign_id))


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


# Lateness


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


# Night


@pytest.mark.parametrize(
    ("number", "home", "zone"),
    [
        ("+34611482903", MADRID, MADRID), ("+5511987654321", MADRID, "America/Sao_Paulo"),
        ("+5592987654321", MADRID, "America/Manaus"),
        ("+526641234567", MADRID, "America/Tijuana"), ("+13105550123", MADRID, "America/Los_Angeles"),
        ("+6281112345678", MADRID, "Asia/Jakarta"), ("+6281112345678", "Asia/Makassar", "Asia/Makassar"),
        ("US.13491208655302741918", MADRID, MADRID), ("+999999999999", MADRID, MADRID), ("", MADRID, MADRID),
    ],
)  # fmt: skip
async def test_the_number_tells_the_zone(owner: Person, number: str, home: str, zone: str) -> None:
    async with owner.tenant.tx() as db:
        await quiet.learn_zones(db)
        row = await (await db.conn.execute("select zone from zone_of(%s, %s)", (number, home))).fetchone()
    assert row == (zone,)


async def test_zones_open_and_close_by_their_own_clock(owner: Person) -> None:
    zones = [MADRID, "America/Bogota", ""]

    async def asked(at: str) -> tuple[list[str], datetime]:
        async with owner.tenant.tx() as db:
            row = await (
                await db.conn.execute(
                    "select open_zones(%s, '21:00', '9:00', %s), next_opening(array['Europe/Madrid'], '9:00', %s)",
                    (zones, utc(at), utc(at)),
                )
            ).fetchone()
        assert row is not None
        return row[0], row[1]

    assert await asked("2026-11-21 12:00") == ([MADRID, ""], utc("2026-11-22 08:00"))
    assert await asked("2026-11-21 07:59") == ([], utc("2026-11-21 08:00"))
    assert await asked("2026-11-21 08:00") == ([MADRID, ""], utc("2026-11-22 08:00"))
    assert await asked("2026-11-21 20:00") == (["America/Bogota"], utc("2026-11-22 08:00"))
    # The night in which clocks go forward.
    assert await asked("2026-03-28 23:00") == (["America/Bogota"], utc("2026-03-29 07:00"))


async def awake_and_asleep() -> tuple[time, time]:
    """Quiet hours in which Spain sleeps now and Bogotá does not."""
    there = now().astimezone(quiet.ZoneInfo(MADRID))
    return (there - timedelta(hours=1)).time().replace(second=0, microsecond=0), (there + timedelta(hours=2)).time().replace(
        second=0, microsecond=0
    )


async def test_whoever_has_night_waits_and_the_others_get_it(owner: Person) -> None:
    sending = await a_sending(owner, people=8)
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update contact_identities set value = '+57301' || right(value, 7)"
            " where contact_id in (select id from contacts order by id limit 3)"
        )
    start, end = await awake_and_asleep()
    await move(owner, sending.id, quiet_from=start, quiet_to=end)
    await sending.launch()
    await eventually(lambda: _is(sending, {"read": 3, "pending": 5}))
    assert sorted(await sending.rows("zone, status")) == [("America/Bogota", "read")] * 3 + [(MADRID, "pending")] * 5
    shown = text_of(await owner.get(f"{LIST}/{sending.id}"), ".guards")
    assert "5" in shown
    assert f"{end:%H:%M}" in shown
    await move(owner, sending.id, quiet_from=None, quiet_to=None)
    async with owner.tenant.tx() as db:
        await launch.lanes.wake(db, sending.number.id)
    assert await sending.settled() == {"read": 8}
    assert (await sending.received())["twice"] == 0


async def test_the_first_launch_with_quiet_hours_learns_the_zones_of_the_world(owner: Person) -> None:
    sending = await a_sending(owner, people=2)
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from phone_zones")
        await db.conn.execute(
            "update contact_identities set value = '+57301' || right(value, 7)"
            " where contact_id = (select min(id) from contacts)"
        )
    start, end = await awake_and_asleep()
    await move(owner, sending.id, quiet_from=start, quiet_to=end)
    await sending.launch()
    await eventually(lambda: _is(sending, {"read": 1, "pending": 1}))
    assert sorted(await sending.rows("zone, status")) == [("America/Bogota", "read"), (MADRID, "pending")]


# When it ends


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


# The form


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


async def _is(sending: Sending, rows: dict[str, int]) -> bool:
    return await sending.recounted() == rows


async def _has_copies(owner: Person, pattern_id: int) -> bool:
    return bool(await copies(owner, pattern_id))
