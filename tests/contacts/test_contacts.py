"""Contacts: made, found, changed, labelled, left in peace, deleted; by whom; and what others see of it."""

from __future__ import annotations

import pytest

from app.contacts import contact
from tests.conftest import Person, a_colleague, page_of, text_of

LIST = "/contacts"
ANA = {"name": "Ana Ruiz", "phone": "611 482 903", "email": "ana@ejemplo.test", "company": "Casa Gómez"}


async def a_contact(person: Person, **facts: object) -> str:
    """The path of a new contact's page."""
    answer = await person.post(LIST, {**ANA, **facts})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def id_of(path: str) -> int:
    return int(path.rsplit("/", 1)[1])


async def names(person: Person, query: str = "") -> list[str]:
    return [link.text() for link in page_of(await person.partial(f"{LIST}?{query}")).css("tbody th a")]


async def a_label(person: Person, name: str = "VIP") -> int:
    await person.post("/contacts/labels", {"name": name, "tone": "success"})
    async with person.tenant.tx() as db:
        row = await (await db.conn.execute("select id from labels where name = %s", (name,))).fetchone()
        assert row is not None
        return int(row[0])


async def test_a_new_contact_is_in_the_list_with_its_number_as_people_write_it(owner: Person) -> None:
    await a_contact(owner)
    row = text_of(await owner.get(LIST), "tbody tr")
    assert "Ana Ruiz" in row
    assert "+34 611 48 29 03" in row


async def test_a_person_keeps_variables_and_labels(owner: Person) -> None:
    vip, new = await a_label(owner), await a_label(owner, "Nuevo")
    path = await a_contact(owner, label_ids=[vip], keys=["Último pedido", ""], values=["A-17", "lost"])
    page = page_of(await owner.get(path))
    assert [field.attributes["value"] for field in page.css("#variables input")] == ["ultimo_pedido", "A-17"]
    await owner.put(path, {**ANA, "label_ids": [new], "keys": ["ultimo_pedido", "ciudad"], "values": ["", "Madrid"]})
    async with owner.tenant.tx() as db:
        changed = await contact.find(db, id_of(path))
    assert changed.variables == {"ciudad": "Madrid"}
    assert [label.name for label in changed.labels] == ["Nuevo"]


@pytest.mark.parametrize("words", ["ana", "RUIZ gomez", "ejemplo", "611482903", "611 48 29 03", "2903", "+34 611", "34611"])
async def test_people_are_found_by_words_and_by_any_digits(owner: Person, words: str) -> None:
    await a_contact(owner)
    await a_contact(owner, name="José Gil", phone="+55 21 99071-6227", email="", company="")
    assert await names(owner, f"q={words.replace('+', '%2B')}") == ["Ana Ruiz"]


async def test_wildcards_are_taken_as_typed(owner: Person) -> None:
    await a_contact(owner)
    assert await names(owner, "q=%25") == []


async def test_accents_make_no_difference(owner: Person) -> None:
    await a_contact(owner, name="José Núñez")
    assert await names(owner, "q=nunez") == ["José Núñez"]
    assert await names(owner, "q=JOSÉ") == ["José Núñez"]


async def test_the_list_pages_by_keyset(owner: Person) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("insert into contacts (name) select 'P' || n from generate_series(1, 120) n")
    first = page_of(await owner.partial(LIST))
    more = first.css_first(".load-more")
    assert more is not None
    assert [row.text() for row in first.css("tbody th a")][:2] == ["P120", "P119"]
    assert (await names(owner, (more.attributes["hx-get"] or "").split("?")[1]))[0] == "P70"


async def test_a_number_belongs_to_one_person(owner: Person) -> None:
    await a_contact(owner)
    answer = await owner.post(LIST, {**ANA, "name": "Otra", "phone": "+34 611482903"})
    assert answer.status_code == 422
    assert page_of(answer).css_first("#phone-error") is not None
    assert page_of(answer).css_first("#name").attributes["value"] == "Otra"
    assert await names(owner) == ["Ana Ruiz"]


@pytest.mark.parametrize("wrong", [{"phone": "123"}, {"phone": ""}, {"email": "ana"}])
async def test_what_cannot_be_is_explained_beside_the_field(owner: Person, wrong: dict[str, str]) -> None:
    answer = await owner.post(LIST, {**ANA, **wrong})
    assert answer.status_code == 422
    assert page_of(answer).css_first(f"#{next(iter(wrong))}-error") is not None
    assert await names(owner) == []


