"""A text that changes on the way: whoever has the old one keeps it, those who wait get the new one, with their own values."""

from __future__ import annotations

from app.campaigns import control, lanes, variants
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually, page_of


async def half_sent(owner: Person, people: int = 6) -> Sending:
    """Three have it, and then somebody pauses it."""
    sending = await a_sending(owner, people)
    async with owner.tenant.tx() as db:
        await db.conn.execute("update campaigns set only_to = 0 where id = %s", (sending.id,))
    await sending.launch()
    await eventually(lambda: sending.is_("sending"))
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "update campaigns set only_to = (select id from campaign_recipients where campaign_id = %s"
            " order by id offset 2 limit 1) where id = %s",
            (sending.id, sending.id),
        )
        await lanes.wake(db, sending.number.id)

    async def three() -> bool:
        return (await sending.recounted()).get("read") == 3

    await eventually(three)
    async with owner.tenant.tx() as db:
        await control.pause(db, sending.id)
        await db.conn.execute("update campaigns set only_to = null where id = %s", (sending.id,))
    return sending


async def test_those_who_wait_get_the_new_text(owner: Person) -> None:
    sending = await half_sent(owner)
    path = f"/campaigns/{sending.id}/text"
    form = page_of(await owner.get(path))
    template = form.css_first("select[name=template_id] option[selected]")
    assert template is not None
    wish = {"template_id": template.attributes["value"], "field.1": "text", "text.1": "Buenas", "field.2": "variables.pedido"}
    async with owner.tenant.tx() as db:
        # One of those who wait has nothing to put there any more.
        await db.conn.execute(
            "update contacts set variables = '{}' where id = (select contact_id from campaign_recipients"
            " where campaign_id = %s and status = 'pending' order by id desc limit 1)", (sending.id,)
        )  # fmt: skip
    shown = page_of(await owner.post(path, wish, headers={"HX-Request": "true", "HX-Request-Type": "partial"}))
    assert shown.css_first(".reach-people strong").text() == "2"  # type: ignore[union-attr]
    wrong = await owner.put(path, wish | {"text.1": ""})
    assert wrong.status_code == 422
    assert (await owner.put(path, wish)).status_code == 303

    async def frozen() -> bool:
        return [tuple(row) for row in await sending.rows("status, variant")][3:] == [
            ("pending", 4),
            ("pending", 4),
            ("skipped", 4),
        ]

    await eventually(frozen)
    await owner.delete(f"/campaigns/{sending.id}/pause")
    assert await sending.settled() == {"read": 5, "skipped": 1}
    addresses = [address for (address,) in await sending.rows("address")]
    assert "Hola Persona" in await sending.screen(addresses[0])
    assert "Hola Buenas" in await sending.screen(addresses[4])
    received = await sending.received()
    assert (received["people"], received["twice"]) == (5, 0)
    async with owner.tenant.tx() as db:
        assert [text.place for text in await variants.texts(db, sending.id)] == [0, 4]
    assert "Buenas" not in (await owner.partial(f"/campaigns/{sending.id}/results")).text


async def test_only_a_paused_campaign_changes_its_text(owner: Person) -> None:
    sending = await half_sent(owner)
    await owner.put(f"/campaigns/{sending.id}/cancellation")
    form = page_of(await owner.get(f"/campaigns/{sending.id}/text"))
    template = form.css_first("select[name=template_id] option[selected]")
    assert template is not None
    wish = {"template_id": template.attributes["value"], "field.1": "text", "text.1": "x", "field.2": "text", "text.2": "y"}
    refused = await owner.put(f"/campaigns/{sending.id}/text", wish)
    assert refused.status_code == 422
    assert {variant for (variant,) in await sending.rows("variant")} == {None}
