"""A number's limits: read from WhatsApp, chosen by hand, shared by a portfolio, and shown as they are at this moment."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from app.core import events
from app.core.db import Tenant
from app.numbers import breaker, health, levels, phone_number, portfolio
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.contract import Credentials
from app.whatsapp.updates import AccountUpdate
from tests.conftest import SIMULATOR, Person, eventually, page_of, text_of
from tests.numbers.numbers import a_number, at_meta

LIST = "/numbers"


async def connected(person: Person, **wish: Any) -> PhoneNumber:
    return await phone_number.connect(Tenant(person.tenant_id), Credentials(**await at_meta(**wish)))


async def meta_decides(number: PhoneNumber, **ruling: Any) -> None:
    async with httpx.AsyncClient() as http:
        wish = {"phone_number_id": number.phone_number_id, **ruling}
        assert (await http.put(f"{SIMULATOR}/simulator/numbers", json=wish)).status_code == 200


async def now_of(person: Person, number: PhoneNumber) -> PhoneNumber:
    async with person.tenant.tx() as db:
        return await phone_number.find(db, number.id)


async def rows(person: Person, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    async with person.tenant.tx() as db:
        return await (await db.conn.execute(statement.encode(), values)).fetchall()


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What was recorded about numbers."""
    heard: list[tuple[str, dict[str, Any]]] = []
    for name in ("quality_fell", "number_stopped"):

        async def hear(_: Any, name: str = name, **facts: Any) -> None:
            heard.append((name, facts))

        monkeypatch.setitem(events._reactions, name, [*events._reactions[name], hear])
    return heard


@pytest.mark.parametrize(
    ("wish", "pace"),
    [
        ({}, ("STANDARD", 80, 70, 100)),
        ({"throughput": "HIGH"}, ("HIGH", 1000, 800, 1000)),
        ({"throughput": "HIGH", "coexists": True}, ("COEXISTENCE", 20, 18, 20)),
    ],
)
async def test_the_rate_is_what_whatsapp_allows(owner: Person, wish: dict[str, Any], pace: tuple[Any, ...]) -> None:
    number = await connected(owner, **wish)
    assert (number.level, number.ceiling, number.per_second, number.burst) == pace
    assert number.reserve == pace[1] - pace[2]


async def test_an_upgrade_is_followed_unless_somebody_chose(owner: Person) -> None:
    quick, chosen = await connected(owner), await connected(owner)
    async with owner.tenant.tx() as db:
        await levels.choose(db, chosen, levels.Choice("CUSTOM", 30, 40))
    for number in (quick, chosen):
        await meta_decides(number, throughput="HIGH")

    async def upgraded() -> bool:
        return (await now_of(owner, quick)).per_second == 800

    await eventually(upgraded)
    await eventually(lambda: _throughput_is(owner, chosen, "HIGH"))
    kept = await now_of(owner, chosen)
    assert (kept.ceiling, kept.per_second, kept.burst, kept.by_hand) == (80, 30, 40, True)
    await owner.put(f"{LIST}/{chosen.id}/pace", {"level": "AUTOMATIC"})
    assert (await now_of(owner, chosen)).per_second == 800


async def _throughput_is(person: Person, number: PhoneNumber, throughput: str) -> bool:
    return (await now_of(person, number)).throughput == throughput


async def test_accounts_of_one_business_share_its_limit(owner: Person) -> None:
    business = secrets.token_hex(6)
    olmo = await connected(owner, business_id=business, limit="TIER_2K", verified_name="Casa Olmo")
    norte = await connected(owner, business_id=business, verified_name="Olmo Norte")
    other = await a_number(owner)
    assert olmo.portfolio_id == norte.portfolio_id != other.portfolio_id
    async with owner.tenant.tx() as db:
        shared = await portfolio.of_number(db, norte.id)
    assert (shared.meta_id, shared.name, shared.tier, shared.limit) == (business, "Casa Olmo", "TIER_2K", 2000)
    assert await rows(owner, "select count(*) from portfolios") == [(2,)]
    assert await rows(owner, "select portfolio from wabas where id = %s", norte.waba) == [(business,)]
    page = await owner.get(f"{LIST}/{olmo.id}")
    assert norte.display in text_of(page, "#board")
    assert other.display not in text_of(page, "#board")

    await meta_decides(norte, limit="TIER_10K")
    await eventually(lambda: _tier_is(owner, olmo, "TIER_10K"))


