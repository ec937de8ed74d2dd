"""Sign-up, sign-in and sign-out; guesses slow down, and cannot lock anybody out who is known here."""

from __future__ import annotations

import asyncio
import secrets
from urllib.parse import quote, urlencode

import httpx
import pytest

from app.accounts import throttle
from app.core.db import platform_tx
from tests.conftest import BASE, PASSWORD, Person, page_of, text_of


def an_address() -> str:
    return f"nuria-{secrets.token_hex(5)}@casaolmo.es"


async def a_visitor() -> Person:
    visitor = Person()
    await visitor.get("/sign-in")
    return visitor


async def guess(person: Person, email: str, password: str = "no era esta", headers: dict[str, str] | None = None) -> int:
    return (await person.post("/sign-in", {"email": email, "password": password}, headers=headers or {})).status_code


async def test_somebody_signs_up_and_is_in(house: str) -> None:
    visitor, email = await a_visitor(), an_address()
    wish = {"workspace": "Muebles Roble", "name": "Nuria Gil", "email": email.upper(), "password": PASSWORD}
    answer = await visitor.post("/sign-up", wish)
    assert (answer.status_code, answer.headers["location"]) == (303, "/first-steps")
    assert text_of(await visitor.get("/settings"), ".member strong") == "Nuria Gil"
    again = await (await a_visitor()).post("/sign-up", wish)
    assert again.status_code == 422
    assert page_of(again).css_first("#email-error") is not None
    assert PASSWORD not in again.text


async def test_a_sign_up_needs_all_its_fields(house: str) -> None:
    answer = await (await a_visitor()).post("/sign-up", {"workspace": "Muebles", "email": "nuria@", "password": "corta"})
    assert answer.status_code == 422
    wrong = {error.attributes["id"] for error in page_of(answer).css(".error")}
    assert wrong == {"name-error", "email-error", "password-error"}


@pytest.mark.parametrize(
    "password", ["1234567890", "aaaaaaaaaaaa", "Password2026!", "contraseña1", "qwertyuiop", "Nuria Gil 99", "muebles roble"]
)
async def test_a_password_that_is_tried_first_is_refused(house: str, password: str) -> None:
    wish = {"workspace": "Muebles Roble", "name": "Nuria Gil", "email": an_address(), "password": password}
    answer = await (await a_visitor()).post("/sign-up", wish)
    assert answer.status_code == 422
    assert [error.attributes["id"] for error in page_of(answer).css(".error")] == ["password-error"]


async def test_signing_in_and_out(owner: Person) -> None:
    visitor = await a_visitor()
    assert await guess(visitor, owner.email) == 422
    assert await guess(visitor, owner.email.upper(), PASSWORD) == 303
    assert (await visitor.get("/account")).status_code == 200
    out = await visitor.post("/sign-out")
    assert (out.headers["location"], out.headers["clear-site-data"]) == ("/sign-in", '"cache"')
    assert (await visitor.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"


async def test_who_is_sent_to_the_door_comes_back_to_the_page(owner: Person) -> None:
    visitor, wanted = await a_visitor(), "/contacts?q=caf%C3%A9%20%26%20t%C3%A9"
    door = (await visitor.get(wanted)).headers["location"]

    def kept(answer: httpx.Response) -> str | None:
        field = page_of(answer).css_first("input[name=to]")
        return field.attributes["value"] if field else None

    assert kept(await visitor.get(door)) == wanted
    wish = {"email": owner.email, "password": "no era esta", "to": wanted}
    assert kept(await visitor.post("/sign-in", wish)) == wanted
    assert (await visitor.post("/sign-in", wish | {"password": PASSWORD})).headers["location"] == wanted
    # A part of a page leads back to the page that it is on; what is neither, to the start.
    part = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": f"{BASE}/campaigns/7?tab=1"}
    led = await (await a_visitor()).http.get("/contacts", headers=part)
    assert led.headers["hx-redirect"] == "/sign-in?to=%2Fcampaigns%2F7%3Ftab%3D1"
    assert (await (await a_visitor()).post("/contacts/exports")).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/inbox", "javascript:alert(1)",
        "evil.example", "///evil.example", "/%09/evil.example", "/%2Fevil.example", "/%5Cevil.example", "/\t/evil.example",
        "/\n/evil.example", " //evil.example", "/inbox\r\nX-Evil: 1", "/" + "a" * 600,
    ],
)  # fmt: skip
async def test_the_door_leads_to_no_other_house(owner: Person, to: str) -> None:
    visitor = await a_visitor()
    for given in (to, quote(to, safe="")):
        door = page_of(await visitor.get(f"/sign-in?{urlencode({'to': given})}")).css_first("input[name=to]")
        assert door is not None
        wish = {"email": owner.email, "password": PASSWORD, "to": door.attributes["value"] or ""}
        assert (await visitor.post("/sign-in", wish)).headers["location"] == "/inbox"


