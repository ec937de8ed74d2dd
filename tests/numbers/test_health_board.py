"""The health board: every line is asked live, said in plain words, kept with its time, and what is wrong comes first."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core.clock import now
from app.core.db import Tenant
from app.numbers import credentials, inspection, phone_number
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.contract import Credentials
from tests.conftest import SIMULATOR, Person, eventually, page_of
from tests.numbers.numbers import a_number, at_meta

LIST = "/numbers"


async def connected(person: Person, **wish: Any) -> PhoneNumber:
    return await phone_number.connect(Tenant(person.tenant_id), Credentials(**await at_meta(**wish)))


async def board(person: Person, number: PhoneNumber) -> dict[str, tuple[str, str]]:
    """Looked over now: state and words of each line, by its name."""
    answer = await person.post(f"{LIST}/{number.id}/checks")
    assert answer.status_code == 200, answer.text
    lines = page_of(answer).css(".checks > li")
    return {
        " ".join(line.css_first("strong").text().split()): (str(line.attributes["data-state"]), " ".join(line.text().split()))
        for line in lines
    }


async def test_one_press_looks_everything_over_and_keeps_what_it_found(owner: Person) -> None:
    number = await a_number(owner)
    assert page_of(await owner.get(f"{LIST}/{number.id}")).css_first(".checks > li[data-state=unknown]") is not None
    found = await board(owner, number)
    assert len(found) >= 13
    assert [state for state, _ in found.values()].count("ok") >= 11, found
    assert not [line for line in found.values() if line[0] == "broken"]
    async with owner.tenant.tx() as db:
        kept = await inspection.of(db, number.id)
    assert kept is not None
    assert kept.findings.token is not None
    assert kept.findings.token.valid
    assert number.phone_number_id in (await owner.get(f"{LIST}/{number.id}")).text
    assert len(page_of(await owner.get(f"{LIST}/{number.id}")).css(".checks > li")) == len(found)


@pytest.mark.parametrize(
    ("wish", "states"),
    [
        ({"expires_at": int((now() + timedelta(days=3)).timestamp())}, ["needs"]),
        ({"scopes": ["whatsapp_business_management"]}, ["broken"]),
        ({"quality": "RED"}, ["broken"]),
        ({"quality": "YELLOW"}, ["needs"]),
        ({"name_status": "DECLINED"}, ["broken"]),
        ({"verification": "not_verified"}, ["needs"]),
        ({"registered": False}, ["needs"]),
        ({"status": "BANNED"}, ["broken", "broken"]),
    ],
)
async def test_what_is_wrong_comes_first(owner: Person, wish: dict[str, Any], states: list[str]) -> None:
    sound = await board(owner, await connected(owner))
    troubled = await board(owner, await connected(owner, **wish))
    usual = [state for state, _ in sound.values() if state in ("broken", "needs")]
    unusual = [state for state, _ in troubled.values() if state in ("broken", "needs")]
    assert sorted(unusual) == sorted([*usual, *states])
    order = [state for state, _ in troubled.values()]
    assert order == sorted(order, key=["broken", "needs", "unknown", "ok"].index)


async def test_a_subscription_that_is_gone_is_seen_and_comes_back_with_a_press(owner: Person) -> None:
    fields = await at_meta()
    number = await phone_number.connect(owner.tenant, Credentials(**fields))
    headers = {"authorization": f"Bearer {fields['access_token']}"}
    path = f"{SIMULATOR}/v25.0/{number.waba_id}/subscribed_apps"
    async with httpx.AsyncClient(headers=headers) as http:
        await http.delete(path)
        assert next(state for state, _ in (await board(owner, number)).values()) == "broken"
        answer = await owner.post(f"{LIST}/{number.id}/subscription")
        assert answer.status_code == 200
        assert page_of(answer).css_first(".checks > li[data-state=broken]") is None
        assert len((await http.get(path)).json()["data"]) == 1
        await http.delete(path)
        await inspection.reinspect.task(tenant_id=owner.tenant_id, number_id=number.id)
        assert len((await http.get(path)).json()["data"]) == 1


async def test_a_token_that_ended_is_the_first_line(owner: Person) -> None:
    number = await a_number(owner)
    async with owner.tenant.tx() as db:
        ended = credentials.sealed(
            owner.tenant_id, Credentials(f"EAAsim-expired-{secrets.token_hex(4)}", "s", number.phone_number_id, number.waba_id)
        )
        await db.conn.execute("update wabas set access_token = %s", (ended.access_token,))
    answer = await owner.post(f"{LIST}/{number.id}/checks")
    first = page_of(answer).css_first(".checks > li")
    assert first.attributes["data-state"] == "broken"
    assert first.css_first('a[href="#credentials"]') is not None


async def test_the_board_follows_what_happens(owner: Person) -> None:
    number = await a_number(owner)
    wish = {
        "phone_number_id": number.phone_number_id,
        "from": "34611482903",
        "message": {"type": "text", "text": {"body": "Hola"}},
    }
    before = await board(owner, number)
    async with httpx.AsyncClient() as http:
        assert (await http.post(f"{SIMULATOR}/simulator/inbound", json=wish)).status_code == 200

    async def heard() -> bool:
        states = [state for state, _ in (await board(owner, number)).values()]
        return states.count("needs") < [state for state, _ in before.values()].count("needs")

    await eventually(heard)


async def test_who_may_look_and_who_may_not(owner: Person, agent: Person, stranger: Person) -> None:
    number = await a_number(owner)
    path = f"{LIST}/{number.id}"
    for person, status in ((agent, 403), (stranger, 404)):
        assert (await person.post(f"{path}/checks")).status_code == status
        assert (await person.post(f"{path}/subscription")).status_code == status
        assert (await person.put(f"{path}/credentials", {"access_token": "EAAsim-x"})).status_code == status
        assert (await person.post(f"{path}/registration", {"pin": "123456"})).status_code == status
        assert (await person.delete(f"{path}/registration")).status_code == status
        assert (await person.put(f"{path}/pin", {"pin": "123456"})).status_code == status
