"""Handing conversations over: to people within what they take, to teams, to whoever is free; two at once, and by itself."""

from __future__ import annotations

import asyncio

from tests.conftest import Person, eventually, page_of, text_of
from tests.teams.conftest import Company, come, sees, takes_at_most

LUCIA, PILAR, OMAR, RITA = "34611482903", "34622014873", "34633014873", "34644014873"


async def give(by: Person, conversation: int, to: Person, **more: str) -> int:
    answer = await by.put(f"/inbox/{conversation}/assignment", {"person_id": str(to.user_id), **more})
    return answer.status_code


async def test_somebody_with_enough_is_asked_about_once_more(company: Company, beto: Person) -> None:
    owner = company.owner
    await takes_at_most(company, beto, 1)
    first, second = await company.talk(LUCIA), await company.talk(PILAR)
    menu = text_of(await owner.get(f"/inbox/{first}/assignment"), "body")
    assert "Beto Ruiz, Offline 0 of 1" in menu
    assert await give(owner, first, beto) == 200
    answer = await owner.put(f"/inbox/{second}/assignment", {"person_id": str(beto.user_id)})
    assert answer.status_code == 422
    assert "Beto Ruiz has 1 of 1 Give it to them anyway?" in text_of(answer, "#full header")
    assert await company.held(second) == (None, None)
    assert await give(owner, second, beto, anyway="true") == 200
    assert await company.held(second) == (beto.user_id, None)
    assert "2 of 1" in text_of(await owner.get(f"/inbox/{second}/assignment"), "body")


async def test_resolved_ones_do_not_count_and_taking_counts_too(company: Company, beto: Person) -> None:
    await takes_at_most(company, beto, 1)
    first, second = await company.talk(LUCIA), await company.talk(PILAR)
    assert await give(beto, first, beto) == 200
    answer = await beto.put(f"/inbox/{second}/assignment", {"person_id": str(beto.user_id)})
    assert (answer.status_code, "You have 1 of 1" in text_of(answer, "#full")) == (422, True)
    await beto.put(f"/inbox/{first}/closure")
    assert await give(beto, second, beto) == 200


async def test_the_workspaces_number_holds_for_who_has_none(company: Company, beto: Person, cira: Person) -> None:
    assert (await company.owner.put("/teams/rules", {"capacity": "1", "incoming_team": ""})).status_code == 303
    await takes_at_most(company, cira, 2)
    talks = [await company.talk(sender) for sender in (LUCIA, PILAR, OMAR, RITA)]
    assert await give(company.owner, talks[0], beto) == 200
    assert await give(company.owner, talks[1], beto) == 422
    assert await give(company.owner, talks[1], cira) == 200
    assert await give(company.owner, talks[2], cira) == 200
    assert await give(company.owner, talks[3], cira) == 422


async def test_two_at_once_do_not_give_one_person_more_than_they_take(company: Company, beto: Person) -> None:
    await takes_at_most(company, beto, 1)
    talks = [await company.talk(sender) for sender in (LUCIA, PILAR, OMAR)]
    answers = await asyncio.gather(*(give(company.owner, talk, beto) for talk in talks))
    assert sorted(answers) == [200, 422, 422]


async def test_a_conversation_waits_in_the_queue_of_a_team_until_somebody_takes_it(
    company: Company, beto: Person, cira: Person
) -> None:
    team = await company.team("Ventas", beto)
    talk = await company.talk(LUCIA)
    answer = await cira.put(f"/inbox/{talk}/team", {"team_id": str(team)}, headers={"HX-Request": "true"})
    assert (answer.headers["hx-retarget"], answer.headers["hx-replace-url"]) == ("#conversation", "/inbox")
    assert text_of(answer, "#conversation h3, #conversation h2").startswith("Choose a conversation")
    assert "It waits in the queue of Ventas" in text_of(answer, ".toast")
    assert await company.held(talk) == (None, team)
    assert (await sees(beto), await sees(cira)) == ({talk}, set())
    assert "Cira Paz handed the conversation over to the team Ventas" in text_of(await beto.get(f"/inbox/{talk}"), "#messages")
    assert await give(beto, talk, beto) == 200
    assert await company.held(talk) == (beto.user_id, team)
    await beto.delete(f"/inbox/{talk}/assignment")
    assert await company.held(talk) == (None, team)
    assert (await beto.delete(f"/inbox/{talk}/team")).status_code == 200
    assert await company.held(talk) == (None, None)
    assert await sees(cira) == {talk}
    passed = await cira.put(f"/inbox/{talk}/assignment", {"person_id": str(beto.user_id)})
    assert (text_of(passed, ".toast"), await sees(cira)) == ("Passed to Beto Ruiz", set())


