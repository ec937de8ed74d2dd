"""The second factor: set up, asked for, recovered from, turned off; and asked of everybody."""

from __future__ import annotations

import asyncio
from base64 import b32encode

import pytest

from app import settings
from app.accounts import account, throttle, totp, two_factor
from app.core.db import platform_tx
from tests.accounts.mailbox import kept
from tests.accounts.test_links import a_newcomer, asked_for_reset
from tests.accounts.test_signing_in import a_visitor
from tests.conftest import PASSWORD, Person, eventually, page_of, text_of

PAGE = "/account/two-factor"
CODE = "/sign-in/code"


class Telephone:
    """An authenticator app with one secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, later: int = 0) -> str:
        return totp.code_at(self.secret, totp.step_now() + later)


async def set_up(person: Person) -> tuple[Telephone, list[str]]:
    page = page_of(await person.get(PAGE))
    secret, offer = page.css_first("#totp-secret"), page.css_first("input[name=offer]")
    assert secret is not None
    assert offer is not None
    telephone = Telephone(secret.text())
    # The one before, so that the code of this moment is still to be had.
    answer = await person.put(PAGE, {"offer": offer.attributes["value"], "code": telephone.code(-1), "password": PASSWORD})
    assert answer.status_code == 200
    return telephone, [code.text() for code in page_of(answer).css("#recovery-codes code")]


async def half_way(person: Person, **more: str) -> Person:
    visitor = await a_visitor()
    answer = await visitor.post("/sign-in", {"email": person.email, "password": PASSWORD} | more)
    assert (answer.status_code, answer.headers["location"]) == (303, CODE)
    return visitor


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
async def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    secret = b32encode(b"12345678901234567890").decode()
    assert totp.code_at(secret, seconds // totp.STEP) == code


async def test_signing_in_takes_a_code(owner: Person) -> None:
    telephone, codes = await set_up(owner)
    assert len(set(codes)) == 10
    visitor = await half_way(owner, to="/campaigns/7")
    assert (await visitor.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
    wrong = await visitor.post(CODE, {"code": "000000"})
    assert wrong.status_code == 422
    assert page_of(wrong).css_first("#code-error") is not None
    right = await visitor.post(CODE, {"code": telephone.code()})
    assert (right.status_code, right.headers["location"]) == (303, "/campaigns/7")
    account = await visitor.get("/account")
    assert account.status_code == 200
    assert "step" not in visitor.http.cookies
    await eventually(lambda: kept(owner.email))


async def test_a_code_is_accepted_once(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    first, second = await half_way(owner), await half_way(owner)
    code = telephone.code()
    assert (await first.post(CODE, {"code": code})).status_code == 303
    assert (await second.post(CODE, {"code": code})).status_code == 422
    # Neither is an older one that nobody has used.
    assert (await second.post(CODE, {"code": telephone.code(-1)})).status_code == 422


async def test_a_recovery_code_lets_in_once_and_is_told(owner: Person) -> None:
    _, codes = await set_up(owner)
    first, second = await half_way(owner), await half_way(owner)
    assert (await first.post(CODE, {"code": codes[0].lower()})).status_code == 303
    assert (await second.post(CODE, {"code": codes[0]})).status_code == 422
    assert (await second.post(CODE, {"code": codes[1].replace("-", " ")})).status_code == 303
    await eventually(lambda: len(kept(owner.email)) == 3)
    assert "8" in text_of(await owner.get(PAGE), "#factor")
    async with platform_tx() as door:
        rows = await door.conn.execute("select code_hash from recovery_codes where user_id = %s", (owner.user_id,))
        assert not {row[0] for row in await rows.fetchall()} & {code.encode() for code in codes}


async def test_new_recovery_codes_end_the_old_ones(owner: Person) -> None:
    _, old = await set_up(owner)
    wrong = await owner.post("/account/recovery-codes", {"password": "no era esta"})
    assert (wrong.status_code, page_of(wrong).css("#recovery-codes")) == (422, [])
    answer = await owner.post("/account/recovery-codes", {"password": PASSWORD})
    new = [code.text() for code in page_of(answer).css("#recovery-codes code")]
    visitor = await half_way(owner)
    assert (await visitor.post(CODE, {"code": old[0]})).status_code == 422
    assert (await visitor.post(CODE, {"code": new[0]})).status_code == 303


async def test_guessing_codes_slows_down(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    visitor = await half_way(owner)
    for _ in range(throttle.FREE_GUESSES):
        assert (await visitor.post(CODE, {"code": "000000"})).status_code == 422
    assert (await visitor.post(CODE, {"code": telephone.code()})).status_code == 422


async def test_the_second_step_is_of_whoever_gave_the_password(owner: Person, nobody: Person) -> None:
    telephone, _ = await set_up(owner)
    await nobody.get("/sign-in")
    assert (await nobody.get(CODE)).headers["location"] == "/sign-in"
    for forged in ("", "zz", "00" * 60):
        nobody.http.cookies.set("step", forged)
        assert (await nobody.post(CODE, {"code": telephone.code()})).headers["location"] == "/sign-in"
    assert (await nobody.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"


async def test_a_new_password_does_not_replace_the_code(owner: Person) -> None:
    await set_up(owner)
    await eventually(lambda: kept(owner.email))
    visitor = await a_visitor()
    path = await asked_for_reset(owner.email, letters=2)
    answer = await visitor.post(path, {"new_password": "otra grapa correcta"})
    assert (answer.status_code, answer.headers["location"]) == (303, CODE)
    assert (await visitor.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"


async def test_it_is_not_turned_on_without_a_code_of_this_moment(owner: Person, stranger: Person) -> None:
    page = page_of(await owner.get(PAGE))
    offer = page.css_first("input[name=offer]").attributes["value"]  # type: ignore[union-attr]
    secret = page.css_first("#totp-secret").text()  # type: ignore[union-attr]
    wrong = await owner.put(PAGE, {"offer": offer, "code": "000000", "password": PASSWORD})
    assert wrong.status_code == 422
    assert text_of(wrong, "#totp-secret") == secret
    theirs = await stranger.put(PAGE, {"offer": offer, "code": Telephone(secret).code(), "password": PASSWORD})
    assert theirs.status_code == 422
    assert text_of(theirs, "#totp-secret") != secret
    assert (await (await a_visitor()).post("/sign-in", {"email": owner.email, "password": PASSWORD})).headers[
        "location"
    ] == "/inbox"


async def test_it_is_not_turned_on_without_the_password(owner: Person) -> None:
    page = page_of(await owner.get(PAGE))
    offer = page.css_first("input[name=offer]").attributes["value"]  # type: ignore[union-attr]
    telephone = Telephone(page.css_first("#totp-secret").text())  # type: ignore[union-attr]
    wrong = await owner.put(PAGE, {"offer": offer, "code": telephone.code(), "password": "no era esta"})
    assert (wrong.status_code, page_of(wrong).css_first("#password-error") is not None) == (422, True)
    assert await secret_of(owner.email) is None


async def test_who_has_not_confirmed_their_address_protects_nothing(house: str) -> None:
    newcomer = await a_newcomer()
    assert page_of(await newcomer.get(PAGE)).css("input[name=offer]") == []
    async with platform_tx() as door:
        made = two_factor.offer((await account.find(door, newcomer.email)).user_id)
    wish = {"offer": two_factor.sealed_offer(made), "code": Telephone(made.secret).code(), "password": PASSWORD}
    assert (await newcomer.put(PAGE, wish)).status_code == 422
    assert await secret_of(newcomer.email) is None


async def test_who_proves_the_address_first_is_rid_of_the_others_telephone(owner: Person) -> None:
    await set_up(owner)
    async with platform_tx() as door:
        await door.conn.execute("update users set email_confirmed_at = null where id = %s", (owner.user_id,))
    await eventually(lambda: kept(owner.email))
    visitor = await a_visitor()
    answer = await visitor.post(await asked_for_reset(owner.email, letters=2), {"new_password": "otra grapa correcta"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert await secret_of(owner.email) is None


async def test_whoever_has_the_address_now_does_not_come_in_with_the_code_of_another(owner: Person, stranger: Person) -> None:
    telephone, _ = await set_up(owner)
    visitor = await half_way(owner)
    async with platform_tx() as door:
        await door.conn.execute("update users set email = 'was-' || email where id = %s", (owner.user_id,))
        await door.conn.execute("update users set email = %s where id = %s", (owner.email, stranger.user_id))
    answer = await visitor.post(CODE, {"code": telephone.code()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await visitor.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"


async def test_who_loses_their_workspace_between_the_steps_is_told(owner: Person, agent: Person) -> None:
    telephone, _ = await set_up(agent)
    visitor = await half_way(agent)
    assert (await owner.put(f"/settings/people/{agent.user_id}/deactivation", {})).status_code in (200, 303)
    answer = await visitor.post(CODE, {"code": telephone.code()})
    assert (answer.status_code, page_of(answer).css_first("#code-error") is not None) == (422, True)


async def secret_of(email: str) -> bytes | None:
    async with platform_tx() as door:
        row = await (await door.conn.execute("select totp_secret from users where email = %s", (email,))).fetchone()
    assert row is not None
    secret: bytes | None = row[0]
    return secret


async def test_it_is_turned_off_with_the_password(owner: Person) -> None:
    await set_up(owner)
    assert (await owner.put(f"{PAGE}/removal", {"password": "no era esta"})).status_code == 422
    assert (await owner.put(f"{PAGE}/removal", {"password": PASSWORD})).status_code == 200
    visitor = await a_visitor()
    assert (await visitor.post("/sign-in", {"email": owner.email, "password": PASSWORD})).headers["location"] == "/inbox"


async def test_a_workspace_asks_everybody_for_it(owner: Person, agent: Person) -> None:
    first = await owner.put("/settings/security", {"two_factor_required": "1"})
    assert first.status_code == 422
    assert page_of(first).css_first("#two_factor_required-error") is not None
    await set_up(owner)
    assert (await owner.put("/settings/security", {"two_factor_required": "1"})).status_code == 200
    assert page_of(await owner.get("/settings/security")).css_first("input[name=two_factor_required][checked]") is not None
    for path in ("/inbox", "/account", "/contacts", "/live"):
        assert (await agent.get(path)).headers["location"] == PAGE, path
    assert (await agent.post("/settings/quick-replies", {"shortcut": "x", "body": "y"})).headers["location"] == PAGE
    assert page_of(await agent.get(PAGE)).css_first(".sidebar") is None
    await set_up(agent)
    assert (await agent.get("/inbox")).status_code == 200
    kept_on = await agent.put(f"{PAGE}/removal", {"password": PASSWORD})
    assert kept_on.status_code == 422
    assert (await owner.put("/settings/security", {})).status_code == 200
    assert (await agent.put(f"{PAGE}/removal", {"password": PASSWORD})).status_code == 200


async def test_only_who_looks_after_the_workspace_asks_for_it(agent: Person) -> None:
    assert (await agent.get("/settings/security")).status_code == 403
    assert (await agent.put("/settings/security", {"two_factor_required": "1"})).status_code == 403


async def test_secrets_are_sealed_and_sealed_anew(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    assert telephone.secret.encode() not in await sealed_of(owner)
    former = settings.settings().encryption_keys
    settings.change_environment({"RECADO_ENCRYPTION_KEYS": ",".join(["a new key of more than 32 characters", *former])})
    try:
        before = await sealed_of(owner)
        async with platform_tx() as door:
            assert await two_factor.reseal(door) > 0
            assert await two_factor.reseal(door) == 0
        assert await sealed_of(owner) != before
        visitor = await half_way(owner)
        assert (await visitor.post(CODE, {"code": telephone.code()})).status_code == 303
    finally:
        settings.change_environment({"RECADO_ENCRYPTION_KEYS": ",".join([*former, "a new key of more than 32 characters"])})


async def sealed_of(person: Person) -> bytes:
    async with platform_tx() as door:
        row = await (await door.conn.execute("select totp_secret from users where id = %s", (person.user_id,))).fetchone()
    assert row is not None
    return bytes(row[0])


async def test_of_two_at_once_one_gets_in_with_a_code(owner: Person) -> None:
    telephone, _ = await set_up(owner)
    visitors, code = [await half_way(owner) for _ in range(4)], telephone.code()
    answers = await asyncio.gather(*(visitor.post(CODE, {"code": code}) for visitor in visitors))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
