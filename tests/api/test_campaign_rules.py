"""Rules of campaigns over the API: what was decided comes back, nonsense does not pass, a canary is released."""

from __future__ import annotations

import pytest

from tests.api.test_api import Program, a_number, a_program, an_approved_template, example
from tests.conftest import Person


@pytest.fixture
async def program(owner: Person) -> Program:
    return await a_program(owner)


async def a_wish(program: Program, **rules: object) -> dict[str, object]:
    number_id = await a_number(program)
    template_id = await an_approved_template(program, number_id)
    wish = {**example("create_campaign").request, "number_id": number_id, "template_id": template_id}
    return wish | {"audience": {"kind": "everyone"}, "rules": rules}


async def test_rules_come_back_as_they_were_decided(program: Program) -> None:
    rules = {
        "canary": 5,
        "most_failed": None,
        "most_opted_out": 0.015,
        "quiet_from": "22:00",
        "quiet_to": "08:30",
        "late_minutes": 90,
    }
    made = await program.ask("POST", "/campaigns", 201, json=await a_wish(program, **rules))
    assert made["rules"] == {**made["rules"], **rules}
    assert (made["status"], made["forecast"], made["series"]) == ("draft", None, None)
    assert (await program.ask("DELETE", f"/campaigns/{made['id']}/canary", 409))["title"]


async def test_a_cron_line_makes_a_pattern(program: Program) -> None:
    wish = await a_wish(program, cron="0  10 * * 1")
    made = await program.ask("POST", "/campaigns", 201, json=wish)
    assert (made["status"], made["rules"]["cron"]) == ("scheduled", "0 10 * * 1")
    assert made["scheduled_at"] is not None
    both = await program.ask("POST", "/campaigns", 422, json={**wish, "scheduled_at": "2099-01-01T10:00:00Z"})
    assert "scheduled_at" in both["errors"]


async def test_nonsense_is_refused_beside_its_field(program: Program) -> None:
    wish = await a_wish(program)
    for rules, field in (
        ({"cron": "* * * * *"}, "rules.cron"),
        ({"quiet_from": "21:00"}, "rules.quiet_to"),
        ({"most_failed": 2}, "rules"),
    ):
        refused = await program.ask("POST", "/campaigns", 422, json={**wish, "rules": rules})
        assert any(field in name for name in refused["errors"]), refused
