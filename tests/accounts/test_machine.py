"""Programs that sign in for a person: short-lived tokens, refreshed once each, ended at once."""

from __future__ import annotations

import asyncio
from typing import Any

import jwt
import msgspec
import pytest

from app.access import api_token, viewer
from app.accounts import machine
from app.core.clock import now
from app.core.db import platform_tx
from tests.accounts.test_two_factor import set_up
from tests.conftest import PASSWORD, Person, page_of

API = "/api/v1"


async def ask(person: Person, path: str, wanted: int = 200, **body: Any) -> Any:
    answer = await person.http.post(f"{API}/auth/{path}", json=body)
    assert answer.status_code == wanted, answer.text
    return answer.json() if answer.content else None


async def opens(person: Person, token: str) -> int:
    return (await person.http.get(f"{API}/contacts", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_program_signs_in_and_works(owner: Person, nobody: Person) -> None:
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    assert (made["token_type"], made["expires_in"]) == ("Bearer", 900)
    claims = jwt.decode(made["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["tenant"], claims["exp"] - claims["iat"]) == (str(owner.user_id), owner.tenant_id, 900)
    assert await opens(nobody, made["access_token"]) == 200
    assert await opens(nobody, made["refresh_token"]) == 401
    assert len(page_of(await owner.get("/account")).css(".session")) == 2


async def test_a_wrong_password_is_refused_with_its_field(owner: Person, nobody: Person) -> None:
    wrong = await ask(nobody, "token", 401, email=owner.email, password="no era esta")
    assert wrong["errors"].keys() == {"password"}
    missing = await ask(nobody, "token", 422, email=owner.email)
    assert missing["errors"].keys() == {"password"}
    for _ in range(3):
        await ask(nobody, "token", 401, email=owner.email, password="no era esta")
    assert (await ask(nobody, "token", 429, email=owner.email, password="no era esta"))["status"] == 429
    assert (await ask(nobody, "token", 429, email=owner.email, password=PASSWORD))["status"] == 429


async def test_with_a_second_factor_it_takes_the_code(owner: Person, nobody: Person) -> None:
    telephone, _ = await set_up(owner)
    assert (await ask(nobody, "token", 422, email=owner.email, password=PASSWORD))["errors"].keys() == {"code"}
    wrong = await ask(nobody, "token", 401, email=owner.email, password=PASSWORD, code="000000")
    assert wrong["errors"].keys() == {"code"}
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD, code=telephone.code())
    assert await opens(nobody, made["access_token"]) == 200


async def test_a_workspace_that_asks_for_a_second_factor_lets_no_password_in(
    owner: Person, agent: Person, nobody: Person
) -> None:
    before = await ask(nobody, "token", email=agent.email, password=PASSWORD)
    await set_up(owner)
    assert (await owner.put("/settings/security", {"two_factor_required": "1"})).status_code == 200
    await ask(nobody, "token", 403, email=agent.email, password=PASSWORD)
    assert await opens(nobody, before["access_token"]) == 401
    await ask(nobody, "refresh", 401, refresh_token=before["refresh_token"])


async def test_tokens_are_refreshed_once(owner: Person, nobody: Person) -> None:
    first = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    second = await ask(nobody, "refresh", refresh_token=first["refresh_token"])
    third = await ask(nobody, "refresh", refresh_token=second["refresh_token"])
    assert len({each["refresh_token"] for each in (first, second, third)}) == 3
    assert await opens(nobody, third["access_token"]) == 200


async def test_a_token_that_comes_twice_ends_them_all(owner: Person, nobody: Person) -> None:
    first = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    second = await ask(nobody, "refresh", refresh_token=first["refresh_token"])
    await ask(nobody, "refresh", 401, refresh_token=first["refresh_token"])
    await ask(nobody, "refresh", 401, refresh_token=second["refresh_token"])
    assert await opens(nobody, second["access_token"]) == 401


async def test_of_two_at_once_with_a_token_at_most_one_goes_on(owner: Person, nobody: Person) -> None:
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    body = {"refresh_token": made["refresh_token"]}
    answers = await asyncio.gather(*(nobody.http.post(f"{API}/auth/refresh", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    assert await opens(nobody, made["access_token"]) == 401


async def test_signing_out_ends_the_access_token_too(owner: Person, nobody: Person) -> None:
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    await ask(nobody, "logout", 204, refresh_token=made["refresh_token"])
    assert await opens(nobody, made["access_token"]) == 401
    await ask(nobody, "refresh", 401, refresh_token=made["refresh_token"])
    await ask(nobody, "logout", 401, refresh_token=made["refresh_token"])


@pytest.mark.parametrize("nonsense", ["x", "rcr_", "rcr_0b6f", "rcr_00000000-0000-0000-0000-000000000000.x"])
async def test_nonsense_refreshes_nothing(nobody: Person, nonsense: str) -> None:
    await ask(nobody, "refresh", 401, refresh_token=nonsense)
    await ask(nobody, "logout", 401, refresh_token=nonsense)


async def test_an_api_token_is_exchanged_and_ends_with_it(owner: Person, nobody: Person) -> None:
    async with owner.tenant.tx() as db:
        token = await api_token.create(db, api_token.Wish("Tienda"), user_id=owner.user_id)
    made = await ask(nobody, "token", api_token=token)
    assert made["refresh_token"] is None
    assert await opens(nobody, made["access_token"]) == 200
    async with owner.tenant.tx() as db:
        await api_token.revoke(db, (await api_token.all(db))[0])
    assert await opens(nobody, made["access_token"]) == 401
    await ask(nobody, "token", 401, api_token=token)


async def test_what_an_exchanged_token_does_is_the_programs(owner: Person, nobody: Person) -> None:
    async with owner.tenant.tx() as db:
        token = await api_token.create(db, api_token.Wish("Tienda"), user_id=owner.user_id)
    made = await ask(nobody, "token", api_token=token)
    async with owner.tenant.tx() as db:
        assert (await api_token.all(db))[0].used_at is not None
    seen = await viewer.by_access_token(made["access_token"])
    assert seen is not None
    assert (seen.id, seen.token) == (owner.user_id, "Tienda")


async def test_forged_and_old_tokens_open_nothing(owner: Person, stranger: Person, nobody: Person) -> None:
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    claims = jwt.decode(made["access_token"], options={"verify_signature": False})
    old = {**claims, "iat": int(now().timestamp()) - 2000, "exp": int(now().timestamp()) - 1000}
    elsewhere = {**claims, "tenant": stranger.tenant_id}
    forged = [
        jwt.encode(claims, "x" * 32, algorithm="HS256"), jwt.encode(claims, None, algorithm="none"),
        jwt.encode(old, machine._key(), algorithm="HS256"), jwt.encode(elsewhere, machine._key(), algorithm="HS256"),
        "a.b.c", made["access_token"][:-4] + "AAAA",
    ]  # fmt: skip
    assert [await opens(nobody, token) for token in forged] == [401] * len(forged)


async def test_a_changed_password_ends_programs_too(owner: Person, nobody: Person) -> None:
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD)
    await owner.put("/account/password", {"password": PASSWORD, "new_password": "otra grapa correcta"})
    assert await opens(nobody, made["access_token"]) == 401


async def test_a_person_of_several_workspaces_says_which(owner: Person, stranger: Person, nobody: Person) -> None:
    async with platform_tx() as door:
        await door.conn.execute(
            "insert into memberships (tenant_id, user_id) values (%s, %s)", (stranger.tenant_id, owner.user_id)
        )
        row = await (await door.conn.execute("select slug from tenants where id = %s", (stranger.tenant_id,))).fetchone()
    assert row is not None
    made = await ask(nobody, "token", email=owner.email, password=PASSWORD, workspace=row[0])
    assert jwt.decode(made["access_token"], options={"verify_signature": False})["tenant"] == stranger.tenant_id
    refused = await ask(nobody, "token", 422, email=owner.email, password=PASSWORD, workspace="not-there")
    assert refused["errors"].keys() == {"workspace"}


async def test_the_examples_have_the_shape_of_the_answers(nobody: Person, owner: Person) -> None:
    described = (await nobody.get("/api/openapi.json")).json()
    example = described["paths"]["/api/v1/auth/token"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    assert example.keys() == set(msgspec.structs.asdict(machine.Tokens("", 0)))
    assert described["paths"]["/api/v1/auth/logout"]["post"]["security"] == [{}]
