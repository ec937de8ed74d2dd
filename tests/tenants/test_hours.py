"""Business hours: written as people write them, kept on the workspace's clock, the same in Python and in Postgres."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.tenants import hours
from app.tenants.hours import Holiday, Hours, Range
from tests.conftest import Person, page_of, text_of

PAGE = "/settings/workspace/hours"
MADRID = ZoneInfo("Europe/Madrid")
SHOP = Hours("Europe/Madrid", [Range(1, 540, 840), Range(1, 960, 1200), Range(5, 1320, 1560)])  # Friday until 2:00
WEEK = {f"day_{day}": "" for day in range(1, 8)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("9-14, 16:30–20", [Range(1, 540, 840), Range(1, 990, 1200)]),
        ("9.00 a 14.00; 16h30-20h", [Range(1, 540, 840), Range(1, 990, 1200)]),
        ("0:00-24:00", [Range(1, 0, 1440)]),
        ("22-2", [Range(1, 1320, 1560)]),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, found: list[Range]) -> None:
    assert hours.parse(1, typed) == found
    assert hours.parse(1, hours.written(found, 1)) == found


@pytest.mark.parametrize("typed", ["mornings", "9-25", "9:75-10", "9-9", "9-14, 13-20", "1-2,3-4,5-6,7-8,9-10,11-12,13-14"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(hours.NotTimes):
        hours.parse(1, typed)


def test_open_between_the_times_and_after_midnight() -> None:
    open_at = {text: hours.is_open(SHOP, [], at(text)) for text in (
        "2026-11-23 08:59", "2026-11-23 09:00", "2026-11-23 14:00", "2026-11-23 19:59", "2026-11-27 23:00", "2026-11-28 01:59",
        "2026-11-28 02:00")}  # fmt: skip
    assert list(open_at.values()) == [False, True, False, True, True, True, False]


def test_holidays_close_the_day_and_the_night_that_began_on_it() -> None:
    off = [Holiday(1, "Puente", date(2026, 11, 27), False), Holiday(2, "Santa", date(2020, 11, 23), True)]
    assert not hours.is_open(SHOP, off, at("2026-11-23 10:00"))
    assert not hours.is_open(SHOP, off, at("2026-11-28 01:00"))
    assert hours.is_open(SHOP, off, at("2026-11-30 10:00"))


def test_the_next_opening_skips_what_is_closed() -> None:
    off = [Holiday(1, "Fiesta", date(2026, 11, 23), False)]
    assert hours.next_opening(SHOP, off, at("2026-11-22 12:00")) == at("2026-11-27 22:00")
    assert hours.next_opening(SHOP, [], at("2026-11-23 10:00")) == at("2026-11-23 10:00")
    assert hours.next_opening(
        Hours("Europe/Madrid"), [Holiday(1, "", date(2026, 11, 23), False)], at("2026-11-23 10:00")
    ) == at("2026-11-24 00:00")
    every_day = [Holiday(n, "", date(2024, 1, 1) + timedelta(n), True) for n in range(366)]
    assert hours.next_opening(SHOP, every_day, at("2026-11-23 10:00")) is None


async def test_postgres_says_the_same(owner: Person) -> None:
    off = {"2026-11-24": False, "2020-12-07": True}
    async with owner.tenant.tx() as db:
        await hours.keep(db, SHOP.ranges)
        for day, yearly in off.items():
            await hours.add_holiday(db, hours.HolidayWish(day, date.fromisoformat(day), yearly))
        kept, days = await hours.current(db), await hours.holidays(db)
        moments = [datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=23 * n) for n in range(1200)]
        asked = await db.conn.execute("select is_open(m) from unnest(%s::timestamptz[]) m", (moments,))
        theirs = [row[0] for row in await asked.fetchall()]
    assert theirs == [hours.is_open(kept, days, moment) for moment in moments]
    assert 50 < sum(theirs) < 600


async def test_the_week_is_kept_and_shown_again(owner: Person) -> None:
    answer = await owner.put(PAGE, {**WEEK, "day_1": "9-14, 16-20", "day_6": "10:00–13:30"})
    assert answer.status_code == 200
    page = page_of(await owner.get(PAGE))
    typed = {field.attributes["name"]: field.attributes["value"] for field in page.css("input[name^=day_]")}
    assert (typed["day_1"], typed["day_2"], typed["day_6"]) == ("9:00–14:00, 16:00–20:00", "", "10:00–13:30")


async def test_what_is_typed_is_drawn_and_not_kept(owner: Person) -> None:
    page = page_of(await owner.partial(f"{PAGE}?look=monday&day_1=9-17"))
    assert [field.attributes["value"] for field in page.css("input[name^=day_]")] == ["9-17"] * 5 + [""] * 2
    assert len(page.css("rect.open")) == 5
    async with owner.tenant.tx() as db:
        assert (await hours.current(db)).ranges == []


async def test_a_wrong_time_is_marked_on_its_day(owner: Person) -> None:
    answer = await owner.put(PAGE, {**WEEK, "day_2": "a ratos", "day_5": "22-3", "day_6": "2-8"})
    assert answer.status_code == 422
    assert "9:00–14:00" in text_of(answer, "#day_2-error")
    assert page_of(answer).css_first("#day_5-error") is not None
    assert page_of(answer).css_first("#day_6-error") is None


async def test_holidays_come_and_go(owner: Person) -> None:
    answer = await owner.post("/settings/workspace/holidays", {"day": "6/1/2031", "name": "Reyes", "yearly": "1"})
    assert text_of(answer, ".days-off strong") == "Reyes"
    again = await owner.post("/settings/workspace/holidays", {"day": "2031-01-06", "name": "Otra vez"})
    assert again.status_code == 422
    assert page_of(again).css_first("#day-error") is not None
    button = page_of(again).css_first(".days-off button")
    assert button is not None
    answer = await owner.delete(button.attributes["hx-delete"] or "")
    assert page_of(answer).css_first(".days-off") is None


async def test_agents_and_strangers_change_no_hours(owner: Person, agent: Person, stranger: Person) -> None:
    await owner.post("/settings/workspace/holidays", {"day": "2031-01-06", "name": "Reyes"})
    assert (await agent.put(PAGE, WEEK)).status_code == 403
    async with owner.tenant.tx() as db:
        (holiday,) = await hours.holidays(db)
    assert (await stranger.delete(f"/settings/workspace/holidays/{holiday.id}")).status_code == 404
