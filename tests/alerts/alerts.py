"""What tests of alerts share: a workspace with a number, and what it has open."""

from __future__ import annotations

from typing import Any

from app.core import events
from tests.conftest import Person
from tests.numbers.numbers import a_number

CHANNELS = "/settings/alerts"


async def stopped_number(owner: Person) -> int:
    """A number that WhatsApp has just stopped: its id."""
    number = await a_number(owner)
    await happens(owner, "number_stopped", number_id=number.id, reason="ACCOUNT_RESTRICTION")
    return number.id


async def happens(owner: Person, event: str, **facts: Any) -> None:
    async with owner.tenant.tx() as db:
        await events.record(db, event, **facts)


async def alerts(owner: Person, kind: str = "") -> list[dict[str, Any]]:
    """Every alert of the workspace, the oldest first."""
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute(
            "select id, kind, severity, subject, key, times, facts, resolved_at is null, by_itself, acknowledged_at is not null"
            " from alerts where %s in ('', kind) order by id",
            (kind,),
        )
        names = ("id", "kind", "severity", "subject", "key", "times", "facts", "open", "by_itself", "acknowledged")
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def open_kinds(owner: Person) -> list[str]:
    return [each["kind"] for each in await alerts(owner) if each["open"]]


async def run(owner: Person, statement: str, *values: Any) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute(statement.encode(), values)


async def a_channel(owner: Person, kind: str, **wish: str | list[str]) -> int:
    """Its id."""
    form = {"name": "Guardia", "least": "info", "cool_down": "15", "enabled": "1", **wish}
    answer = await owner.post(f"{CHANNELS}?kind={kind}", form)
    assert answer.status_code in (200, 303), answer.text[-3000:]
    async with owner.tenant.tx() as db:
        cursor = await db.conn.execute("select max(id) from alert_channels")
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])