async def _tier_is(person: Person, number: PhoneNumber, tier: str) -> bool:
    return (await now_of(person, number)).tier == tier


async def test_people_come_along_when_meta_names_the_portfolio(owner: Person) -> None:
    olmo, norte = await connected(owner), await connected(owner, limit="TIER_2K")
    for number, person, minutes in ((olmo, 1, 60), (olmo, 2, 60), (norte, 2, 30), (norte, 3, 30), (norte, 4, 2000)):
        await rows(
            owner,
            "insert into portfolio_people (portfolio, contact_id, minute)"
            " values (%s, %s, date_trunc('minute', now() - %s * interval '1 minute')) returning 1",
            number.portfolio_id, person, minutes,
        )  # fmt: skip
    await rows(owner, "update portfolios set reserve = 40, people_by_hand = 900 where id = %s returning 1", norte.portfolio_id)
    (joined,) = await rows(
        owner, "select join_portfolio(%s, meta_id, name) from portfolios where id = %s", norte.waba, olmo.portfolio_id
    )
    assert joined == (olmo.portfolio_id,)
    async with owner.tenant.tx() as db:
        shared = await portfolio.of_number(db, norte.id)
        freed = await portfolio.room(db, shared.id)
    assert (shared.used, shared.reserve, shared.limit, shared.numbers) == (3, 40, 900, 2)
    assert [each.people for each in freed] == [1, 2]
    assert await rows(owner, "select count(*) from portfolios") == [(1,)]


async def test_falling_and_stopping_are_recorded_once(owner: Person, recorded: list[tuple[str, dict[str, Any]]]) -> None:
    number = await a_number(owner)
    await meta_decides(number, quality="YELLOW")
    await eventually(lambda: _quality_is(owner, number, "YELLOW"))
    await health.check(owner.tenant, number.id)
    assert recorded == [("quality_fell", {"number_id": number.id, "quality": "YELLOW"})]
    await meta_decides(number, quality="GREEN")
    await eventually(lambda: _quality_is(owner, number, "GREEN"))
    await meta_decides(number, status="BANNED")
    await eventually(lambda: _may_not_send(owner, number))
    await health.check(owner.tenant, number.id)
    assert {name for name, _ in recorded[1:]} == {"number_stopped"}
    before = len(recorded)
    async with owner.tenant.tx() as db:
        await health.check_before(db, number.id)
    await eventually(lambda: len(recorded) == before + 1)
    assert "BANNED" not in (await owner.get(f"{LIST}/{number.id}")).text


async def _quality_is(person: Person, number: PhoneNumber, quality: str) -> bool:
    return (await now_of(person, number)).quality == quality


async def _may_not_send(person: Person, number: PhoneNumber) -> bool:
    return (await now_of(person, number)).status == "BANNED"


def test_only_what_is_about_messages_stops_a_number() -> None:
    def stops(*restrictions: str) -> bool:
        return health.stops(
            AccountUpdate(waba_id="1", field="account_update", event="ACCOUNT_RESTRICTION", restrictions=[*restrictions])
        )

    assert stops("RESTRICTED_BIZ_INITIATED_MESSAGING")
    assert stops()
    assert not stops("RESTRICTION_ADD_PHONE_NUMBER_ACTION")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"level": "TIER_1", "per_second": "41", "burst": "10"}, {"per_second"}),
        ({"level": "CUSTOM", "per_second": "81", "burst": "10"}, {"per_second"}),
        ({"level": "HIGH", "per_second": "1001", "burst": "2000"}, {"per_second", "burst"}),
        ({"level": "WARP", "per_second": "1", "burst": "1"}, {"level"}),
    ],
)
async def test_a_rate_above_the_ceiling_is_refused(owner: Person, typed: dict[str, str], wrong: set[str]) -> None:
    number = await a_number(owner)
    answer = await owner.put(f"{LIST}/{number.id}/pace", typed)
    assert answer.status_code == 422
    assert {error.attributes["id"] for error in page_of(answer).css(".error")} == {f"{field}-error" for field in wrong}
    assert (await now_of(owner, number)).per_second == 70


