"""What the pages of campaigns begin with: a number, an approved template, a few people, and a form that is complete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.campaigns import campaign
from app.campaigns.campaign import Campaign
from app.core.clock import now
from tests.conftest import Person
from tests.numbers.numbers import a_number

LIST = "/campaigns"
MADRID = "Europe/Madrid"
BODY = "Hola, {{1}}: el sofá *Olmo* baja a {{2}} con entrega incluida."


async def value(person: Person, statement: str, *values: Any) -> int:
    """One statement that answers an id."""
    async with person.tenant.tx() as db:
        row = await (await db.conn.execute(statement, values)).fetchone()
        assert row is not None
        return int(row[0])


async def a_template(person: Person, number: Any, *, name: str = "otono", body: str = BODY, **columns: Any) -> int:
    return await value(
        person,
        "insert into message_templates (waba, name, language, category, body, examples, status, header) values"
        " (%s, %s, 'es', %s, %s, '{\"1\": \"Lucía\", \"2\": \"749 €\"}', %s, %s) returning id",
        number.waba, name, columns.get("category", "MARKETING"), body, columns.get("status", "approved"), columns.get("header"),
    )  # fmt: skip


async def a_contact(person: Person, name: str, phone: str = "", *, variables: str = "{}", opted_out: bool = False) -> int:
    contact_id = await value(
        person, "insert into contacts (name, variables, opted_out_at) values (%s, %s, %s) returning id",
        name, variables, now() if opted_out else None,
    )  # fmt: skip
    if phone:
        await value(
            person, "insert into contact_identities (contact_id, kind, value) values (%s, 'phone', %s) returning contact_id",
            contact_id, phone,
        )  # fmt: skip
    return contact_id


async def a_wish(person: Person, **changed: Any) -> dict[str, Any]:
    """A form that is complete: a number, a template with two variables, everyone, right away."""
    number = await a_number(person)
    template_id = await a_template(person, number)
    await a_contact(person, "Lucía Fernández", "+34611482903", variables='{"oferta": "749 €"}')
    return {
        "name": "Rebajas de otoño", "number_id": number.id, "template_id": template_id, "audience": "everyone", "when": "now",
        "uncertain_rule": "retry", "field.1": "first_name", "fallback.1": "", "field.2": "variables.oferta", "fallback.2": "",
    } | changed  # fmt: skip


async def made(person: Person, wish: dict[str, Any]) -> Campaign:
    answer = await person.post(LIST, wish)
    assert answer.status_code == 303, answer.text
    async with person.tenant.tx() as db:
        return await campaign.find(db, int(answer.headers["location"].rsplit("/", 1)[1]))


async def move(owner: Person, campaign_id: int, **columns: Any) -> None:
    changes = ", ".join(f"{name} = %s" for name in columns)
    async with owner.tenant.tx() as db:
        await db.conn.execute(f"update campaigns set {changes} where id = %s", (*columns.values(), campaign_id))


async def again(owner: Person, campaign_id: int) -> campaign.Campaign:
    async with owner.tenant.tx() as db:
        return await campaign.find(db, campaign_id)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
