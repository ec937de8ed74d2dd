"""The dashboard: what it counts, over which days, beside what, and who sees it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from python_calamine import CalamineWorkbook

from app.core.clock import now
from app.dashboard import folding, period
from tests.api.test_members import ask
from tests.conftest import Person, a_colleague, page_of, text_of
from tests.inbox.conftest import a_shop

GROUND = [
    b"insert into wabas (waba_id, access_token, app_secret) values (%(key)s, '', '') on conflict do nothing",
    b"insert into phone_numbers (waba, phone_number_id, display) select id, %(key)s, '' from wabas on conflict do nothing",
    b"insert into contacts (name) select 'Pilar' where not exists (select from contacts)",
    (
        b"insert into conversations (contact_id, number_id) select c.id, n.id from contacts c, phone_numbers n"
        b" on conflict do nothing"
    ),
]
MESSAGES = b"""
insert into messages (conversation_id, direction, kind, at, sent_at, read_at)
select c.id, %(way)s, 'text', at, case when %(way)s = 'out' then at end, case when %(way)s = 'out' then at end
  from conversations c, unnest(%(at)s::timestamptz[]) at"""


async def messages(owner: Person, *moments: datetime, direction: str = "in") -> None:
    """Received, or sent and read, at these moments."""
    async with owner.tenant.tx() as db:
        for statement in GROUND:
            await db.conn.execute(statement, {"key": f"dashboard-{owner.tenant_id}"})
        await db.conn.execute(MESSAGES, {"way": direction, "at": list(moments)})


def figures(page: httpx.Response) -> dict[str, tuple[str, str]]:
    """Name to (figure, comparison)."""
    found = {}
    for stat in page_of(page).css(".stat"):
        values = [" ".join(dd.text().split()) for dd in stat.css("dd")]
        found[stat.css_first("dt").text()] = (values[0], values[1] if len(values) > 1 else "")  # type: ignore[union-attr]
    return found


def table(page: httpx.Response) -> list[list[str]]:
    """Day or hour, received, sent, and so on; the newest first."""
    return [[cell.text() for cell in row.css("th, td")] for row in page_of(page).css("#days tbody tr")]


async def test_figures_stand_beside_those_of_the_time_before(owner: Person) -> None:
    today = now()
    await messages(owner, today, today - timedelta(days=3), today - timedelta(days=8))
    await messages(owner, *[today - timedelta(days=2)] * 4, direction="out")
    page = await owner.get("/dashboard?days=7&language=en")
    found = figures(page)
    assert found["Received"] == ("2", "100 % before 1")
    assert found["Sent"] == ("4", "before 0")
    assert found["Read"][0] == "4 100 %"
    assert "AI replies" not in found, "nothing can count there yet"


async def test_a_day_is_a_day_of_the_workspace_also_when_the_clock_goes_back(owner: Person) -> None:
    # 25 October 2026 has 25 hours in Madrid: from 22:00 UTC the evening before to 23:00 UTC.
    first, last = datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    await messages(owner, first - timedelta(minutes=1), first, last, last + timedelta(minutes=1))
    page = await owner.get("/dashboard?since=2026-10-25&until=2026-10-25&language=en")
    assert figures(page)["Received"][0] == "2"
    rows = table(page)
    assert len(rows) == 24
    assert (rows[0][:2], rows[-1][:2]) == (["23:00", "1"], ["00:00", "1"])


async def test_own_dates_show_every_day_also_an_empty_one(owner: Person) -> None:
    await messages(owner, datetime(2026, 9, 2, 12, tzinfo=UTC))
    page = await owner.get("/dashboard?since=2026-09-01&until=2026-09-03&language=en")
    assert [row[:2] for row in table(page)] == [["3 Sep", "0"], ["2 Sep", "1"], ["1 Sep", "0"]]
    assert "1 Sep 2026" in text_of(page, ".page-head")


async def test_dates_that_make_no_sense_show_the_last_thirty_days(owner: Person) -> None:
    page = await owner.get("/dashboard?since=yesterday&until=2026-02-31")
    assert page.status_code == 200
    assert len(table(page)) == 30


async def test_folding_beside_writers_and_another_worker_loses_nothing(owner: Person) -> None:
    at = now() - timedelta(hours=1)
    await messages(owner, at)
    await asyncio.gather(*[messages(owner, at) for _ in range(40)], *[folding.fold() for _ in range(8)])
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute("select sum(received) from stats")).fetchone()
    assert row == (41,)


async def test_the_page_hears_of_changes_and_asks_for_its_figures_again(owner: Person) -> None:
    page = page_of(await owner.get("/dashboard?days=7"))
    region = page.css_first("#figures")
    assert region is not None
    assert "dashboard_changed" in (region.attributes["hx-trigger"] or "")
    await messages(owner, now())
    part = await owner.partial(region.attributes["hx-get"] or "")
    assert "<html" not in part.text
    assert page_of(part).css_first(".stats") is not None


async def test_a_scheduled_campaign_says_when_it_starts(owner: Person) -> None:
    await messages(owner, now())
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "with t as (insert into message_templates (waba, name, language, category, body)"
            " select id, 'rebajas', 'es', 'MARKETING', 'Hola' from wabas returning id)"
            " insert into campaigns (name, number_id, template_id, status, scheduled_at)"
            " select 'Rebajas', n.id, t.id, 'scheduled', '2026-12-24 09:00+00' from t, phone_numbers n"
        )
    page = await owner.get("/dashboard?language=en")
    assert text_of(page, ".recent li") == "Rebajas24 Dec Starts 24 Dec 2026, 10:00"


async def test_agents_and_other_workspaces_see_none_of_it(owner: Person, agent: Person, stranger: Person) -> None:
    await messages(owner, now())
    assert (await agent.get("/dashboard")).status_code == 403
    assert figures(await stranger.get("/dashboard?language=en"))["Received"][0] == "0"


def test_half_a_day_is_compared_with_half_a_day() -> None:
    at_noon = datetime(2026, 10, 26, 11, tzinfo=UTC)
    today = period.Period(at_noon.date(), at_noon.date(), "Europe/Madrid", at_noon)
    # The day before is the one with 25 hours: noon is noon on the clock.
    assert today.before().elapsed == datetime(2026, 10, 25, 11, tzinfo=UTC)


async def test_people_see_what_they_did_and_leads_what_everybody_did(owner: Person, agent: Person) -> None:
    """Lucía waits two minutes, writes once more, is answered twice; what she says afterwards is answered by Ana."""
    shop = await a_shop(owner)
    guest = await a_colleague(owner, "guest", "Gil Soto")
    await shop.hears(shop.text("Hola", ago=300), shop.text("¿Hay alguien?", ago=200))
    (talk,) = await shop.rows("select id from conversations")
    at = now()
    said = [(agent, 180, "out"), (agent, 170, "out"), (None, 160, "in"), (owner, 100, "out")]
    async with owner.tenant.tx() as db:
        await db.conn.execute("update conversations set assignee_id = %s", (agent.user_id,))
        for person, ago, direction in said:
            sent = at - timedelta(seconds=ago)
            await db.conn.execute(
                "insert into messages (conversation_id, direction, kind, status, author_id, at, sent_at)"
                " values (%s, %s, 'text', 'sent', %s, %s, %s)",
                (talk["id"], direction, person and person.user_id, sent, sent if person else None),
            )
    await agent.put(f"/inbox/{talk['id']}/closure")
    page = page_of(await owner.get("/dashboard/people?days=7&language=en"))
    lines = [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.css("#people tbody tr")]
    assert lines == [["BRBeto Ruiz", "1", "2", "2 min", "2 min", "1"], ["AOAna Olmo", "0", "1", "1 min", "1 min", "0"]]
    assert "Gil Soto" in text_of(await guest.get("/dashboard/people?language=en"), "#people tbody")
    assert "Beto" not in text_of(await guest.get("/dashboard/people?language=en"), "#people")
    path = f"/dashboard/people/{agent.user_id}?days=7"
    assert len(page_of(await owner.get(path)).css("tbody tr")) == 7
    assert (await guest.get(path)).status_code == 404
    own = await ask(guest, "GET", "/dashboard/people?days=7")
    assert [(each["name"], each["sent"], each["median"]) for each in own.json()["data"]] == [("Gil Soto", 0, None)]
    days = (await ask(owner, "GET", f"/dashboard/people/{agent.user_id}?days=7")).json()["data"]
    assert (len(days), days[-1]["sent"], days[-1]["answered"]) == (7, 2, 1)
    assert (await ask(guest, "GET", path)).status_code == 404


async def test_figures_go_home_as_a_file(owner: Person, tmp_path: Path) -> None:
    await messages(owner, now())
    await owner.post("/language/en")
    heading, *days = (await owner.get("/dashboard/export?days=7")).content.decode("utf-8-sig").splitlines()
    assert heading.startswith("Day;Received;Sent;")
    assert (len(days), days[-1].split(";")[1]) == (7, "1")
    answer = await owner.get("/dashboard/export?days=1&kind=xlsx&of_people=true")
    path = tmp_path / "people.xlsx"
    path.write_bytes(answer.content)
    assert CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[0][:2] == ["Person", "Conversations taken"]
    assert "Dashboard-" in answer.headers["content-disposition"]
    viewer = await a_colleague(owner, "viewer", "Gil Soto")
    assert (await viewer.get("/dashboard/export")).status_code == 403
    assert (await ask(owner, "GET", "/dashboard/export?kind=csv&days=7")).content.startswith(b"\xef\xbb\xbf")