async def test_a_level_is_chosen_by_hand_and_left_again(owner: Person) -> None:
    number = await a_number(owner)
    path = f"{LIST}/{number.id}"
    offer = page_of(await owner.get(f"{path}/pace?level=TIER_2"))
    assert offer.css_first("#per_second").attributes["value"] == "52"
    assert (await owner.put(f"{path}/pace", {"level": "TIER_2"})).status_code == 200
    chosen = await now_of(owner, number)
    assert (chosen.level, chosen.ceiling, chosen.per_second, chosen.burst, chosen.by_hand) == ("TIER_2", 60, 52, 75, True)
    await health.check(owner.tenant, number.id)
    assert (await now_of(owner, number)).level == "TIER_2"
    assert (await owner.put(f"{path}/pace", {"level": "AUTOMATIC", "per_second": "5"})).status_code == 200
    assert (await now_of(owner, number)).per_second == 70


async def test_the_people_of_a_day_are_limited_by_hand(owner: Person) -> None:
    number = await a_number(owner)
    path = f"{LIST}/{number.id}"
    assert (await owner.put(f"{path}/portfolio", {"people": "500", "reserve": "100"})).status_code == 200
    await rows(
        owner,
        "insert into portfolio_minutes (portfolio, minute, people) values (%s, date_trunc('minute', now()), 240) returning 1",
        number.portfolio_id,
    )
    board = text_of(await owner.partial(path), "body")
    assert [part for part in ("240", "500", "160") if part not in board] == []
    for typed in ({"people": "500", "reserve": "500"}, {"people": "", "reserve": "10000"}):
        refused = await owner.put(f"{path}/portfolio", typed)
        assert refused.status_code == 422
        assert page_of(refused).css_first("#reserve-error") is not None
    assert page_of(await owner.put(f"{path}/portfolio", {"people": "many"})).css_first("#people-error") is not None
    assert (await owner.put(f"{path}/portfolio", {"people": "", "reserve": "0"})).status_code == 200
    async with owner.tenant.tx() as db:
        assert (await portfolio.of_number(db, number.id)).limit == 10_000


async def test_a_breaker_is_shown_and_closed_by_hand(owner: Person) -> None:
    number = await a_number(owner)
    path = f"{LIST}/{number.id}"
    async with owner.tenant.tx() as db:
        await breaker.note(db, number.id, [False] * 5, "WhatsApp is temporarily unavailable")
    page = page_of(await owner.get(path))
    assert page.css_first(f'[hx-delete="{path}/breaker"]') is not None
    assert page.css_first('#board [hx-trigger="every 5s"]') is not None
    closed = await owner.delete(f"{path}/breaker")
    assert closed.status_code == 200
    assert page_of(closed).css_first(f'[hx-delete="{path}/breaker"]') is None
    async with owner.tenant.tx() as db:
        assert (await breaker.of(db, number.id)).state == "closed"


async def test_a_slowed_number_says_when_it_is_back(owner: Person) -> None:
    number = await a_number(owner)
    await rows(
        owner,
        "update pacing set slowed_to = 0.5, slowed_at = now(), rate_errors = 3 where number_id = %s returning 1",
        number.id,
    )
    assert "50" in text_of(await owner.get(f"{LIST}/{number.id}"), "#board .banner")
    slowed = await now_of(owner, number)
    assert 45 <= slowed.seconds_to_full_speed <= 50
    assert (slowed.rate_errors, slowed.breaker) == (3, "closed")


async def test_a_workspace_limits_itself(owner: Person) -> None:
    await a_number(owner)
    assert page_of(await owner.get(LIST)).css_first("#cap") is not None
    assert (await owner.put(f"{LIST}/cap", {"per_second": "0", "burst": ""})).status_code == 422
    assert (await owner.put(f"{LIST}/cap", {"per_second": "25", "burst": "50"})).status_code == 200
    assert await rows(owner, "select per_second, burst, tokens from sending_caps") == [(25, 50, 50)]
    assert page_of(await owner.get(LIST)).css_first("#cap #per_second").attributes["value"] == "25"
    assert (await owner.delete(f"{LIST}/cap")).status_code == 200
    assert await rows(owner, "select 1 from sending_caps") == []


async def test_who_may_change_limits(owner: Person, agent: Person, stranger: Person) -> None:
    number = await a_number(owner)
    path = f"{LIST}/{number.id}"
    for person, status in ((agent, 403), (stranger, 404)):
        assert (await person.get(f"{path}/pace?level=HIGH")).status_code == status
        assert (await person.put(f"{path}/pace", {"level": "HIGH"})).status_code == status
        assert (await person.put(f"{path}/portfolio", {"reserve": "1"})).status_code == status
        assert (await person.delete(f"{path}/breaker")).status_code == status
    assert (await agent.put(f"{LIST}/cap", {"per_second": "1", "burst": "1"})).status_code == 403
