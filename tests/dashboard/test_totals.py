"""The totals of the dashboard and of campaigns equal a recount of the rows, whatever happened to the rows in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.db import Db
from app.dashboard import folding
from tests.conftest import Person

START = datetime(2026, 10, 24, tzinfo=UTC)  # the night after, Madrid's clock goes back
ZONE = "Europe/Madrid"
STATES = ["pending", "sending", "uncertain", "sent", "delivered", "read", "failed", "skipped", "cancelled"]
MOMENTS = ["sent_at", "delivered_at", "read_at", "failed_at"]

moment = st.none() | st.integers(0, 4 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
slot = st.integers(0, 11)
recipient = st.fixed_dictionaries({"status": st.sampled_from(STATES), "answered_at": moment, **dict.fromkeys(MOMENTS, moment)})
message = st.fixed_dictionaries({"direction": st.sampled_from(["in", "out", "note"]), **dict.fromkeys(MOMENTS, moment)})
step = st.one_of(
    st.tuples(st.just("recipient"), slot, recipient), st.tuples(st.just("message"), slot, message),
    st.tuples(st.just("all recipients"), slot, recipient), st.tuples(st.just("forget recipient"), slot, st.none()),
    st.tuples(st.just("forget message"), slot, st.none()), st.tuples(st.just("fold"), slot, st.none()),
)  # fmt: skip

GROUND = """
with w as (insert into wabas (waba_id, access_token, app_secret) values (%(key)s, '', '') returning id),
n as (insert into phone_numbers (waba, phone_number_id, display) select id, %(key)s, '+34600000000' from w returning id),
t as (insert into message_templates (waba, name, language, category, body) select id, 'oferta', 'es', 'MARKETING', 'Hola' from w
      returning id),
p as (insert into contacts (name) select 'Persona ' || i from generate_series(0, 11) i returning id),
c as (insert into campaigns (name, number_id, template_id) select 'Octubre', n.id, t.id from n, t returning id),
v as (insert into conversations (contact_id, number_id) select min(p.id), n.id from p, n group by n.id returning id)
select c.id, v.id, (select array_agg(id order by id) from p) from c, v"""


@pytest.fixture
async def ground(owner: Person) -> tuple[int, int, list[int]]:
    """A campaign, a conversation and twelve contacts."""
    async with owner.tenant.tx() as db:
        row = await (await db.conn.execute(GROUND, {"key": f"totals-{owner.tenant_id}"})).fetchone()
        assert row is not None
        return row  # type: ignore[return-value]


async def take(db: Db, step: tuple[str, int, dict[str, Any] | None], ground: tuple[int, int, list[int]]) -> None:
    (what, which, row), (campaign, conversation, contacts) = step, ground
    sets = ", ".join(f"{name} = %({name})s" for name in row or {})
    names, values = ", ".join(row or {}), ", ".join(f"%({name})s" for name in row or {})
    given = {**(row or {}), "campaign": campaign, "conversation": conversation, "who": contacts[which], "which": f"w{which}"}
    statement = {
        "recipient": f"insert into campaign_recipients (campaign_id, contact_id, address, {names})"
                     f" values (%(campaign)s, %(who)s, '+34600', {values})"
                     f" on conflict (tenant_id, contact_id, campaign_id) do update set {sets}",
        "message": f"insert into messages (conversation_id, wamid, kind, at, {names})"
                   f" values (%(conversation)s, %(which)s, 'text', '2026-10-25 01:10+00', {values})"
                   f" on conflict (tenant_id, conversation_id, wamid) where wamid is not null do update set {sets}",
        "all recipients": f"update campaign_recipients set {sets}",
        "forget recipient": "delete from campaign_recipients where contact_id = %(who)s",
        "forget message": "delete from messages where wamid = %(which)s",
    }[what]  # fmt: skip
    await db.conn.execute(statement.encode(), given)


COUNTED = """select status, sum(n) from (select status, n from campaign_counts union all
  select status, n from campaign_deltas) t group by 1 having sum(n) <> 0"""


async def both(owner: Person) -> tuple[list[Any], list[Any], dict[str, int], dict[str, int]]:
    period = {"since": START - timedelta(days=2), "until": START + timedelta(days=9), "zone": ZONE}
    async with owner.tenant.tx() as db:
        fast, slow, counted, rows = [
            await (await db.conn.execute(query, period)).fetchall() for query in (
                "select * from get_dashboard_stats(%(since)s, %(until)s, %(zone)s)",
                "select * from recount_dashboard_stats(%(since)s, %(until)s, %(zone)s)",
                COUNTED,
                "select status, count(*) from campaign_recipients group by 1",
            )
        ]  # fmt: skip
    return [row for row in fast if any(row[1:])], slow, dict(counted), dict(rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, max_size=30))
async def test_totals_equal_a_recount(owner: Person, ground: tuple[int, int, list[int]], steps: list[Any]) -> None:
    async with owner.tenant.tx() as db:
        await db.conn.execute("delete from campaign_recipients")
        await db.conn.execute("delete from messages")
    for each in steps:
        if each[0] == "fold":
            await folding.fold()
        else:
            async with owner.tenant.tx() as db:
                await take(db, each, ground)
    for _unfolded_then_folded in range(2):
        fast, slow, counted, rows = await both(owner)
        assert fast == slow
        assert counted == rows
        await folding.fold()