async def test_a_number_can_be_corrected(owner: Person) -> None:
    path = await a_contact(owner)
    assert (await owner.put(path, {**ANA, "phone": "611 482 904"})).status_code == 200
    assert await names(owner, "q=611482904") == ["Ana Ruiz"]
    assert await names(owner, "q=611482903") == []


async def test_whoever_wants_no_campaigns_is_marked_and_found(owner: Person) -> None:
    path = await a_contact(owner)
    await a_contact(owner, name="Luis", phone="611482904")
    assert (await owner.put(f"{path}/opt-out")).status_code == 200
    assert await names(owner, "opted_out=true") == ["Ana Ruiz"]
    async with owner.tenant.tx() as db:
        stored = await contact.find(db, id_of(path))
    assert (stored.opted_out_at is not None, stored.opt_out_reason) == (True, "manual")
    assert (await owner.delete(f"{path}/opt-out")).status_code == 200
    assert await names(owner, "opted_out=true") == []


async def test_labels_are_made_renamed_and_deleted(owner: Person) -> None:
    vip = await a_label(owner)
    path = await a_contact(owner, label_ids=[vip])
    assert await names(owner, f"label_id={vip}") == ["Ana Ruiz"]
    twice = await owner.post("/contacts/labels", {"name": "víp", "tone": "info"})
    assert (twice.status_code, page_of(twice).css_first("#name-error") is not None) == (422, True)
    renamed = await owner.put(f"/contacts/labels/{vip}", {"name": "Mayorista", "tone": "warning"})
    assert text_of(renamed, ".label-list .badge") == "Mayorista"
    assert (await owner.delete(f"/contacts/labels/{vip}")).status_code == 200
    async with owner.tenant.tx() as db:
        assert (await contact.find(db, id_of(path))).labels == []


async def test_several_people_are_labelled_left_in_peace_and_deleted_at_once(owner: Person) -> None:
    vip = await a_label(owner)
    ids = [id_of(await a_contact(owner, name=f"P{n}", phone=f"61148290{n}")) for n in range(3)]
    answer = await owner.put(f"/contacts/selection/labels/{vip}", {"ids": ids[:2]})
    assert (answer.status_code, "contacts_changed" in answer.headers["hx-trigger"]) == (204, True)
    assert await names(owner, f"label_id={vip}") == ["P1", "P0"]
    await owner.post(f"/contacts/selection/labels/{vip}/removal", {"ids": ids[0]})
    assert await names(owner, f"label_id={vip}") == ["P1"]
    await owner.put("/contacts/selection/opt-out", {"ids": ids[1:]})
    assert await names(owner, "opted_out=true") == ["P2", "P1"]
    await owner.post("/contacts/selection/deletion", {"ids": ids[1:]})
    assert await names(owner) == ["P0"]


async def test_a_contact_is_deleted_with_its_conversations(owner: Person) -> None:
    path = await a_contact(owner)
    answer = await owner.delete(path)
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert (await owner.get(path)).status_code == 404


async def test_an_agent_edits_but_does_not_delete(owner: Person) -> None:
    path = await a_contact(owner)
    agent = await a_colleague(owner, "agent")
    assert (await agent.put(path, {**ANA, "name": "Ana R."})).status_code == 200
    assert (await agent.delete(path)).status_code == 403
    assert (await agent.post("/contacts/selection/deletion", {"ids": id_of(path)})).status_code == 403
    assert await names(owner) == ["Ana R."]


async def test_a_stranger_sees_and_changes_nothing(owner: Person, stranger: Person) -> None:
    vip = await a_label(owner)
    path = await a_contact(owner, label_ids=[vip])
    for answer in (
        await stranger.get(path), await stranger.put(path, ANA), await stranger.delete(path),
        await stranger.put(f"{path}/opt-out"),
        await stranger.put(f"/contacts/labels/{vip}", {"name": "Mine"}), await stranger.delete(f"/contacts/labels/{vip}"),
    ):  # fmt: skip
        assert answer.status_code == 404
    await stranger.post("/contacts/selection/deletion", {"ids": id_of(path)})
    assert await names(stranger) == []
    assert await names(owner, f"label_id={vip}") == ["Ana Ruiz"]
