"""Over the API: texts that are tried, their results, whom it failed for, single people, files, a text that changes."""

from __future__ import annotations

from typing import Any

from tests.api.test_api import a_program, example, same_shape
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually


async def wish_of(sending: Sending) -> dict[str, Any]:
    async with sending.owner.tenant.tx() as db:
        row = await (await db.conn.execute("select template_id from campaigns where id = %s", (sending.id,))).fetchone()
    assert row is not None
    values = {"1": {"field": "first_name"}, "2": {"field": "variables.pedido"}}
    everyone = {"kind": "everyone"}
    return {"name": "Prueba", "number_id": sending.number.id, "template_id": row[0], "variables": values, "audience": everyone}


async def test_two_texts_and_their_winner(owner: Person) -> None:
    sending, program = await a_sending(owner, 8), await a_program(owner)
    wish = await wish_of(sending)
    second = {"template_id": wish["template_id"], "variables": {"1": {"text": "Tú"}, "2": {"link": "https://casaolmo.es"}}}
    missing = {"texts": [{"template_id": wish["template_id"], "variables": {"1": {"text": "x"}, "2": {"link": "x"}}}]}
    wrong = await program.ask("POST", "/campaigns", 422, json={**wish, "test": missing})
    assert wrong["errors"].keys() == {"test.texts.0.variables.2"}
    bad = await program.ask("POST", "/campaigns", 422, json={**wish, "report_phones": ["1"]})
    assert bad["errors"].keys() == {"report_phones"}
    test = {"texts": [second], "share": 0.5, "winner_by": "click", "winner_after_hours": None}
    made = await program.ask("POST", "/campaigns", 201, json={**wish, "test": test, "report_to": [owner.user_id]})
    path = f"/campaigns/{made['id']}"
    await program.ask("PUT", f"{path}/launch")

    async def tried() -> bool:
        return [text["tested"]["sent"] for text in (await program.get(f"{path}/results"))["texts"]] == [2, 2]

    await eventually(tried)
    assert same_shape(await program.get(f"{path}/results"), "show_campaign_results")
    await program.ask("PUT", f"{path}/winner", 409, json={"place": 7})
    chosen = await program.ask("PUT", f"{path}/winner", json={"place": 1})
    assert same_shape(chosen, "choose_campaign_winner")
    assert chosen["winner"] == 1

    async def over() -> bool:
        return bool((await program.get(path))["status"] == "completed")

    await eventually(over)
    texts = (await program.get(f"{path}/results"))["texts"]
    assert [text["all"]["sent"] for text in texts] == [2, 6]


async def test_failures_people_files_and_a_new_text(owner: Person, stranger: Person) -> None:
    sending, program = await a_sending(owner, 3), await a_program(owner)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set status = 'paused' where id = %s", (sending.id,))
        made = await db.conn.execute(
            "insert into campaign_recipients (campaign_id, contact_id, address, status, error_code, failed_at, attempt)"
            " select %s, id, '+34' || id, s, c, case s when 'failed' then now() end, 1"
            " from (select id, row_number() over () n from contacts) k"
            " join (values (1, 'failed', 131016), (2, 'pending', null), (3, 'pending', null)) v (n, s, c) using (n)"
            " returning id, status",
            (sending.id,),
        )
        ids = {status: recipient_id for recipient_id, status in await made.fetchall()}
    path = f"/campaigns/{sending.id}"
    assert same_shape(await program.get(f"{path}/failures"), "list_campaign_failures")
    assert await program.ask("POST", f"{path}/retries", 201, json={"groups": ["131016"]}) == {"people": 1}
    one = await program.get(f"{path}/recipients/{ids['failed']}")
    assert same_shape(one, "show_campaign_recipient")
    assert [(each["kind"], each["code"]) for each in one["story"]] == [("failed", 131016)]
    await program.ask("PUT", f"{path}/recipients/{ids['pending']}/exclusion")
    await program.ask("PUT", f"{path}/recipients/{ids['pending']}/exclusion", 409)
    wish = await wish_of(sending)
    text = {"template_id": wish["template_id"], "variables": wish["variables"]}
    changed = await program.ask("PUT", f"{path}/text", json=text)
    assert changed == {"people": 2, "skipped": 0}
    assert same_shape(changed, "change_campaign_text")
    export = await program.ask("POST", f"{path}/exports", 201, json=example("create_campaign_export").request)
    assert same_shape(export, "create_campaign_export")

    async def done() -> bool:
        return bool((await program.get(f"{path}/exports/{export['id']}"))["status"] == "done")

    await eventually(done)
    file = await owner.http.get(f"/api/v1{path}/exports/{export['id']}/file", headers=program.head)
    assert file.content.startswith(b"PK")
    other = await a_program(stranger)
    await other.ask("GET", f"{path}/exports/{export['id']}", 404)
