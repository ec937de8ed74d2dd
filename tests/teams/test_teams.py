"""Teams: made, filled, led, ordered, deleted; by whom; and what their people see of the inbox."""

from __future__ import annotations

from tests.conftest import Person, eventually, page_of, text_of
from tests.teams.conftest import Company, english, sees

LUCIA, PILAR, OMAR, RITA = "34611482903", "34622014873", "34633014873", "34644014873"


async def test_a_new_team_is_on_the_page_with_its_people_and_their_load(company: Company, beto: Person) -> None:
    team = await company.team("Ventas", beto, lead=beto, description="Presupuestos y pedidos")
    await company.talk(LUCIA, team_id=team)
    await company.talk(PILAR, team_id=team, assignee_id=beto.user_id)
    page = await company.owner.get("/teams")
    assert page.status_code == 200
    card = text_of(page, f"#team-{team}")
    assert "Led by Beto Ruiz" in card
    assert "Presupuestos y pedidos" in card
    assert "Waiting1" in card
    assert "Open2" in card
    assert "Beto Ruiz Offline 1 conversation" in card
    await english(company.owner, "guest", "Gala Fuera")
    await english(company.owner, "junior_agent", "Nico Nuevo")
    alone = page_of(await company.owner.get("/teams")).css(".staff")[-1].text()
    assert ("Ana Olmo" in alone, "Nico Nuevo" in alone, "Gala Fuera" in alone) == (True, True, False)


