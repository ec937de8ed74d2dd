"""What opens a number: a token that is tried before it replaces another, a PIN, and the way from one workspace to the next."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from app.core.db import platform_tx
from app.numbers import credentials, phone_number, routing
from app.whatsapp.contract import Credentials
from tests.conftest import SIMULATOR, Person, eventually, page_of, text_of
from tests.numbers.numbers import at_meta

LIST = "/numbers"


async def keys_of(person: Person, number_id: int) -> Credentials:
    async with person.tenant.tx() as db:
        return await credentials.of_number(db, number_id)


async def connected(person: Person, fields: dict[str, str]) -> tuple[str, int]:
    path = (await person.post(LIST, fields)).headers["location"]
    return path, int(path.rsplit("/", 1)[1])


async def simulated(method: str, path: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.request(method, f"{SIMULATOR}{path}", **options)


async def another_token(fields: dict[str, str], **wish: Any) -> str:
    """A second token for the same number."""
    about = {name: fields[name] for name in ("waba_id", "phone_number_id", "app_secret")}
    return (await at_meta(**about, **wish))["access_token"]


async def test_a_new_token_is_tried_and_then_used(owner: Person) -> None:
    fields = await at_meta()
    path, number_id = await connected(owner, fields)
    fresh = await another_token(fields, verified_name="Casa Olmo dos")
    answer = await owner.put(f"{path}/credentials", {"access_token": fresh})
    assert answer.status_code == 200, answer.text
    assert fresh not in answer.text
    assert fresh not in (await owner.get(path)).text
    kept = await keys_of(owner, number_id)
    assert (kept.access_token, kept.app_secret) == (fresh, fields["app_secret"])


@pytest.mark.parametrize("typed", ["", "EAAwrong", "EAAsim-expired-7"])
async def test_a_bad_token_leaves_the_old_one_in_use(owner: Person, typed: str) -> None:
    fields = await at_meta()
    path, number_id = await connected(owner, fields)
    answer = await owner.put(f"{path}/credentials", {"access_token": typed})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#access_token-error") is not None
    assert 'value="EAA' not in answer.text
    assert (await keys_of(owner, number_id)).access_token == fields["access_token"]


async def test_a_token_without_a_permission_or_of_another_account_is_refused(owner: Person) -> None:
    fields = await at_meta()
    path, number_id = await connected(owner, fields)
    weak = await another_token(fields, scopes=["whatsapp_business_messaging"])
    foreign = (await at_meta())["access_token"]
    for token in (weak, foreign):
        assert (await owner.put(f"{path}/credentials", {"access_token": token})).status_code == 422
    assert (await keys_of(owner, number_id)).access_token == fields["access_token"]


async def test_the_secret_before_is_believed_until_its_messages_have_come(owner: Person) -> None:
    fields = await at_meta()
    path, _ = await connected(owner, fields)
    after = {**fields, "app_secret": "n" * 32}
    token = await another_token(after)
    answer = await owner.put(f"{path}/credentials", {"access_token": token, "app_secret": after["app_secret"]})
    assert answer.status_code == 200, answer.text
    known = {secret.value for secret in await routing.app_secrets([fields["waba_id"]])}
    assert known >= {fields["app_secret"], after["app_secret"]}
    assert (await owner.put(f"{path}/credentials", {"access_token": await another_token(after)})).status_code == 200
    known = {secret.value for secret in await routing.app_secrets([fields["waba_id"]])}
    assert known >= {fields["app_secret"], after["app_secret"]}
    last = {**fields, "app_secret": "m" * 32}
    typed = {"access_token": await another_token(last), "app_secret": last["app_secret"], "leaked": "1"}
    assert (await owner.put(f"{path}/credentials", typed)).status_code == 200
    known = {secret.value for secret in await routing.app_secrets([fields["waba_id"]])}
    assert last["app_secret"] in known
    assert after["app_secret"] not in known


async def test_a_number_is_registered_with_its_pin(owner: Person) -> None:
    path, number_id = await connected(owner, await at_meta(registered=False))
    assert page_of(await owner.get(path)).css_first('.checks a[href="#registration"]') is not None
    assert (await owner.post(f"{path}/registration", {"pin": "12 45"})).status_code == 422
    answer = await owner.post(f"{path}/registration", {"pin": "482903"})
    assert answer.status_code == 200, answer.text
    assert page_of(answer).css_first(".banner[data-tone=success]") is not None
    assert "482903" not in answer.text
    async with owner.tenant.tx() as db:
        assert (await phone_number.find(db, number_id)).status == "CONNECTED"


async def test_a_wrong_pin_is_said_beside_it_and_too_many_above(owner: Person) -> None:
    path, _ = await connected(owner, await at_meta(registered=False))
    assert (await owner.post(f"{path}/registration", {"pin": "111111"})).status_code == 200
    for _ in range(3):
        answer = await owner.post(f"{path}/registration", {"pin": "222222"})
        assert answer.status_code == 422
        assert page_of(answer).css_first("#pin-error") is not None
    answer = await owner.post(f"{path}/registration", {"pin": "111111"})
    assert answer.status_code == 422
    assert page_of(answer).css_first(".banner[data-tone=danger]") is not None


async def test_the_pin_changes_and_a_number_leaves_the_cloud(owner: Person) -> None:
    path, number_id = await connected(owner, await at_meta())
    assert (await owner.put(f"{path}/pin", {"pin": "135790"})).status_code == 200
    assert (await owner.delete(f"{path}/registration")).status_code == 200
    async with owner.tenant.tx() as db:
        assert (await phone_number.find(db, number_id)).status == "PENDING"
    assert (await owner.post(f"{path}/registration", {"pin": "000000"})).status_code == 422
    assert (await owner.post(f"{path}/registration", {"pin": "135790"})).status_code == 200


async def test_a_disconnected_number_may_go_to_another_workspace_and_only_one_has_it(owner: Person, stranger: Person) -> None:
    fields = await at_meta()
    path, number_id = await connected(owner, fields)
    assert (await stranger.post(LIST, fields)).status_code == 422
    assert (await owner.delete(path)).status_code in (200, 303)
    assert page_of(await owner.get(LIST)).css_first(f'.gone a[href="{path}"]') is not None
    theirs, _ = await connected(stranger, fields)
    assert (await stranger.get(theirs)).status_code == 200
    # The first one keeps its history, and no key.
    page = await owner.get(path)
    assert page.status_code == 200
    assert page_of(page).css_first(f'a[href="/numbers/new?again={number_id}"]') is not None
    again = await owner.get(f"/numbers/new?again={number_id}")
    assert page_of(again).css_first("#phone_number_id").attributes["value"] == fields["phone_number_id"]
    answer = await owner.post(LIST, fields)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#waba_id-error") is not None
    async with platform_tx() as door:
        owners = await routing.owners(door, [fields["phone_number_id"]], [fields["waba_id"]])
    assert owners == {fields["phone_number_id"]: stranger.tenant_id, fields["waba_id"]: stranger.tenant_id}

    async def has_no_keys() -> bool:
        async with owner.tenant.tx() as db:
            return (await (await db.conn.execute("select access_token = '' from wabas")).fetchone()) == (True,)

    await eventually(has_no_keys)


async def waba_of(person: Person) -> int:
    async with person.tenant.tx() as db:
        return int((await (await db.conn.execute("select id from wabas")).fetchone())[0])  # type: ignore[index]


async def test_an_account_that_nobody_took_brings_nothing_more(owner: Person) -> None:
    fields = await at_meta()
    path, _ = await connected(owner, fields)
    await owner.delete(path)
    await phone_number.unsubscribe.task(tenant_id=owner.tenant_id, waba=await waba_of(owner))
    headers = {"authorization": f"Bearer {fields['access_token']}"}
    listed = await simulated("GET", f"/v25.0/{fields['waba_id']}/subscribed_apps", headers=headers)
    assert msgspec.json.decode(listed.content)["data"] == []


async def test_two_workspaces_that_want_it_at_once_do_not_both_get_it(owner: Person, stranger: Person) -> None:
    fields = await at_meta()
    path, _ = await connected(owner, fields)
    await owner.delete(path)
    answers = await asyncio.gather(owner.post(LIST, fields), stranger.post(LIST, fields))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    async with platform_tx() as door:
        held = await door.conn.execute(
            "select count(*) from wabas where waba_id = %s and released_at is null", (fields["waba_id"],)
        )
        assert await held.fetchone() == (1,)


async def test_what_comes_in_goes_to_whoever_has_the_number(owner: Person, stranger: Person) -> None:
    fields = await at_meta()
    path, _ = await connected(owner, fields)
    await owner.delete(path)
    await connected(stranger, fields)
    said = {"type": "text", "text": {"body": "¿Siguen ahí?"}}
    wish = {"phone_number_id": fields["phone_number_id"], "from": "34611482904", "message": said}
    assert (await simulated("POST", "/simulator/inbound", json=wish)).status_code == 200

    async def messages(person: Person) -> int:
        async with person.tenant.tx() as db:
            return int((await (await db.conn.execute("select count(*) from messages")).fetchone())[0])  # type: ignore[index]

    async def arrived() -> bool:
        return await messages(stranger) == 1

    await eventually(arrived)
    assert await messages(owner) == 0
    # The webhooks do not end with the first workspace.
    await phone_number.unsubscribe.task(tenant_id=owner.tenant_id, waba=await waba_of(owner))
    headers = {"authorization": f"Bearer {fields['access_token']}"}
    listed = await simulated("GET", f"/v25.0/{fields['waba_id']}/subscribed_apps", headers=headers)
    assert len(msgspec.json.decode(listed.content)["data"]) == 1


async def test_it_comes_back_to_the_first_one_when_the_second_lets_go(owner: Person, stranger: Person) -> None:
    fields = await at_meta()
    path, _ = await connected(owner, fields)
    await owner.delete(path)
    theirs, _ = await connected(stranger, fields)
    await stranger.delete(theirs)
    assert (await owner.post(LIST, fields)).headers["location"] == path
    assert fields["phone_number_id"] in text_of(await owner.get(path), "#health")
