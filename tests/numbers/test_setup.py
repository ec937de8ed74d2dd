"""The set-up guide: six steps, each tried live and kept; and the sign-up at Meta that leads into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.core.db import Tenant
from app.numbers import phone_number
from app.settings import settings
from tests.conftest import BASE, SIMULATOR, Person, a_colleague, eventually, page_of

GUIDE = "/numbers/setup"


async def an_app(**wish: Any) -> dict[str, str]:
    """An app at Meta with a token and a number, as the simulator makes them."""
    async with httpx.AsyncClient() as http:
        wish = {"webhook_url": f"{BASE}/intake/meta", "app_secret": "a" * 32, "registered": False, **wish}
        made: dict[str, str] = (await http.post(f"{SIMULATOR}/simulator/numbers", json=wish)).json()
    return made


async def done(person: Person) -> list[str]:
    steps = page_of(await person.get(GUIDE)).css(".guide-step")
    return [str(step.attributes["id"]).removeprefix("step-") for step in steps if step.css_first("[data-done]")]


async def setup(person: Person, column: str) -> Any:
    async with person.tenant.tx() as db:
        row = await (await db.conn.execute(f"select {column} from number_setups".encode())).fetchone()
    return row[0] if row else None


async def connect(person: Person, app: dict[str, str]) -> httpx.Response:
    await person.put(f"{GUIDE}/app", {"app_id": app["app_id"], "app_secret": "a" * 32})
    await person.put(f"{GUIDE}/product")
    await person.put(f"{GUIDE}/token", {"access_token": app["access_token"]})
    return await person.post(f"{GUIDE}/numbers", {"numbers": f"{app['waba_id']}:{app['phone_number_id']}"})


async def test_a_newcomer_gets_from_nothing_to_the_first_message(owner: Person) -> None:
    app = await an_app()
    assert await done(owner) == []
    answer = await owner.put(f"{GUIDE}/app", {"app_id": app["app_id"], "app_secret": "a" * 32})
    assert answer.status_code == 200, answer.text
    assert await done(owner) == ["app"]
    await owner.put(f"{GUIDE}/product")
    answer = await owner.put(f"{GUIDE}/token", {"access_token": app["access_token"]})
    assert app["access_token"] not in answer.text
    assert await done(owner) == ["app", "product", "token"]
    offered = page_of(await owner.get(f"{GUIDE}/choices")).css("input[name=numbers]")
    assert [each.attributes["value"] for each in offered] == [f"{app['waba_id']}:{app['phone_number_id']}"]
    answer = await owner.post(f"{GUIDE}/numbers", {"numbers": str(offered[0].attributes["value"])})
    assert answer.status_code == 200, answer.text
    assert "number" in await done(owner)
    assert await setup(owner, "access_token") is None
    number_id = await setup(owner, "number_id")

    # Meta calls the address with the token that the guide gave out.
    token = await setup(owner, "verify_token")
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "482"}
    answer = await owner.get("/intake/meta", params=asked)
    assert (answer.status_code, answer.text) == (200, "482")
    assert "webhook" in await done(owner)
    assert (await owner.post(f"/numbers/{number_id}/registration", {"pin": "482903"})).status_code == 200
    said = {"type": "text", "text": {"body": "Hola"}}
    wish = {"phone_number_id": app["phone_number_id"], "from": "34611482905", "message": said}
    async with httpx.AsyncClient() as http:
        assert (await http.post(f"{SIMULATOR}/simulator/inbound", json=wish)).status_code == 200

    async def complete() -> bool:
        return len(await done(owner)) == 6

    await eventually(complete)
    heard = await owner.get(f"{GUIDE}/heard")
    assert "every 4s" not in heard.text


async def test_a_step_that_fails_says_where_and_keeps_the_others(owner: Person) -> None:
    app = await an_app()
    answer = await owner.put(f"{GUIDE}/app", {"app_id": app["app_id"], "app_secret": "wrong"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#app_secret-error") is not None
    assert (await owner.put(f"{GUIDE}/app", {"app_id": "Recado", "app_secret": "x"})).status_code == 422
    await owner.put(f"{GUIDE}/app", {"app_id": app["app_id"], "app_secret": "a" * 32})
    foreign = await an_app()
    expired = await an_app(app_id=app["app_id"], scopes=["whatsapp_business_messaging"])
    for token in ("EAAwrong", foreign["access_token"], expired["access_token"]):
        answer = await owner.put(f"{GUIDE}/token", {"access_token": token, "step": "token"})
        assert answer.status_code == 422
        assert page_of(answer).css_first("#access_token-error") is not None
        assert page_of(answer).css_first("#step-token").attributes.keys() >= {"open"}
    assert (await owner.post(f"{GUIDE}/numbers", {})).status_code == 422
    assert (await owner.post(f"{GUIDE}/hook")).status_code == 422
    assert await done(owner) == ["app"]


async def test_recado_tells_meta_the_address_itself(owner: Person) -> None:
    app = await an_app()
    assert (await connect(owner, app)).status_code == 200
    answer = await owner.post(f"{GUIDE}/hook")
    assert answer.status_code == 200, answer.text
    assert await setup(owner, "hooked_at") is not None
    assert await setup(owner, "verified_at") is not None
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {app['app_id']}|{'a' * 32}"}) as http:
        hook = (await http.get(f"{SIMULATOR}/v25.0/{app['app_id']}/subscriptions")).json()["data"][0]
    assert hook["callback_url"] == f"{BASE}/intake/meta"
    assert "messages" in [field["name"] for field in hook["fields"]]


async def test_the_guide_can_be_left_and_begun_anew(owner: Person) -> None:
    app = await an_app()
    await connect(owner, app)
    token = await setup(owner, "verify_token")
    assert await setup(owner, "verify_token") == token
    assert (await owner.delete(GUIDE)).status_code in (200, 303)
    assert await done(owner) == []
    assert await setup(owner, "verify_token") != token
    async with owner.tenant.tx() as db:
        assert len(await phone_number.all(db)) == 1


async def test_secrets_of_the_guide_rest_sealed(owner: Person) -> None:
    app = await an_app()
    await owner.put(f"{GUIDE}/app", {"app_id": app["app_id"], "app_secret": "a" * 32})
    await owner.put(f"{GUIDE}/token", {"access_token": app["access_token"]})
    kept = bytes(await setup(owner, "access_token")) + bytes(await setup(owner, "app_secret"))
    assert app["access_token"].encode() not in kept
    assert b"a" * 32 not in kept
    page = (await owner.get(GUIDE)).text
    assert app["access_token"] not in page
    assert "a" * 32 not in page


async def test_a_rehearsal_fills_the_first_steps(owner: Person) -> None:
    assert (await owner.post(f"{GUIDE}/rehearsal")).status_code == 200
    assert await done(owner) == ["app", "product", "token"]
    assert len(page_of(await owner.get(f"{GUIDE}/choices")).css("input[name=numbers]")) == 1


async def test_a_verify_token_that_nobody_gave_out_is_refused(nobody: Person) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"}
    assert (await nobody.get("/intake/meta", params=asked)).status_code == 403


@pytest.fixture
def own_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation that has an app at Meta of its own."""
    monkeypatch.setenv("META_APP_ID", "1050000000000001")
    monkeypatch.setenv("META_APP_SECRET", "installation-secret")
    monkeypatch.setenv("META_CONFIG_ID", "77")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def dialog(person: Person) -> dict[str, str]:
    """What Meta's page offers, by the id of its links."""
    to = (await person.get("/numbers/sign-up")).headers["location"]
    asked = parse_qs(urlsplit(to).query)
    assert asked["config_id"] == ["77"]
    assert asked["redirect_uri"] == [f"{BASE}/numbers/sign-up/callback"]
    async with httpx.AsyncClient() as http:
        page = page_of(await http.get(to))
    return {str(link.attributes["id"]): str(link.attributes["href"]) for link in page.css("a")}


