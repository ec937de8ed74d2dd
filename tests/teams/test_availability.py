"""Who is there: said, seen, rested, gone, and back by themselves; and how much each one takes."""

from __future__ import annotations

from app.core.db import platform_tx
from app.core.live import hub
from app.teams import availability
from tests.conftest import Person, bearer, eventually, page_of, text_of
from tests.teams.conftest import STATE, Company, come, state_of


async def passes(person: Person, **columns: str) -> None:
    """Time, as the database counts it."""
    moved = ", ".join(f"{column} = now() - interval '{ago}'" for column, ago in columns.items())
    async with person.tenant.tx() as db:
        await db.conn.execute(f"update availability set {moved} where user_id = %s".encode(), (person.user_id,))
    async with platform_tx() as door:
        ago = columns.get("seen_at", "0 minutes")
        await door.conn.execute(
            f"update sessions set seen_at = now() - interval '{ago}' where user_id = %s".encode(), (person.user_id,)
        )
    await availability.settle()


async def test_whoever_does_something_is_online_and_the_menu_says_so(owner: Person) -> None:
    assert await state_of(owner) == "offline"
    await come(owner)
    assert await state_of(owner) == "online"
    page = await owner.partial(f"{STATE}/menu")
    assert text_of(page, "[aria-current]") == "Online by itself"


async def test_after_a_while_without_a_sign_they_are_away_and_come_back_by_themselves(owner: Person) -> None:
    await come(owner)
    await passes(owner, active_at="14 minutes", seen_at="0 minutes")
    assert await state_of(owner) == "online"
    await passes(owner, active_at="16 minutes", seen_at="0 minutes")
    assert await state_of(owner) == "away"
    await come(owner)
    assert await state_of(owner) == "online"


async def test_everybody_chooses_after_how_long(owner: Person) -> None:
    assert (await owner.put(f"{STATE}/rest", {"away_after": "60"})).status_code == 303
    await come(owner)
    await passes(owner, active_at="50 minutes", seen_at="0 minutes")
    assert await state_of(owner) == "online"
    answer = await owner.put(f"{STATE}/rest", {"away_after": "0"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#away_after-error") is not None
    assert page_of(await owner.get(STATE)).css_first("#away_after").attributes["value"] == "60"  # type: ignore[union-attr]


async def test_without_a_window_they_are_offline_after_minutes(owner: Person) -> None:
    await come(owner)
    await passes(owner, active_at="5 minutes", seen_at="5 minutes")
    assert await state_of(owner) == "offline"
    await come(owner)
    assert await state_of(owner) == "online"


async def test_an_open_stream_says_that_they_are_here(owner: Person) -> None:
    await come(owner)
    async with owner.http.stream("GET", "/live"):
        await eventually(lambda: (owner.tenant_id, f"person:{owner.user_id}") in hub.queues)
        async with owner.tenant.tx() as db:
            await db.conn.execute("update availability set seen_at = now() - interval '9 minutes'")
        await availability.note_streams()
        await passes_only_sessions(owner)
        assert await state_of(owner) == "online"


async def passes_only_sessions(person: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "update sessions set seen_at = now() - interval '9 minutes' where user_id = %s", (person.user_id,)
        )
    await availability.settle()


async def test_what_they_chose_stays_until_they_change_it(owner: Person) -> None:
    await come(owner)
    answer = await owner.put(STATE, {"state": "busy"})
    assert text_of(answer, "[aria-current]") == "Busy"
    await passes(owner, active_at="3 hours", seen_at="3 hours")
    await come(owner)
    assert await state_of(owner) == "busy"
    await owner.put(STATE, {"state": "online"})
    await passes(owner, active_at="3 hours", seen_at="0 minutes")
    assert await state_of(owner) == "away"
    assert (await owner.put(STATE, {"state": "asleep"})).status_code == 404


async def test_a_heartbeat_writes_once_a_minute_and_nothing_into_the_log(company: Company) -> None:
    owner = company.owner
    rows = "select xmin::text::bigint as x, (select count(*) from audit_log) as told from availability where user_id = %s"
    before = await company.row(rows, owner.user_id)
    await come(owner)
    first = await company.row(rows, owner.user_id)
    await come(owner)
    await come(owner)
    assert await company.row(rows, owner.user_id) == first
    assert first["x"] > before["x"]
    assert first["told"] == before["told"]


async def test_others_see_it_at_once(company: Company, beto: Person) -> None:
    heard: list[str] = []
    async with company.owner.http.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await come(beto)
        async for line in lines:
            heard.append(line)
            if line == "event: availability_changed":
                break
    assert heard
    assert "Beto Ruiz Online" in text_of(await company.owner.get("/teams"), ".staff")


async def test_a_team_lead_changes_it_for_somebody_and_an_agent_does_not(company: Company, beto: Person) -> None:
    path = f"/teams/people/{beto.user_id}"
    assert (await company.owner.put(path, {"capacity": "10", "state": "busy"})).status_code == 303
    assert await state_of(beto) == "busy"
    page = await company.owner.get(path)
    assert "Busy · 0 of 10" in text_of(page, ".card")
    answer = await company.owner.put(path, {"capacity": "-1"})
    assert (answer.status_code, page_of(answer).css_first("#capacity-error") is not None) == (422, True)
    assert (await beto.put(path, {"capacity": "99"})).status_code == 403
    entry = await company.row("select before, after from audit_log where action = 'availability.update' order by id limit 1")
    assert entry["after"]["capacity"] == 10


async def test_programs_read_teams_and_say_whether_somebody_is_there(company: Company, beto: Person, stranger: Person) -> None:
    team = await company.team("Ventas", beto, lead=beto)
    found = (await beto.get("/api/v1/teams", headers=await bearer(beto))).json()["data"]
    assert [(each["id"], each["name"], each["lead"]) for each in found] == [(team, "Ventas", "Beto Ruiz")]
    assert [(each["name"], each["state"]) for each in found[0]["members"]] == [("Beto Ruiz", "offline")]
    answer = await beto.http.put("/api/v1/availability", json={"state": "away"}, headers=await bearer(beto))
    assert (answer.status_code, answer.json()["state"]) == (200, "away")
    assert await state_of(beto) == "away"
    assert (await beto.get("/api/v1/availability", headers=await bearer(beto))).json()["chosen"] == "away"
    wrong = await beto.http.put("/api/v1/availability", json={"state": "asleep"}, headers=await bearer(beto))
    assert wrong.status_code in (400, 422)
    assert (await stranger.get("/api/v1/teams", headers=await bearer(stranger))).json()["data"] == []
