"""What is proven by mail: an address after sign-up, a forgotten password, another address."""

from __future__ import annotations

import pytest

from app.access import viewer
from app.accounts import letter, password_reset, throttle
from app.core import i18n
from app.core.db import platform_tx
from app.core.secrets import digest
from tests.accounts.mailbox import kept, letter_to, letters_to, link_in
from tests.accounts.test_signing_in import a_visitor, an_address
from tests.conftest import PASSWORD, HTMLParser, Person, eventually, page_of, text_of

NEW = "otra grapa correcta"


async def a_newcomer() -> Person:
    """Somebody who has just signed up."""
    visitor = await a_visitor()
    visitor.email = an_address()
    wish = {"workspace": "Muebles Roble", "name": "Nuria Gil", "email": visitor.email, "password": PASSWORD}
    assert (await visitor.post("/sign-up", wish)).status_code == 303
    return visitor


async def sign_in_with(email: str, password: str) -> int:
    return (await (await a_visitor()).post("/sign-in", {"email": email, "password": password})).status_code


async def age(path: str, interval: str) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "update account_links set expires_at = expires_at - %s::interval where token_hash = %s",
            (interval, digest(path.rpartition("/")[2])),
        )


async def test_a_newcomer_confirms_their_address(house: str) -> None:
    newcomer = await a_newcomer()
    told = await letter_to(newcomer.email)
    assert "Nuria Gil" in told.text
    assert page_of(await newcomer.get("/settings")).css_first("#unconfirmed") is not None
    path = link_in(told)
    # A mail server looks at links before people do: nothing happens by that.
    assert (await (await a_visitor()).get(path)).status_code == 200
    answer = await newcomer.post(path)
    assert answer.status_code == 200
    assert newcomer.email in answer.text
    assert page_of(await newcomer.get("/settings")).css_first("#unconfirmed") is None
    assert (await newcomer.post(path)).status_code == 410


async def test_nobody_is_invited_by_somebody_unconfirmed(house: str) -> None:
    newcomer, colleague = await a_newcomer(), an_address()
    wish = {"emails": colleague, "language": "es", "roles": "agent"}
    refused = await newcomer.post("/settings/people/invitations", wish)
    assert refused.status_code == 422
    assert page_of(refused).css_first("#emails-error") is not None
    async with platform_tx() as door:
        assert (await viewer.by_account(door, newcomer.email)).unconfirmed
    await newcomer.post(link_in(await letter_to(newcomer.email)))
    assert (await newcomer.post("/settings/people/invitations", wish)).status_code == 303
    await letter_to(colleague)


async def test_the_letter_comes_again_and_only_its_link_works(house: str) -> None:
    newcomer = await a_newcomer()
    first = link_in(await letter_to(newcomer.email))
    assert (await newcomer.post("/account/confirmation")).status_code == 200

    async def two() -> bool:
        return len(await letters_to(newcomer.email)) == 2

    await eventually(two)
    second = link_in(await letter_to(newcomer.email))
    assert (await newcomer.get(first)).status_code == 410
    assert (await newcomer.get(second)).status_code == 200
    await age(second, "4 days")
    over = await newcomer.post(second)
    assert over.status_code == 410
    assert page_of(over).css_first('a[href="/account"]') is not None


async def test_who_came_by_an_invitation_is_not_asked(owner: Person) -> None:
    assert page_of(await owner.get("/settings")).css_first("#unconfirmed") is None
    assert (await owner.post("/account/confirmation")).status_code == 200
    assert kept(owner.email) == []


async def asked_for_reset(email: str, *, letters: int = 1) -> str:
    """The link in the newest of so many letters."""
    answer = await (await a_visitor()).post("/forgot-password", {"email": email})
    assert answer.status_code == 200
    await eventually(lambda: len(kept(email)) == letters)
    return link_in(kept(email)[0])


