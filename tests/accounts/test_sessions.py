"""The list of sessions: which browser, where, when; ended one by one or all at once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.accounts.user_agent import Device, device
from app.core.db import platform_tx
from tests.accounts.test_signing_in import a_visitor
from tests.conftest import PASSWORD, HTMLParser, Person, page_of, text_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.0 Mobile/15E148 Safari/604.1"
)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0"
    " Chrome/117.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (IPHONE, "Safari", "iPhone"),
        (CHROME, "Chrome", "Windows"),
        (CHROME + " Edg/142.0.0.0", "Edge", "Windows"),
        (SAMSUNG, "Samsung Internet", "Android"),
        (IPHONE.replace("Version/17.0", "CriOS/142.0"), "Chrome", "iPhone"),
        ("curl/8.5.0", "curl", ""),
        ("", "", ""),
    ],
)
async def test_browsers_by_what_they_say(agent: str, browser: str, system: str) -> None:
    assert device(agent) == Device(browser, system)


async def signed_in_with(agent: str, email: str) -> Person:
    visitor = await a_visitor()
    visitor.http.headers["user-agent"] = agent
    assert (await visitor.post("/sign-in", {"email": email, "password": PASSWORD})).status_code == 303
    return visitor


def sessions_on(page: str) -> list[str]:
    return [" ".join(each.text().split()) for each in HTMLParser(page).css(".session")]


async def test_the_list_says_where_somebody_is_signed_in(owner: Person) -> None:
    laptop, phone = await signed_in_with(FIREFOX, owner.email), await signed_in_with(IPHONE, owner.email)
    shown = sessions_on((await phone.get("/account")).text)
    assert len(shown) == 3
    assert shown[0].startswith("Safari")
    assert "iPhone" in shown[0]
    assert "127.0.0.1" in shown[0]
    assert any(each.startswith("Firefox") for each in shown)
    assert len(page_of(await laptop.get("/account")).css(".session [hx-delete]")) == 2


async def test_one_session_is_ended(owner: Person) -> None:
    other = await signed_in_with(FIREFOX, owner.email)
    path = page_of(await owner.get("/account")).css_first(".session [hx-delete]").attributes["hx-delete"] or ""  # type: ignore[union-attr]
    answer = await owner.delete(path)
    assert answer.status_code == 200
    assert len(sessions_on(answer.text)) == 1
    assert (await other.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
    assert (await owner.get("/account")).status_code == 200
    assert (await owner.delete(path)).status_code == 404


async def test_all_others_are_ended(owner: Person) -> None:
    others = [await signed_in_with(agent, owner.email) for agent in (FIREFOX, CHROME)]
    assert (await owner.delete("/account/sessions")).status_code == 200
    assert [(await other.get("/account")).headers["location"] for other in others] == ["/sign-in?to=%2Faccount"] * 2
    assert (await owner.get("/account")).status_code == 200


async def test_nobody_ends_a_session_of_somebody_else(owner: Person, agent: Person, stranger: Person) -> None:
    async with platform_tx() as door:
        row = await (await door.conn.execute("select id from sessions where user_id = %s", (owner.user_id,))).fetchone()
        assert row is not None
    for other in (agent, stranger):
        assert (await other.delete(f"/account/sessions/{row[0]}")).status_code == 404
        assert (await other.delete("/account/sessions")).status_code == 200
    assert (await owner.get("/account")).status_code == 200


async def test_times_are_in_the_zone_of_the_person(owner: Person) -> None:
    assert (await owner.put("/account", {"name": "Ana", "language": "es", "time_zone": "Nowhere/Else"})).status_code == 422
    assert (await owner.put("/account", {"name": "Ana", "language": "es", "time_zone": "Asia/Tokyo"})).status_code == 303
    page = await owner.get("/account")
    seen = page_of(page).css_first(".session time")
    assert seen is not None
    there = datetime.fromisoformat(seen.attributes["datetime"] or "").astimezone(ZoneInfo("Asia/Tokyo"))
    assert seen.text().strip() == f"{there:%-H:%M}"
    assert page_of(page).css_first("#time_zone option[selected]").attributes["value"] == "Asia/Tokyo"  # type: ignore[union-attr]
    assert (await owner.put("/account", {"name": "Ana", "language": "es", "time_zone": ""})).status_code == 303
    assert page_of(await owner.get("/account")).css_first("#time_zone option[selected]") is None


async def test_the_password_takes_guesses_once_more_for_what_matters(owner: Person) -> None:
    for _ in range(5):
        wrong = await owner.put("/account/password", {"password": "no era esta", "new_password": "otra grapa correcta"})
        assert wrong.status_code == 422
    right = await owner.put("/account/password", {"password": PASSWORD, "new_password": "otra grapa correcta"})
    assert right.status_code == 422
    assert text_of(right, "#password-error")


async def test_a_new_password_ends_the_back_office_as_well(owner: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into platform_sessions (token_hash, user_id, address, expires_at)"
            " values (sha256(%s), %s, '', now() + interval '1 hour')",
            (owner.email.encode(), owner.user_id),
        )
    await owner.put("/account/password", {"password": PASSWORD, "new_password": "otra grapa correcta"})
    async with platform_tx() as door:
        cursor = await door.conn.execute("select 1 from platform_sessions where user_id = %s", (owner.user_id,))
        assert await cursor.fetchone() is None
