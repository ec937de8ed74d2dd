"""Numbers: connected by either door, each wrong field named, credentials sealed, health shown, disconnected with history."""

from __future__ import annotations

import httpx
import pytest

from app.core.db import platform_tx
from app.core.secrets import Unreadable
from app.numbers import credentials, health, inspection, phone_number, routing
from app.settings import settings
from app.whatsapp.updates import AccountUpdate, NumberUpdate
from tests.conftest import SIMULATOR, Person, a_colleague, eventually, page_of, text_of
from tests.numbers.numbers import a_number, at_meta

LIST = "/numbers"


async def displays(person: Person) -> list[str]:
    return [row.text(strip=True) for row in page_of(await person.get(LIST)).css("tbody th .muted")]


async def test_a_simulated_number_is_connected_with_one_press(owner: Person) -> None:
    assert page_of(await owner.get(f"{LIST}/new")).css_first('form[action="/numbers/simulated"]') is not None
    answer = await owner.post(f"{LIST}/simulated")
    assert answer.status_code == 303, answer.text
    page = await owner.get(answer.headers["location"])
    assert "CONNECTED" not in page.text
    assert len(await displays(owner)) == 1
    async with owner.tenant.tx() as db:
        pace = await (await db.conn.execute("select per_second, burst from pacing")).fetchall()
    assert pace == [(70.0, 100.0)]


async def test_a_number_at_meta_is_connected_by_its_four_fields(owner: Person) -> None:
    answer = await owner.post(LIST, await at_meta(display_phone_number="+34 960 118 240", throughput="HIGH"))
    assert answer.status_code == 303, answer.text
    assert await displays(owner) == ["+34 960 118 240"]
    assert "800" in text_of(await owner.get(LIST), "tbody tr")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_token", "EAAwrong"),
        ("access_token", "EAAsim-expired-1"),
        ("waba_id", "1010000000000000"),
        ("phone_number_id", "1020000000000000"),
        ("app_secret", "not-the-secret"),
        ("waba_id", "Casa Olmo"),
        ("access_token", ""),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_saved(owner: Person, field: str, value: str) -> None:
    typed = {**await at_meta(), field: value}
    answer = await owner.post(LIST, typed)
    assert answer.status_code == 422
    page = page_of(answer)
    assert [error.attributes["id"] for error in page.css(".error")] == [f"{field}-error"]
    assert page.css_first("#phone_number_id").attributes["value"] == typed["phone_number_id"]
    async with owner.tenant.tx() as db:
        kept = await db.conn.execute("select (select count(*) from wabas), (select count(*) from phone_numbers)")
        assert await kept.fetchone() == (0, 0)


async def test_the_number_of_another_account_is_refused(owner: Person) -> None:
    first, second = await at_meta(), await at_meta()
    answer = await owner.post(LIST, {**first, "phone_number_id": second["phone_number_id"]})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#phone_number_id-error") is not None


async def test_a_number_belongs_to_one_workspace(owner: Person, stranger: Person) -> None:
    fields = await at_meta()
    assert (await owner.post(LIST, fields)).status_code == 303
    answer = await stranger.post(LIST, fields)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#waba_id-error") is not None
    assert await displays(stranger) == []


async def test_connecting_again_renews_the_token(owner: Person) -> None:
    fields = await at_meta()
    await owner.post(LIST, fields)
    assert (await owner.post(LIST, {**fields, "access_token": "EAAsim-by-hand"})).status_code == 303
    assert len(await displays(owner)) == 1
    async with owner.tenant.tx() as db:
        number_id = (await (await db.conn.execute("select id from phone_numbers")).fetchone())[0]  # type: ignore[index]
        assert (await credentials.of_number(db, number_id)).access_token == "EAAsim-by-hand"


async def test_credentials_rest_sealed_and_open_only_in_their_row(owner: Person) -> None:
    fields = await at_meta()
    await owner.post(LIST, fields)
    async with owner.tenant.tx() as db:
        row = await db.conn.execute("select id, access_token, app_secret, wabas::text as whole from wabas")
        waba, token, secret, whole = await row.fetchone()  # type: ignore[misc]
        assert fields["access_token"].encode() not in bytes(token)
        assert fields["app_secret"].encode() not in bytes(secret)
        assert fields["access_token"] not in whole
        opened = await credentials.of_account(db, waba)
    assert (opened.access_token, opened.app_secret) == (fields["access_token"], fields["app_secret"])
    assert fields["access_token"] not in repr(opened)
    moved = credentials.Sealed(owner.tenant_id + 1, fields["waba_id"], bytes(token), bytes(secret))
    with pytest.raises(Unreadable):
        credentials.opened(moved)


