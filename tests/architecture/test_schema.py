"""The catalogue itself: no table of a tenant escapes row-level security, and no row can point at another tenant's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import AsyncConnection, errors

from tests.architecture.house import nobody
from tests.conftest import Person

# Tables of nobody's tenant, and why.
PLATFORM_TABLES = {
    "account_links": "proofs of addresses, of people who may belong to several",
    "announcements": "said to all tenants",
    "applied_files": "which migrations were applied",
    "plans": "what tenants may have",
    "platform_sessions": "of those who run the installation",
    "phone_zones": "numbering plans of the world",
    "intake_events": "webhooks as they came, before anybody knows whose they are",
    "recovery_codes": "of people, who may belong to several",
    "refused_sign_ins": "who was refused, before anybody is signed in",
    "schedule_runs": "when each periodic job last ran",
    "sign_in_failures": "wrong guesses, before anybody is signed in",
    "tenants": "the tenants themselves; sealed by id",
    "users": "people may belong to several; sealed by membership",
    "workers": "processes, which work for all tenants",
}
WITHOUT_POLICY = {"applied_files", "phone_zones"}
KEY_WITHOUT_TENANT = {
    "sessions": "found by its token, before the tenant is known",
    "campaign_deltas": "insert-only, folded and deleted in bulk; no row is ever looked up",
    "stat_deltas": "insert-only, folded and deleted in bulk; no row is ever looked up",
}
OURS = "c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'procrastinate%'"
TENANT_TABLES = f"""select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                     where {OURS} and not a.attisdropped"""


@pytest.fixture
async def catalogue(house: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(house, autocommit=True) as conn:
        yield conn


async def names(conn: AsyncConnection[Any], query: str) -> set[str]:
    cursor = await conn.execute(query.encode())
    return {row[0] for row in await cursor.fetchall()}


async def test_every_table_has_a_tenant_or_a_reason(catalogue: AsyncConnection[Any]) -> None:
    tables = await names(catalogue, f"select c.relname from pg_class c where {OURS}")
    assert tables - await names(catalogue, TENANT_TABLES) == PLATFORM_TABLES.keys()


async def test_row_level_security_is_on_and_forced(catalogue: AsyncConnection[Any]) -> None:
    open_tables = await names(
        catalogue,
        f"select c.relname from pg_class c where {OURS} and not (c.relrowsecurity and c.relforcerowsecurity"
        " and exists (select from pg_policy p where p.polrelid = c.oid))",
    )
    nobody(open_tables - WITHOUT_POLICY, "These tables are not sealed:")


async def test_every_policy_asks_for_the_tenant_or_the_platform(catalogue: AsyncConnection[Any]) -> None:
    cursor = await catalogue.execute("select tablename, policyname, permissive, qual, with_check from pg_policies")
    offenders = []
    for table, policy, permissive, condition, check in await cursor.fetchall():
        asks = ("tenant_id = ( SELECT tenant_id()", "id = ( SELECT tenant_id()", "( SELECT platform()", "FROM memberships")
        if permissive != "PERMISSIVE" or not any(each in (condition or check or "") for each in asks) or check == "true":
            offenders.append(f"{table}.{policy}: {condition}")
    nobody(offenders, "These policies open more than one tenant:")


async def test_keys_begin_with_the_tenant(catalogue: AsyncConnection[Any]) -> None:
    keyed = await names(
        catalogue,
        f"select c.relname from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary"
        f" join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id' where {OURS}",
    )
    tables = await names(catalogue, TENANT_TABLES)
    nobody(tables - keyed - KEY_WITHOUT_TENANT.keys(), "The primary key begins with tenant_id:")


async def test_foreign_keys_carry_the_tenant(catalogue: AsyncConnection[Any]) -> None:
    cursor = await catalogue.execute(
        "select k.conrelid::regclass::text, k.conname, k.confrelid::regclass::text,"
        " (select array_agg(a.attname::text || '=' || b.attname::text) from unnest(k.conkey, k.confkey) pair (ours, theirs)"
        " join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.ours"
        " join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.theirs)"
        " from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace"
    )
    tenant_tables = await names(catalogue, TENANT_TABLES)
    offenders = [
        f"{table}.{key} points at {other} by {', '.join(pairs)}"
        for table, key, other, pairs in await cursor.fetchall()
        if other in tenant_tables and not {"tenant_id=tenant_id", "id=tenant_id" if table == "tenants" else ""} & set(pairs)
    ]
    nobody(offenders, "A row could point at another tenant's row:")


async def test_nothing_runs_with_the_rights_of_its_owner(catalogue: AsyncConnection[Any]) -> None:
    borrowed = await names(
        catalogue, "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
    ) | await names(
        catalogue,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'"
        " and not coalesce(reloptions @> '{security_invoker=true}', false)",
    )
    nobody(borrowed, "Security definer functions and views without security_invoker step around the policies:")


async def test_without_a_tenant_there_are_no_rows(catalogue: AsyncConnection[Any], owner: Person) -> None:
    assert owner.tenant_id
    seen = []
    for table in await names(catalogue, TENANT_TABLES) | {"tenants", "users", "intake_events", "sign_in_failures"}:
        cursor = await catalogue.execute(f"select count(*) from {table}".encode())
        row = await cursor.fetchone()
        if row != (0,):
            seen.append(f"{table}: {row}")
    nobody(seen, "Rows are visible to nobody in particular:")


async def test_a_tenant_sees_its_own_rows_only(catalogue: AsyncConnection[Any], owner: Person, stranger: Person) -> None:
    seen = []
    async with stranger.tenant.tx() as db:
        for table in await names(catalogue, TENANT_TABLES):
            cursor = await db.conn.execute(f"select distinct tenant_id from {table}".encode())
            if others := {row[0] for row in await cursor.fetchall()} - {stranger.tenant_id}:
                seen.append(f"{table}: {others}")
    nobody(seen, "Rows of other tenants are visible:")


async def test_a_tenant_cannot_write_for_another(owner: Person, stranger: Person) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        async with stranger.tenant.tx() as db:
            await db.conn.execute("insert into labels (tenant_id, name) values (%s, 'VIP')", (owner.tenant_id,))