async def test_a_number_is_connected_by_signing_in_at_meta(owner: Person, own_app: None) -> None:
    assert page_of(await owner.get("/numbers/new")).css_first('a[href="/numbers/sign-up"]') is not None
    back = (await dialog(owner))["share"]
    assert (await owner.get(back)).headers["location"] == GUIDE
    assert await done(owner) == ["app", "product", "token"]
    offered = page_of(await owner.get(f"{GUIDE}/choices")).css("input[name=numbers]")
    answer = await owner.post(f"{GUIDE}/numbers", {"numbers": [str(each.attributes["value"]) for each in offered]})
    assert answer.status_code == 200, answer.text
    async with Tenant(owner.tenant_id).tx() as db:
        (number,) = await phone_number.all(db)
    assert number.status == "PENDING"


async def test_an_answer_of_meta_is_taken_only_by_whoever_asked(owner: Person, stranger: Person, own_app: None) -> None:
    links = await dialog(owner)
    colleague = await a_colleague(owner, "admin", "Mara Gil")
    for person in (stranger, colleague):
        answer = await person.get(links["share"])
        assert answer.headers["location"] == f"{GUIDE}?trouble=stranger"
        assert await done(person) == []
    answer = await owner.get(links["share"].replace("state=", "state=x"))
    assert answer.headers["location"] == f"{GUIDE}?trouble=stranger"
    answer = await owner.get(links["cancel"])
    assert page_of(await owner.get(answer.headers["location"])).css_first(".banner[data-tone=warning]") is not None


async def test_without_an_app_of_its_own_nothing_offers_it(owner: Person, agent: Person) -> None:
    assert page_of(await owner.get("/numbers/new")).css_first('a[href="/numbers/sign-up"]') is None
    assert (await owner.get("/numbers/sign-up")).headers["location"] == GUIDE
    assert (await agent.get(GUIDE)).status_code == 403