async def test_a_new_key_reads_what_the_old_one_sealed_and_reseals_it(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await a_number(owner)
    old = settings().encryption_keys
    try:
        monkeypatch.setenv("RECADO_ENCRYPTION_KEYS", ",".join(["n" * 32, *old]))
        settings.cache_clear()
        async with owner.tenant.tx() as db:
            before = await credentials.of_number(db, number.id)
        async with platform_tx() as door:
            assert await credentials.reseal(door) >= 1
            assert await credentials.reseal(door) == 0
        monkeypatch.setenv("RECADO_ENCRYPTION_KEYS", "n" * 32)
        settings.cache_clear()
        async with owner.tenant.tx() as db:
            assert (await credentials.of_number(db, number.id)).access_token == before.access_token
        monkeypatch.setenv("RECADO_ENCRYPTION_KEYS", ",".join([*old, "n" * 32]))
        settings.cache_clear()
        async with platform_tx() as door:
            await credentials.reseal(door)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_sealing_anew_does_not_undo_keys_that_were_given_meanwhile(owner: Person) -> None:
    number = await a_number(owner)
    async with owner.tenant.tx() as db:
        before = await credentials.of_number(db, number.id)
    old = credentials.sealed(owner.tenant_id, before)
    written = {"access_token": b"old", "app_secret": b"old", "former_secret": None}
    async with platform_tx() as door:
        assert await door.run(
            credentials.q.reseal, tenant_id=old.tenant_id, waba_id=old.waba_id, token_read=old.access_token,
            secret_read=old.app_secret, **written,
        ) == 0  # fmt: skip
    async with owner.tenant.tx() as db:
        assert await credentials.of_number(db, number.id) == before


async def test_webhooks_find_their_workspace_and_the_secrets_that_sign_them(owner: Person) -> None:
    fields = await at_meta()
    await owner.post(LIST, fields)
    async with platform_tx() as door:
        owners = await routing.owners(door, [fields["phone_number_id"], "404"], [fields["waba_id"]])
    assert owners == {fields["phone_number_id"]: owner.tenant_id, fields["waba_id"]: owner.tenant_id}
    assert fields["app_secret"] in [secret.value for secret in await routing.app_secrets([fields["waba_id"], "404"])]
    assert await routing.app_secrets(["404"]) == []


async def test_a_check_shows_a_refused_token_in_plain_words(owner: Person) -> None:
    fields = await at_meta()
    path = (await owner.post(LIST, fields)).headers["location"]
    number_id = int(path.rsplit("/", 1)[1])
    checked = await owner.post(f"{path}/checks")
    assert checked.status_code == 200
    async with owner.tenant.tx() as db:
        expired = credentials.sealed(
            owner.tenant_id, credentials.Credentials("EAAsim-expired-2", "s", fields["phone_number_id"], fields["waba_id"])
        )
        await db.conn.execute("update wabas set access_token = %s, app_secret = %s", (expired.access_token, expired.app_secret))
    page = await owner.post(f"{path}/checks")
    assert page_of(page).css_first(".checks > li[data-state=broken]") is not None
    assert (await health.check(owner.tenant, number_id)).trouble is not None


async def test_the_send_rate_is_changed_within_bounds(owner: Person) -> None:
    path = (await owner.post(LIST, await at_meta())).headers["location"]
    assert (await owner.put(f"{path}/pace", {"per_second": "40", "burst": "60"})).status_code == 200
    assert "40" in text_of(await owner.get(LIST), "tbody tr")
    answer = await owner.put(f"{path}/pace", {"per_second": "0", "burst": "many"})
    assert answer.status_code == 422
    assert {error.attributes["id"] for error in page_of(answer).css(".error")} == {"per_second-error", "burst-error"}


async def test_a_disconnected_number_keeps_its_row_and_can_come_back(owner: Person) -> None:
    fields = await at_meta()
    path = (await owner.post(LIST, fields)).headers["location"]
    assert (await owner.delete(path)).headers["location"] == LIST
    assert await displays(owner) == []
    assert (await owner.get(path)).status_code == 200
    assert (await owner.post(LIST, fields)).headers["location"] == path
    assert len(await displays(owner)) == 1


async def test_news_of_an_account_reach_its_numbers(owner: Person) -> None:
    number = await a_number(owner)
    async with owner.tenant.tx() as db:
        update = NumberUpdate(waba_id=number.waba_id, field="phone_number_quality_update", event="ONBOARDING", limit="TIER_10K")
        await health.apply(db, [update])
    assert "10" in text_of(await owner.get(LIST), "tbody tr")
    async with owner.tenant.tx() as db:
        await health.apply(db, [AccountUpdate(waba_id=number.waba_id, field="account_update", event="ACCOUNT_RESTRICTION")])
        status = (await (await db.conn.execute("select status from phone_numbers")).fetchone())[0]  # type: ignore[index]
    assert status == "RESTRICTED"

    async def connected_again() -> bool:
        async with owner.tenant.tx() as db:
            return (await phone_number.find(db, number.id)).status == "CONNECTED"

    await eventually(connected_again)


async def test_who_may_see_and_change_numbers(owner: Person, agent: Person, stranger: Person, nobody: Person) -> None:
    path = (await owner.post(LIST, await at_meta())).headers["location"]
    manager = await a_colleague(owner, "manager", "Mara Gil")
    assert len(await displays(manager)) == 1
    assert (await agent.get(LIST)).status_code == 403
    assert (await agent.post(f"{LIST}/simulated")).status_code == 403
    assert await displays(stranger) == []
    pace = {"per_second": "10", "burst": "10"}
    for answer in (await stranger.get(path), await stranger.put(f"{path}/pace", pace), await stranger.delete(path)):
        assert answer.status_code == 404
    assert (await stranger.post(f"{path}/checks")).status_code == 404
    assert (await nobody.get(LIST)).headers["location"].startswith("/sign-in?to=")


async def test_the_last_message_in_is_shown(owner: Person) -> None:
    number = await a_number(owner)
    wish = {
        "phone_number_id": number.phone_number_id,
        "from": "34611482903",
        "message": {"type": "text", "text": {"body": "Hola"}},
    }
    async with httpx.AsyncClient() as http:
        assert (await http.post(f"{SIMULATOR}/simulator/inbound", json=wish)).status_code == 200

    async def has_heard() -> bool:
        return "None yet" not in (await owner.get(LIST)).text

    await eventually(has_heard)


async def test_every_number_is_checked_by_the_hour(owner: Person) -> None:
    number = await a_number(owner)
    async with platform_tx() as door:
        await inspection.reinspect_everywhere(door)

    async def checked_again() -> bool:
        async with owner.tenant.tx() as db:
            return (await phone_number.find(db, number.id)).checked_at != number.checked_at

    await eventually(checked_again)