async def test_given_to_somebody_outside_it_leaves_the_team(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Ventas", beto)
    talk = await company.talk(LUCIA, team_id=team)
    assert await give(company.owner, talk, beto) == 200
    assert await company.held(talk) == (beto.user_id, team)
    assert await give(company.owner, talk, cira) == 200
    assert await company.held(talk) == (cira.user_id, None)


async def test_whoever_is_free_is_online_has_room_and_the_fewest(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Ventas", beto, cira)
    await takes_at_most(company, cira, 1)
    free = {"team_id": str(team), "free": "true"}
    talks = [await company.talk(sender) for sender in (LUCIA, PILAR, OMAR, RITA)]
    answer = await company.owner.put(f"/inbox/{talks[0]}/team", free)
    assert "Nobody of Ventas is free now" in text_of(answer, ".toast")
    assert await company.held(talks[0]) == (None, team)
    await come(cira)
    await company.owner.put(f"/inbox/{talks[0]}/team", free)
    assert await company.held(talks[0]) == (cira.user_id, team)
    await come(beto)
    assert (await give(company.owner, talks[1], beto), await give(company.owner, talks[2], beto)) == (200, 200)
    await company.owner.put(f"/inbox/{talks[3]}/team", free)
    assert await company.held(talks[3]) == (beto.user_id, team)


async def test_two_at_once_go_to_two_people(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Ventas", beto, cira)
    await come(beto, cira)
    talks = [await company.talk(sender) for sender in (LUCIA, PILAR, OMAR, RITA)]
    wish = {"team_id": str(team), "free": "true"}
    await asyncio.gather(*(company.owner.put(f"/inbox/{talk}/team", wish) for talk in talks))
    held = [(await company.held(talk))[0] for talk in talks]
    assert sorted(held, key=str) == sorted([beto.user_id, beto.user_id, cira.user_id, cira.user_id], key=str)


async def test_new_conversations_are_handed_out_round_by_load(company: Company, beto: Person, cira: Person) -> None:
    team = await company.team("Recepción", beto, cira, hands_out="1")
    await company.owner.put("/teams/rules", {"capacity": "1", "incoming_team": str(team)})
    await come(beto, cira)
    talks = [await company.talk(sender) for sender in (LUCIA, PILAR, OMAR)]
    given = "select assignee_id from conversations where assignee_id is not null"
    rows = await eventually(lambda: _two(company, given))
    assert {row["assignee_id"] for row in rows} == {beto.user_id, cira.user_id}
    (waiting,) = [talk for talk in talks if await company.held(talk) == (None, team)]
    taken = next(talk for talk in talks if talk != waiting)
    assert "It was handed out to" in text_of(await company.owner.get(f"/inbox/{taken}"), "#messages")
    # Somebody has room again, so what waits goes to them by itself.
    await company.owner.put(f"/inbox/{taken}/closure")
    await eventually(lambda: _is_held(company, waiting))


async def test_a_webhook_is_enough(company: Company, beto: Person) -> None:
    team = await company.team("Recepción", beto, hands_out="1")
    await company.owner.put("/teams/rules", {"capacity": "", "incoming_team": str(team)})
    await come(beto)
    await company.told({"type": "text", "text": {"body": "Hola"}})
    await eventually(
        lambda: company.rows("select 1 from conversations where assignee_id = %s and team_id = %s", beto.user_id, team)
    )


async def test_it_is_handed_out_as_soon_as_somebody_is_there(company: Company, beto: Person) -> None:
    team = await company.team("Recepción", beto, hands_out="1")
    talk = await company.talk(LUCIA, team_id=team)
    await come(beto)
    await eventually(lambda: _is_held(company, talk))
    assert await company.held(talk) == (beto.user_id, team)


async def test_nothing_is_handed_out_where_nobody_asked_for_it(company: Company, beto: Person) -> None:
    team = await company.team("Recepción", beto)
    await company.owner.put("/teams/rules", {"capacity": "", "incoming_team": str(team)})
    await come(beto)
    talk = await company.talk(LUCIA)
    await company.owner.put(f"/teams/{team}", {"name": "Recepción", "tone": "info", "hands_out": "1"})
    await eventually(lambda: _is_held(company, talk))


async def test_with_the_feature_off_everything_waits_for_everybody(company: Company, beto: Person) -> None:
    team = await company.team("Recepción", beto, hands_out="1")
    await company.owner.put("/teams/rules", {"capacity": "1", "incoming_team": str(team)})
    await come(beto)
    async with company.owner.tenant.tx() as db:
        await db.conn.execute("update tenants set modules_off = '{teams}' where id = tenant_id()")
    first, second = await company.talk(LUCIA), await company.talk(PILAR)
    assert (await company.held(first), await company.held(second)) == ((None, None), (None, None))
    assert (await give(company.owner, first, beto), await give(company.owner, second, beto)) == (200, 200)
    page = await company.owner.get("/inbox")
    assert "My team" not in page.text
    for path in ("/teams", f"/teams/{team}", "/account/availability"):
        assert (await company.owner.get(path)).status_code == 404


async def test_a_team_of_another_company_is_not_there(company: Company, stranger: Person) -> None:
    made = await stranger.post("/teams", {"name": "Suyo", "tone": "info"})
    theirs = made.headers["location"].rpartition("/")[2]
    talk = await company.talk(LUCIA)
    for wish in ({"team_id": theirs}, {"team_id": theirs, "free": "true"}, {"team_id": "x"}):
        assert (await company.owner.put(f"/inbox/{talk}/team", wish)).status_code == 404
    assert (await stranger.put(f"/inbox/{talk}/team", {"team_id": theirs})).status_code == 404
    assert await company.held(talk) == (None, None)


async def test_the_menu_shows_people_with_their_load_and_teams(company: Company, beto: Person) -> None:
    await company.team("Ventas", beto)
    await come(beto)
    talk = await company.talk(LUCIA)
    page = page_of(await company.owner.get(f"/inbox/{talk}/assignment"))
    assert [each.text(strip=True) for each in page.css(".candidate .truncate")] == ["Beto Ruiz, Online", "Me, Offline"]
    assert page.css_first(".candidate-team") is not None


async def _two(company: Company, query: str) -> list[dict[str, int]] | None:
    rows = await company.rows(query)
    return rows if len(rows) == 2 else None


async def _is_held(company: Company, talk: int) -> bool:
    return (await company.held(talk))[0] is not None