async def test_a_forgotten_password(owner: Person) -> None:
    elsewhere = await Person(owner.email, owner.tenant_id, owner.user_id).sign_in()
    path = await asked_for_reset(owner.email)
    visitor = await a_visitor()
    assert owner.email in (await visitor.get(path)).text
    short = await visitor.post(path, {"new_password": "corta"})
    assert short.status_code == 422
    assert page_of(short).css_first("#new_password-error") is not None
    answer = await visitor.post(path, {"new_password": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert (await visitor.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
    assert (await sign_in_with(owner.email, PASSWORD), await sign_in_with(owner.email, NEW)) == (422, 303)
    assert (await visitor.get(path)).status_code == 410
    await eventually(lambda: len(kept(owner.email)) == 2)
    assert "/forgot-password" in kept(owner.email)[0].text


async def test_a_reset_link_lasts_an_hour_and_only_the_newest_works(owner: Person) -> None:
    first = await asked_for_reset(owner.email)
    await (await a_visitor()).post("/forgot-password", {"email": owner.email})
    await eventually(lambda: len(kept(owner.email)) == 2)
    second = link_in(kept(owner.email)[0])
    visitor = await a_visitor()
    assert (await visitor.get(first)).status_code == 410
    await age(second, "61 minutes")
    over = await visitor.post(second, {"new_password": NEW})
    assert over.status_code == 410
    assert page_of(over).css_first('a[href="/forgot-password"]') is not None
    assert await sign_in_with(owner.email, PASSWORD) == 303


async def test_the_answer_is_the_same_for_nobody(owner: Person) -> None:
    visitor, nobodys = await a_visitor(), an_address()
    known = await visitor.post("/forgot-password", {"email": owner.email})
    unknown = await visitor.post("/forgot-password", {"email": nobodys})
    assert text_of(known, ".letter-sent").replace(owner.email, "") == text_of(unknown, ".letter-sent").replace(nobodys, "")
    assert (await visitor.post("/forgot-password", {"email": "ana"})).status_code == 422
    await letter_to(owner.email)
    assert kept(nobodys) == []


async def test_letters_to_one_person_are_limited(owner: Person) -> None:
    visitor = await a_visitor()
    for _ in range(7):
        assert (await visitor.post("/forgot-password", {"email": owner.email})).status_code == 200
    await eventually(lambda: len(kept(owner.email)) == 5)
    async with platform_tx() as door:
        await door.conn.execute("delete from sign_in_failures where subject = 'mails:127.0.0.1'")


@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_letters_are_in_the_persons_language(owner: Person, language: str) -> None:
    await owner.put("/account", {"name": "Ana Olmo", "language": language})
    await (await a_visitor()).post("/forgot-password?language=id", {"email": owner.email})
    told = await letter_to(owner.email)
    with i18n.speaking(language):
        assert told.subject == i18n.gettext("Choose a new password")


async def test_another_address_is_confirmed_there_and_told_here(owner: Person) -> None:
    new = an_address()
    wish = {"email": new.upper(), "email_password": PASSWORD}
    answer = await owner.put("/account/email", wish)
    assert answer.status_code == 200
    assert new in text_of(answer, "#address")
    told = await letter_to(owner.email)
    assert new in told.text
    assert (await sign_in_with(new, PASSWORD), await sign_in_with(owner.email, PASSWORD)) == (422, 303)
    path = link_in(await letter_to(new))
    assert (await (await a_visitor()).post(path)).status_code == 200
    assert (await sign_in_with(new, PASSWORD), await sign_in_with(owner.email, PASSWORD)) == (303, 422)
    await eventually(lambda: len(kept(owner.email)) == 2)
    assert text_of(await owner.get("/account"), "#address strong") == new


async def test_an_address_does_not_change_without_the_password_or_to_a_taken_one(owner: Person, stranger: Person) -> None:
    wrong = await owner.put("/account/email", {"email": an_address(), "email_password": "no era esta"})
    taken = await owner.put("/account/email", {"email": stranger.email, "email_password": PASSWORD})
    bad = await owner.put("/account/email", {"email": "ana", "email_password": PASSWORD})
    assert (wrong.status_code, taken.status_code, bad.status_code) == (422, 422, 422)
    assert page_of(wrong).css_first("#email_password-error") is not None
    assert page_of(taken).css_first("#email-error") is not None
    assert page_of(bad).css_first("#email-error") is not None
    assert kept(owner.email) == []


async def test_letters_to_another_address_are_limited(owner: Person) -> None:
    wish = {"email": an_address(), "email_password": PASSWORD}
    for _ in range(throttle.MAILS_PER_PERSON):
        assert (await owner.put("/account/email", wish)).status_code == 200
    refused = await owner.put("/account/email", wish)
    assert (refused.status_code, page_of(refused).css_first("#email-error") is not None) == (422, True)


async def test_somebody_keeps_their_address_after_all(owner: Person) -> None:
    new = an_address()
    await owner.put("/account/email", {"email": new, "email_password": PASSWORD})
    path = link_in(await letter_to(new))
    answer = await owner.delete("/account/email")
    assert answer.status_code == 200
    assert new not in text_of(answer, "#address")
    assert (await (await a_visitor()).post(path)).status_code == 410


async def test_of_two_who_want_an_address_one_gets_it(owner: Person, stranger: Person) -> None:
    new = an_address()
    for person in (owner, stranger):
        await person.put("/account/email", {"email": new, "email_password": PASSWORD})
    await eventually(lambda: len(kept(new)) == 2)
    paths = [link_in(each) for each in kept(new)]
    visitor = await a_visitor()
    assert sorted([(await visitor.post(path)).status_code for path in paths]) == [200, 410]


async def test_letters_are_plain_and_html(owner: Person) -> None:
    subject, text, html = letter.written(
        password_reset.RESET, "en", url="https://recado.example/reset-password/x", name="Ana <Olmo>"
    )
    assert subject == "Choose a new password"
    assert "https://recado.example/reset-password/x" in text
    assert page_of_html(html) == "https://recado.example/reset-password/x"
    assert "Ana &lt;Olmo&gt;" in html


def page_of_html(html: str) -> str | None:
    found = HTMLParser(html).css_first("a.button")
    assert found is not None
    return found.attributes["href"]
