"""Channels: each service hears in its own words, nobody too often, nothing about people, and no address is ever shown."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

import pytest

from app.core import mail, outbound
from app.core.db import platform_tx
from tests.alerts.alerts import CHANNELS, a_channel, alerts, happens, run, stopped_number
from tests.conftest import BASE, Person, eventually, page_of, text_of
from tests.whatsapp.listener import Heard, Listener, listening

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def fine(_: Heard) -> Any:
    return 200, {"ok": True}


async def heard(listener: Listener, times: int = 1) -> list[Any]:
    await eventually(lambda: len(listener.heard) >= times)
    return [json.loads(each.body) for each in listener.heard]


async def told(owner: Person, channel_id: int) -> tuple[str, int]:
    """Its last error, once something was delivered or failed."""

    async def known() -> tuple[str, int] | None:
        async with owner.tenant.tx() as db:
            cursor = await db.conn.execute(
                "select error, error_code from alert_channels where id = %s and coalesce(delivered_at, failed_at) is not null",
                (channel_id,),
            )
            row: tuple[str, int] | None = await cursor.fetchone()
            return row

    found: tuple[str, int] = await eventually(known)
    return found


async def test_slack_gets_a_text_and_blocks(owner: Person) -> None:
    async with listening(fine) as slack:
        await a_channel(owner, "slack", address=f"{slack.url}/services/T0/B0/secreto")
        number_id = await stopped_number(owner)
        (said,) = await heard(slack)
    assert f"#{number_id}" in said["text"]
    assert said["blocks"][0]["type"] == "section"
    assert f"<{BASE}/ops/alerts|" in said["blocks"][1]["elements"][0]["text"]
    assert "+34" not in json.dumps(said)


async def test_discord_gets_an_embed(owner: Person) -> None:
    async with listening(lambda _: (204, b"")) as discord:
        await a_channel(owner, "discord", address=f"{discord.url}/api/webhooks/1/secreto")
        await stopped_number(owner)
        (said,) = await heard(discord)
    assert said["embeds"][0]["url"] == f"{BASE}/ops/alerts"
    assert said["allowed_mentions"] == {"parse": []}


async def test_telegram_gets_a_plain_message_at_the_bot(owner: Person) -> None:
    async with listening(fine) as telegram:
        await a_channel(owner, "telegram", secret=TOKEN, address="-1001234567890", server=telegram.url)
        await stopped_number(owner)
        (said,) = await heard(telegram)
        assert telegram.heard[0].path == f"/bot{TOKEN}/sendMessage"
    assert said["chat_id"] == "-1001234567890"
    assert "parse_mode" not in said
    assert f"{BASE}/ops/alerts" in said["text"]


async def test_an_address_gets_json_that_its_secret_proves(owner: Person) -> None:
    async with listening(fine) as program:
        form = {"name": "Guardia", "least": "info", "cool_down": "15", "enabled": "1", "address": f"{program.url}/alertas"}
        secret = text_of(await owner.post(f"{CHANNELS}?kind=url", form), "#signing-secret")
        number_id = await stopped_number(owner)
        (said,) = await heard(program)
        proof = dict(part.split("=", 1) for part in program.heard[0].headers["x-recado-signature"].split(","))
        signed = f"{proof['t']}.".encode() + program.heard[0].body
    assert proof["v1"] == hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert (said["event"], said["alert"]["kind"], said["alert"]["subject"]) == (
        "alert.opened",
        "number_stopped",
        {"type": "number", "id": str(number_id)},
    )
    assert secret not in (await owner.get(CHANNELS)).text


async def test_people_get_a_mail(owner: Person, nobody: Person) -> None:
    channel_id = await a_channel(owner, "email", address=f"{owner.email}, guardia@casaolmo.es")
    await stopped_number(owner)
    assert await told(owner, channel_id) == ("", 0)
    letter = next(each for each in mail.mailbox() if owner.email in each.to)
    assert "guardia@casaolmo.es" in letter.to
    assert f"{BASE}/ops/alerts" in letter.text
    listed = page_of(await nobody.get("/dev/mailbox"))
    assert owner.email in (listed.html or "")
    shown = await nobody.get(f"/dev/mailbox?letter={quote(letter.at.isoformat())}")
    assert letter.subject in text_of(shown, "h1")
    assert f"{BASE}/ops/alerts" in str(page_of(shown).css_first("a.button").attributes["href"])  # type: ignore[union-attr]


async def test_it_is_told_again_only_after_the_cool_down(owner: Person) -> None:
    async with listening(fine) as slack:
        await a_channel(owner, "slack", address=slack.url)
        number_id = await stopped_number(owner)
        await heard(slack)
        await run(owner, "update alert_tellings set told_at = now() - interval '14 minutes'")
        await happens(owner, "number_stopped", number_id=number_id)
        assert await claimed(owner) == []
        await run(owner, "update alert_tellings set told_at = now() - interval '15 minutes'")
        await happens(owner, "number_stopped", number_id=number_id)
        await heard(slack, 2)
    (found,) = await alerts(owner)
    assert found["times"] == 3


async def test_what_comes_and_goes_is_not_told_each_time(owner: Person) -> None:
    async with listening(fine) as slack:
        await a_channel(owner, "slack", address=slack.url)
        number_id = await stopped_number(owner)
        await heard(slack)
        (found,) = await alerts(owner)
        await owner.put(f"/ops/alerts/{found['id']}/resolution")
        over = (await heard(slack, 2))[1]
        await happens(owner, "number_stopped", number_id=number_id)
        assert await claimed(owner) == [found["id"]]
        assert [each["open"] for each in await alerts(owner)] == [False, True]
    assert over["blocks"][0]["text"]["text"].count("\n") == 0  # no advice for what is over


async def test_whoever_looks_after_it_is_left_alone(owner: Person) -> None:
    async with listening(fine) as slack:
        await a_channel(owner, "slack", address=slack.url)
        number_id = await stopped_number(owner)
        await heard(slack)
        (found,) = await alerts(owner)
        await owner.put(f"/ops/alerts/{found['id']}/acknowledgement")
        await run(owner, "update alert_tellings set told_at = now() - interval '1 day'")
        await happens(owner, "number_stopped", number_id=number_id)
        assert await claimed(owner) == []


@pytest.mark.parametrize("wish", [{"least": "critical"}, {"kinds": ["number_stopped"]}, {"enabled": ""}])
async def test_a_channel_hears_only_what_it_wants(owner: Person, wish: dict[str, Any]) -> None:
    async with listening(fine) as slack:
        await a_channel(owner, "slack", address=slack.url, **wish)
        await happens(owner, "breaker_opened", number_id=1)
        assert await claimed(owner) == []
    assert [each["kind"] for each in await alerts(owner)] == ["breaker_open"]


async def test_a_test_says_whether_it_works(owner: Person) -> None:
    answers = [404, 200]
    async with listening(lambda _: (answers.pop(0), {})) as slack:
        channel_id = await a_channel(owner, "slack", address=slack.url)
        await owner.post(f"{CHANNELS}/{channel_id}/trials")
        error, code = await told(owner, channel_id)
        assert code == 404
        assert "404" in text_of(await owner.get(CHANNELS), ".alert .error")
        await owner.post(f"{CHANNELS}/{channel_id}/trials")
        await heard(slack, 2)

        async def works() -> bool:
            return await told(owner, channel_id) == ("", 0)

        await eventually(works)
    assert error


async def test_redirects_are_not_followed(owner: Person) -> None:
    async with listening(fine) as inside:
        moved = f"HTTP/1.1 302 X\r\nlocation: {inside.url}\r\ncontent-length: 0\r\n\r\n".encode()
        async with listening(lambda _: moved) as slack:
            channel_id = await a_channel(owner, "slack", address=slack.url)
            await owner.post(f"{CHANNELS}/{channel_id}/trials")
            assert (await told(owner, channel_id))[1] == 302
        assert inside.heard == []


async def test_a_failure_is_on_the_channel_and_not_among_the_dead_letters(owner: Person) -> None:
    channel_id = await a_channel(owner, "slack", address="http://127.0.0.1:9")
    await stopped_number(owner)
    assert (await told(owner, channel_id))[0].startswith("Nobody answers")
    assert await failed_jobs(owner) == 0


async def test_an_address_is_never_shown_again(owner: Person, caplog: pytest.LogCaptureFixture) -> None:
    address = "http://127.0.0.1:9/services/T0/B0/muysecreto1234"
    channel_id = await a_channel(owner, "slack", address=address)
    await owner.post(f"{CHANNELS}/{channel_id}/trials")
    await told(owner, channel_id)
    for path in (CHANNELS, f"{CHANNELS}/{channel_id}"):
        page = (await owner.get(path)).text
        assert "muysecreto" not in page
        assert "…1234" in page
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select count(*) from alert_channels t where t::text like '%muysecreto%'")
        assert await cursor.fetchone() == (0,)
    assert "muysecreto" not in caplog.text
    await owner.put(f"{CHANNELS}/{channel_id}", {"name": "Otro nombre", "least": "info", "cool_down": "30", "enabled": "1"})
    assert "…1234" in (await owner.get(CHANNELS)).text
    assert (await owner.delete(f"{CHANNELS}/{channel_id}")).status_code == 303
    assert page_of(await owner.get(CHANNELS)).css_first(".empty") is not None


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "no es un correo"),
        ("slack", "ftp://x"),
        ("telegram", "sala"),
        ("url", "https://u:p@x.es"),
        ("url", "https://0177.0.0.1/"),
        ("discord", ""),
    ],
)
async def test_a_wrong_address_is_explained_at_its_field(owner: Person, kind: str, address: str) -> None:
    form = {"name": "Guardia", "cool_down": "15", "address": address, "secret": TOKEN}
    answer = await owner.post(f"{CHANNELS}?kind={kind}", form)
    assert answer.status_code == 422
    assert page_of(answer).css_first("#address-error") is not None


async def test_channels_of_another_workspace_are_not_there(owner: Person, stranger: Person) -> None:
    channel_id = await a_channel(owner, "email", address="guardia@casaolmo.es")
    path = f"{CHANNELS}/{channel_id}"
    answers = [await stranger.get(path), await stranger.put(path, {"name": "x"}), await stranger.delete(path)]
    assert [each.status_code for each in [*answers, await stranger.post(f"{path}/trials")]] == [404] * 4
    assert (await owner.post(f"{CHANNELS}?kind=fax", {"name": "x"})).status_code == 404


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "224.0.0.1"]
)
def test_private_addresses_are_not_public(host: str) -> None:
    assert not outbound.is_public(host)
    assert outbound.is_public("93.184.216.34")


async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(house: str) -> None:
    async with listening(fine) as inside, outbound.open_client(public_only=True) as client:
        url = inside.url.replace("127.0.0.1", "localhost")
        with pytest.raises(outbound.NotSent):
            await outbound.exchange(client, outbound.request_to("POST", url, headers={}, content=b"{}"))
        assert inside.connections == 0


async def claimed(owner: Person) -> list[int]:
    """Alerts that channels of this workspace were told of within the last minute."""
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select alert_id from alert_tellings where told_at > now() - interval '1 minute'")
        return [row[0] for row in await cursor.fetchall()]


async def failed_jobs(owner: Person) -> int:
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "select count(*) from procrastinate_jobs where status = 'failed' and args ->> 'tenant_id' = %s",
            (str(owner.tenant_id),),
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


async def test_nothing_is_mailed_to_an_address_that_nobody_has_confirmed(owner: Person, agent: Person) -> None:
    both = f"{agent.email}, guardia@casaolmo.es"
    channel_id = await a_channel(owner, "email", address=both)
    await run(owner, "update alert_channels set name = 'Otra ' || id")
    async with platform_tx() as door:
        await door.conn.execute("update users set email_confirmed_at = null where id = %s", (agent.user_id,))
    refused = await owner.post(f"{CHANNELS}?kind=email", {"name": "Otra", "least": "info", "cool_down": "15", "address": both})
    assert refused.status_code == 422
    assert page_of(refused).css_first("#address-error") is not None
    await owner.post(f"{CHANNELS}/{channel_id}/trials")

    def mine() -> list[mail.Received]:
        return [each for each in mail.mailbox() if f"Otra {channel_id}" in each.text or f"Otra {channel_id}" in each.subject]

    (letter,) = await eventually(mine)
    assert letter.to == "guardia@casaolmo.es"
