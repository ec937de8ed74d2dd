"""Short links: everybody's own, counted when a person presses, and never a door to anywhere else."""

from __future__ import annotations

import re

import httpx
import pytest
from psycopg.types.json import Jsonb

from app.campaigns import clicks, links
from app.core.db import NotFound
from tests.campaigns.workspace import Sending, a_sending
from tests.conftest import Person, eventually

PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}
URL = "https://casaolmo.es/sofás?de=olmo"


async def with_link(owner: Person, people: int = 3) -> Sending:
    sending = await a_sending(owner, people)
    async with owner.tenant.tx() as db:
        variables = Jsonb({"1": {"field": "name"}, "2": {"link": URL}})
        await db.conn.execute("update campaigns set variables = %s where id = %s", (variables, sending.id))
    return sending


async def sent_links(sending: Sending) -> list[str]:
    """What stands in each person's message where the address belongs."""
    await sending.launch()
    await sending.settled()
    found = [
        re.findall(rf"{links.prefix()}[\w-]+", await sending.screen(address)) for (address,) in await sending.rows("address")
    ]
    assert all(len(each) == 1 for each in found), found
    assert len({url for (url,) in found}) == len(found)
    return [url for (url,) in found]


async def test_everybody_gets_a_link_of_their_own_and_a_press_says_who(owner: Person, nobody: Person) -> None:
    sending = await with_link(owner)
    first, second, _ = await sent_links(sending)
    assert first.startswith(links.prefix())
    answer = await nobody.get(first, headers=PHONE)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://casaolmo.es/sof%C3%A1s?de=olmo")
    assert "set-cookie" not in answer.headers
    await nobody.get(first, headers=PHONE)
    async with owner.tenant.tx() as db:
        (link,) = await clicks.totals(db, sending.id)
    # Twice within a second is one press.
    assert (link.url, link.clicks, link.people) == (URL, 1, 1)
    await nobody.get(second, headers=PHONE)
    async with owner.tenant.tx() as db:
        (link,) = await clicks.totals(db, sending.id)
        _, _, recipient_id = links.decode(second.rsplit("/", 1)[1])
        assert [each.url for each in await clicks.of_recipient(db, recipient_id)] == [URL]
    assert (link.clicks, link.people) == (2, 2)
    page = await owner.partial(f"/campaigns/{sending.id}/results")
    assert URL in page.text


@pytest.mark.parametrize(
    "agent", ["WhatsApp/2.24.10 A", "facebookexternalhit/1.1", "Mozilla/5.0 (compatible; Googlebot/2.1)", ""]
)
async def test_previews_do_not_count(agent: str, owner: Person, nobody: Person) -> None:
    sending = await with_link(owner, 1)
    (url,) = await sent_links(sending)
    assert (await nobody.get(url, headers={"user-agent": agent})).status_code == 302
    assert (await nobody.http.head(url, headers=PHONE)).status_code == 302
    assert (await nobody.get(url, headers=PHONE | {"sec-purpose": "prefetch;prerender"})).status_code == 302
    async with owner.tenant.tx() as db:
        assert [each.clicks for each in await clicks.totals(db, sending.id)] == [0]


async def test_codes_cannot_be_made_up(owner: Person, nobody: Person) -> None:
    sending = await with_link(owner, 1)
    (url,) = await sent_links(sending)
    code = url.rsplit("/", 1)[1]
    tenant_id, link_id, recipient_id = links.decode(code)
    assert tenant_id == owner.tenant_id
    assert len(code) <= 24
    changed = ("A" if code[0] != "A" else "B") + code[1:]
    for wrong in (changed, code[:-1], code + "A", "x", "…", links.encode(tenant_id, link_id + 1, recipient_id)):
        answer: httpx.Response = await nobody.get(f"/l/{wrong}", headers=PHONE)
        assert answer.status_code == 404, wrong
    with pytest.raises(NotFound):
        links.decode("")
    assert links.decode(links.encode(1, 2, 3_000_000_000)) == (1, 2, 3_000_000_000)
    # Somebody else's recipient is nobody: the address is shown, and nothing is counted.
    assert (await nobody.get(f"/l/{links.encode(tenant_id, link_id, recipient_id + 1000)}", headers=PHONE)).status_code == 302
    async with owner.tenant.tx() as db:
        assert [each.clicks for each in await clicks.totals(db, sending.id)] == [0]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "ftp://x.example", "https://", "https://a b.example", "sofas"]
)
def test_only_addresses_of_the_web_are_taken(url: str) -> None:
    with pytest.raises(links.BadUrl):
        links.checked(url)


async def test_results_come_live(owner: Person) -> None:
    sending = await with_link(owner, 1)
    (url,) = await sent_links(sending)
    await eventually(lambda: sending.is_("completed"))
    results = await owner.partial(f"/campaigns/{sending.id}/results")
    assert "Texts" not in results.text
    assert url not in results.text