async def test_nobody_learns_who_has_an_account(owner: Person) -> None:
    visitor = await a_visitor()
    known = await visitor.post("/sign-in", {"email": owner.email, "password": "no era esta"})
    unknown = await visitor.post("/sign-in", {"email": an_address(), "password": "no era esta"})
    assert text_of(known, "#password-error") == text_of(unknown, "#password-error")


async def test_guesses_are_counted_and_a_known_browser_still_gets_in(owner: Person) -> None:
    known = await a_visitor()
    assert await guess(known, owner.email, PASSWORD) == 303
    attacker = await a_visitor()
    for _ in range(throttle.FREE_GUESSES):
        assert await guess(attacker, owner.email) == 422
    # Even the right password opens nothing now, where nobody was ever signed in.
    assert await guess(attacker, owner.email, PASSWORD) == 422
    assert await guess(await a_visitor(), owner.email, PASSWORD) == 422
    assert await guess(known, owner.email, PASSWORD) == 303


async def test_a_known_browser_has_its_own_guesses_and_no_more(owner: Person) -> None:
    known = await a_visitor()
    assert await guess(known, owner.email, PASSWORD) == 303
    for _ in range(throttle.FREE_GUESSES):
        assert await guess(known, owner.email) == 422
    assert await guess(known, owner.email, PASSWORD) == 422
    # That was its own affair: whoever comes from elsewhere has all their guesses.
    assert await guess(await a_visitor(), owner.email, PASSWORD) == 303


async def test_a_known_browser_is_not_known_for_others(owner: Person, stranger: Person) -> None:
    known = await a_visitor()
    assert await guess(known, owner.email, PASSWORD) == 303
    for _ in range(throttle.FREE_GUESSES):
        assert await guess(known, stranger.email) == 422
    assert await guess(known, stranger.email, PASSWORD) == 422
    forged = await a_visitor()
    name = (known.http.cookies["device"] or "").partition(".")[0]
    forged.http.cookies.set("device", f"{name}.{'A' * 22}")
    assert await guess(forged, stranger.email, PASSWORD) == 422


async def test_guesses_at_once_are_counted_before_they_are_looked_at(owner: Person) -> None:
    visitors = [await a_visitor() for _ in range(throttle.FREE_GUESSES + 3)]
    await asyncio.gather(*(guess(visitor, owner.email) for visitor in visitors))
    async with platform_tx() as door:
        cursor = await door.conn.execute("select failures from sign_in_failures where subject = %s", (f"email:{owner.email}",))
        assert await cursor.fetchone() == (throttle.FREE_GUESSES,)
    assert await guess(visitors[0], owner.email, PASSWORD) == 422


async def test_a_wait_ends_by_itself(owner: Person) -> None:
    visitor = await a_visitor()
    for _ in range(throttle.FREE_GUESSES):
        await guess(visitor, owner.email)
    async with platform_tx() as door:
        await door.conn.execute(
            "update sign_in_failures set last_at = last_at - interval '16 minutes' where subject = %s",
            (f"email:{owner.email}",),
        )
    assert await guess(visitor, owner.email, PASSWORD) == 303


async def test_signing_up_is_slowed_down_for_an_address(house: str) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into sign_in_failures (subject, failures) values ('sign-up:127.0.0.1', %s)"
            " on conflict (subject) do update set failures = excluded.failures, last_at = now()",
            (throttle.SIGN_UPS_PER_ADDRESS,),
        )
    wish = {"workspace": "Muebles Roble", "name": "Nuria Gil", "email": an_address(), "password": PASSWORD}
    answer = await (await a_visitor()).post("/sign-up", wish)
    async with platform_tx() as door:
        await door.conn.execute("delete from sign_in_failures where subject = 'sign-up:127.0.0.1'")
    assert answer.status_code == 422
    assert page_of(answer).css_first("#email-error") is not None
