"""Who is who: a phone number, a WhatsApp id, a business-scoped user id, a username; and two contacts that are one person."""

from __future__ import annotations

import asyncio

import pytest

from app.contacts import identities
from app.contacts.identities import Sender
from tests.conftest import Person

ANA = Sender(wa_id="34611482903", bsuid="ES.1001", name="Ana 🌸", portfolio="p1")


async def resolve(person: Person, *senders: Sender) -> list[int]:
    async with person.tenant.tx() as db:
        return await identities.resolve(db, senders)


async def contacts(person: Person) -> list[tuple[str, list[str]]]:
    """Every contact of the workspace: the name and the sorted identities."""
    async with person.tenant.tx() as db:
        found = await db.conn.execute(
            "select c.name, array(select kind || ':' || value from contact_identities where contact_id = c.id order by 1)"
            " from contacts c order by c.id"
        )
        return await found.fetchall()


async def test_a_newcomer_is_made_once_with_everything_that_is_known(owner: Person) -> None:
    first = await resolve(owner, ANA, ANA)
    assert len(set(first)) == 1
    assert await resolve(owner, ANA) == first[:1]
    assert await contacts(owner) == [("Ana 🌸", ["bsuid:ES.1001", "phone:+34611482903", "wa_id:34611482903"])]


async def test_answers_are_in_the_order_of_the_senders(owner: Person) -> None:
    ana, luis, eva = await resolve(owner, Sender(wa_id="34611482903"), Sender(wa_id="34611482904"), Sender(bsuid="ES.9"))
    again = await resolve(owner, Sender(bsuid="ES.9"), Sender(wa_id="34611482903"), Sender(phone="+34611482904"))
    assert again == [eva, ana, luis]


async def test_an_imported_number_is_recognised_and_its_name_kept(owner: Person) -> None:
    (imported,) = await resolve(owner, Sender(phone="+34611482903", name="Ana Ruiz"))
    assert await resolve(owner, ANA) == [imported]
    assert (await contacts(owner))[0][0] == "Ana Ruiz"


async def test_a_profile_name_is_taken_where_there_is_none(owner: Person) -> None:
    await resolve(owner, Sender(phone="+34611482903"))
    await resolve(owner, ANA)
    assert (await contacts(owner))[0][0] == "Ana 🌸"


async def test_first_the_user_id_then_the_number_are_merged_into_one(owner: Person) -> None:
    (stranger,) = await resolve(owner, Sender(bsuid="ES.1001", name="Ana 🌸", portfolio="p1"))
    (imported,) = await resolve(owner, Sender(phone="+34611482903", name="Ana Ruiz"))
    assert stranger != imported
    assert await resolve(owner, ANA) == [imported]
    assert await contacts(owner) == [("Ana Ruiz", ["bsuid:ES.1001", "phone:+34611482903", "wa_id:34611482903"])]


async def test_senders_of_one_batch_can_link_each_other(owner: Person) -> None:
    people = await resolve(owner, Sender(bsuid="ES.1001", portfolio="p1"), Sender(wa_id="34611482903"), ANA)
    assert len(set(people)) == 1
    assert len(await contacts(owner)) == 1


async def test_a_user_id_means_nothing_in_another_portfolio(owner: Person) -> None:
    one, other = await resolve(owner, Sender(bsuid="ES.1", portfolio="p1"), Sender(bsuid="ES.1", portfolio="p2"))
    assert one != other


async def test_a_username_can_pass_to_somebody_else(owner: Person) -> None:
    ana, luis = await resolve(owner, Sender(bsuid="ES.1", username="@Sofa"), Sender(bsuid="ES.2", username="luis"))
    assert await resolve(owner, Sender(username="sofa")) == [ana]
    assert await resolve(owner, Sender(bsuid="ES.2", username="sofa")) == [luis]
    assert await contacts(owner) == [("", ["bsuid:ES.1"]), ("", ["bsuid:ES.2", "username:sofa"])]


async def test_what_was_said_to_either_stays_with_the_merged_one(owner: Person) -> None:
    (stranger,) = await resolve(owner, Sender(bsuid="ES.1001", portfolio="p1"))
    (imported,) = await resolve(owner, Sender(phone="+34611482903"))
    async with owner.tenant.tx() as db:
        await db.conn.execute(
            "with w as (insert into wabas (waba_id, access_token, app_secret) values (%s, '', '') returning id),"
            " n as (insert into phone_numbers (waba, phone_number_id, display) select id, %s, '' from w returning id),"
            " c as (insert into conversations (contact_id, number_id, unread, snippet)"
            "   select p, id, 1, p::text from n, unnest(%s::bigint[]) p returning id)"
            " insert into messages (conversation_id, direction, kind, text) select id, 'in', 'text', 'hola' from c",
            (f"w{owner.tenant_id}", f"n{owner.tenant_id}", [stranger, imported]),
        )
    await resolve(owner, ANA)
    async with owner.tenant.tx() as db:
        found = await db.conn.execute(
            "select contact_id, unread, (select count(*) from messages where conversation_id = c.id) from conversations c"
        )
        assert await found.fetchall() == [(imported, 2, 2)]


async def test_a_changed_number_goes_with_the_person(owner: Person) -> None:
    (ana,) = await resolve(owner, ANA)
    async with owner.tenant.tx() as db:
        now = Sender(wa_id="34622000111", bsuid="ES.2002", portfolio="p1")
        assert await identities.moved(db, Sender(wa_id="34611482903", bsuid="ES.1001", portfolio="p1"), now) == ana
    assert await contacts(owner) == [("Ana 🌸", ["bsuid:ES.2002", "phone:+34622000111", "wa_id:34622000111"])]
    assert await resolve(owner, Sender(wa_id="34611482903")) != [ana]


@pytest.mark.parametrize(
    ("wa_id", "number"),
    [("5215512345678", "+525512345678"), ("556192345678", "+5561992345678"), ("5561992345678", "+5561992345678"),
     ("5491123456789", "+5491123456789"), ("6281234567890", "+6281234567890")],
)  # fmt: skip
def test_the_number_behind_a_whatsapp_id(wa_id: str, number: str) -> None:
    assert identities.spelled(wa_id) == number


async def test_the_same_newcomer_in_two_processes_is_one_contact(owner: Person) -> None:
    found = await asyncio.gather(*(resolve(owner, ANA) for _ in range(6)))
    assert len({person for (person,) in found}) == 1


async def test_another_workspace_has_its_own_people(owner: Person, stranger: Person) -> None:
    await resolve(owner, ANA)
    await resolve(stranger, ANA)
    assert len(await contacts(stranger)) == 1