async def test_a_taken_name_says_so_and_keeps_what_was_typed(company: Company) -> None:
    await company.team("Ventas")
    answer = await company.owner.post("/teams", {"name": "VENTAS", "description": "Otra", "tone": "info"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#name-error") is not None
    assert text_of(answer, "textarea") == "Otra"


async def test_a_team_is_renamed_and_its_place_changed(company: Company) -> None:
    first, second = await company.team("Ventas"), await company.team("Taller")
    assert (await company.owner.put(f"/teams/{first}", {"name": "Tienda", "tone": "success"})).status_code == 303
    moved = page_of(await company.owner.put(f"/teams/{second}/place", {"to": "up"}))
    assert [card.attributes["id"] for card in moved.css(".team-card")] == [f"team-{second}", f"team-{first}"]
    assert text_of(await company.owner.get(f"/teams/{first}"), "h1") == "Tienda"
    assert (await company.owner.put(f"/teams/{first}", {"name": "Taller", "tone": "success"})).status_code == 422


async def test_a_team_has_one_lead_who_is_a_member(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Ventas", beto, cira, lead=beto)
    answer = await company.owner.put(f"/teams/{team}/lead", {"person_id": str(cira.user_id)})
    assert answer.status_code == 200
    rows = await company.rows("select user_id from team_members where leads")
    assert [row["user_id"] for row in rows] == [cira.user_id]
    outsider = {"person_id": str(company.owner.user_id)}
    assert (await company.owner.put(f"/teams/{team}/lead", outsider)).status_code == 404
    assert (await company.owner.delete(f"/teams/{team}/lead")).status_code == 200
    assert await company.rows("select 1 from team_members where leads") == []


async def test_a_lead_chooses_the_people_without_more_permissions(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Ventas", beto)
    wish = {"person_id": str(cira.user_id)}
    assert (await beto.post(f"/teams/{team}/members", wish)).status_code == 403
    await company.owner.put(f"/teams/{team}/lead", {"person_id": str(beto.user_id)})
    answer = await beto.post(f"/teams/{team}/members", wish)
    assert answer.status_code == 200
    assert "Cira Paz" in text_of(answer, "table")
    assert (await beto.delete(f"/teams/{team}/members/{cira.user_id}")).status_code == 200
    assert (await beto.delete(f"/teams/{team}/members/{cira.user_id}")).status_code == 404
    assert (await beto.put(f"/teams/{team}", {"name": "Mío", "tone": "info"})).status_code == 403
    assert (await cira.post(f"/teams/{team}/members", wish)).status_code == 403


async def test_what_a_team_has_goes_to_its_heir_or_to_everybody(company: Company, beto: Person) -> None:
    sales, workshop = await company.team("Ventas", beto), await company.team("Taller")
    waiting = await company.talk(LUCIA, team_id=sales)
    taken = await company.talk(PILAR, team_id=sales, assignee_id=beto.user_id)
    page = await company.owner.get(f"/teams/{sales}/edit")
    assert "2 open conversations belong to this team" in text_of(page, "#delete-team")
    assert (await company.owner.delete(f"/teams/{sales}?heir={sales}")).status_code == 404
    assert (await company.owner.delete(f"/teams/{sales}?heir={workshop}")).status_code == 303
    assert await company.held(waiting) == (None, workshop)
    assert await company.held(taken) == (beto.user_id, workshop)
    assert (await company.owner.delete(f"/teams/{workshop}")).status_code == 303
    assert await company.held(waiting) == (None, None)
    assert await company.held(taken) == (beto.user_id, None)
    assert (await company.owner.get(f"/teams/{sales}")).status_code == 404


async def test_the_queue_of_a_team_is_seen_by_its_people_and_by_who_sees_all(
    company: Company, beto: Person, cira: Person
) -> None:
    senior = await english(company.owner, "senior_agent", "Sole Vega")
    junior = await english(company.owner, "junior_agent", "Juan Gil")
    team = await company.team("Ventas", beto, senior, junior)
    shared = await company.talk(LUCIA)
    queued = await company.talk(PILAR, team_id=team)
    taken = await company.talk(OMAR, team_id=team, assignee_id=beto.user_id)
    juniors = await company.talk(RITA, team_id=team, assignee_id=junior.user_id)
    assert await sees(company.owner) == {shared, queued, taken, juniors}
    assert await sees(beto) == {shared, queued, taken}
    assert await sees(senior) == {shared, queued, taken, juniors}
    assert await sees(junior) == {juniors}
    assert await sees(cira) == {shared}
    for path in (f"/inbox/{queued}", f"/inbox/{queued}/messages", f"/inbox/{taken}"):
        assert (await cira.get(path)).status_code == 404


async def test_who_joins_a_team_sees_its_queue_and_who_leaves_does_not(company: Company, cira: Person) -> None:
    team = await company.team("Ventas")
    queued = await company.talk(LUCIA, team_id=team)
    assert await sees(cira) == set()
    await company.owner.post(f"/teams/{team}/members", {"person_id": str(cira.user_id)})
    assert await sees(cira) == {queued}
    await company.owner.delete(f"/teams/{team}/members/{cira.user_id}")
    assert await sees(cira) == set()


async def test_the_list_narrows_to_my_team_and_to_one_team(company: Company, beto: Person, cira: Person) -> None:
    views = {link.attributes.get("href") for link in page_of(await beto.get("/inbox")).css(".chips a")}
    assert ("/inbox?view=mine" in views, "/inbox?view=team" in views) == (True, False)
    assert page_of(await beto.get("/inbox")).css_first("#team-filter") is None
    assert page_of(await company.owner.get("/teams/rules")).css_first("select") is None
    sales, workshop = await company.team("Ventas", company.owner), await company.team("Taller", beto)
    shared = await company.talk(LUCIA)
    mine, theirs = await company.talk(PILAR, team_id=sales), await company.talk(OMAR, team_id=workshop)
    assert await sees(company.owner, "?view=team") == {mine}
    assert await sees(company.owner, f"?team={workshop}") == {theirs}
    assert await sees(beto, "?view=team") == {theirs}
    assert await sees(company.owner, "?view=unassigned") == {shared, mine, theirs}
    assert "Taller" in text_of(await company.owner.get(f"/inbox?team={workshop}"), ".chips [aria-pressed=true]")
    menu = page_of(await company.owner.get("/inbox")).css("#team-filter a")
    assert {"Ventas", "Taller"} <= {item.text().strip() for item in menu}
    assert page_of(await cira.get("/inbox")).css_first("#team-filter") is None
    assert "/inbox?view=team" in {link.attributes.get("href") for link in page_of(await beto.get("/inbox")).css(".chips a")}


async def test_a_stranger_finds_nothing_of_it(company: Company, stranger: Person, beto: Person) -> None:
    team = await company.team("Ventas", beto)
    queued = await company.talk(LUCIA, team_id=team)
    person = f"/teams/people/{beto.user_id}"
    for answer in (
        await stranger.get(f"/teams/{team}"), await stranger.get(f"/teams/{team}/edit"),
        await stranger.put(f"/teams/{team}", {"name": "Mía", "tone": "info"}), await stranger.delete(f"/teams/{team}"),
        await stranger.post(f"/teams/{team}/members", {"person_id": str(stranger.user_id)}),
        await stranger.delete(f"/teams/{team}/members/{beto.user_id}"), await stranger.delete(f"/teams/{team}/lead"),
        await stranger.get(person), await stranger.put(person, {"capacity": "3"}), await stranger.get(f"/inbox/{queued}"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert "Ventas" not in (await stranger.get("/teams")).text
    own = await stranger.post("/teams", {"name": "Ventas", "tone": "info"})
    assert own.status_code == 303
    mine = own.headers["location"]
    assert (await stranger.post(f"{mine}/members", {"person_id": str(beto.user_id)})).status_code == 404
    assert (await stranger.delete(f"{mine}?heir={team}")).status_code == 404
    assert (await stranger.put("/teams/rules", {"capacity": "", "incoming_team": str(team)})).status_code == 404


async def test_agents_look_and_change_nothing(company: Company, beto: Person) -> None:
    team = await company.team("Ventas", beto)
    assert (await beto.get("/teams")).status_code == 200
    page = page_of(await beto.get(f"/teams/{team}"))
    assert page.css_first("form[hx-post$=members]") is None
    for answer in (
        await beto.get("/teams/new"), await beto.post("/teams", {"name": "Otra"}), await beto.delete(f"/teams/{team}"),
        await beto.put("/teams/rules", {}), await beto.put(f"/teams/people/{beto.user_id}", {"capacity": "1"}),
    ):  # fmt: skip
        assert answer.status_code == 403


async def test_the_audit_log_tells_who_was_put_in(company: Company, beto: Person) -> None:
    team = await company.team("Ventas", beto)
    rows = await company.rows("select action, after from audit_log where action like 'team%%' order by id")
    assert [row["action"] for row in rows] == ["teams.create", "team_members.create"]
    assert rows[1]["after"]["user_id"] == beto.user_id
    assert rows[1]["after"]["team_id"] == team


async def test_new_conversations_go_to_the_team_that_looks_after_them(company: Company) -> None:
    team = await company.team("Recepción")
    before = await company.talk(LUCIA)
    assert (await company.owner.put("/teams/rules", {"capacity": "", "incoming_team": str(team)})).status_code == 303
    fresh = await company.talk(PILAR)
    assert await company.held(fresh) == (None, team)
    # What was there stays where it was, until it begins again.
    await company.talk(LUCIA)
    assert await company.held(before) == (None, None)
    await company.owner.put(f"/inbox/{before}/closure")
    await company.talk(LUCIA)
    assert await company.held(before) == (None, team)


async def test_the_page_of_a_team_says_what_is_in_it_live(company: Company, beto: Person) -> None:
    team = await company.team("Ventas")
    await company.owner.post(f"/teams/{team}/members", {"person_id": str(beto.user_id)})
    page = page_of(await company.owner.get(f"/teams/{team}"))
    members = page.css_first("#members")
    assert members is not None
    assert "teams_changed" in (members.attributes["hx-trigger"] or "")
    assert await eventually(lambda: company.rows("select 1 from team_members"))
