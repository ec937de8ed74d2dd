"""Nobody is written to at night, wherever they live."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from app.campaigns import launch, quiet
from app.core.clock import now
from tests.campaigns.drafts import LIST, MADRID, move, utc
from tests.campaigns.workspace import a_sending
from tests.conftest import Person, eventually, text_of


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
    await eventually(lambda: sending.is_now({"read": 3, "pending": 5}))
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
    await eventually(lambda: sending.is_now({"read": 1, "pending": 1}))
    assert sorted(await sending.rows("zone, status")) == [("America/Bogota", "read"), (MADRID, "pending")]
