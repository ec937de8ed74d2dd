"""Whatever the log tells, people can read: the database's own triggers, checks and keys say what there is to be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import AsyncConnection

from app.audit import columns, states, words
from app.audit.columns import by_path
from app.core.statements import SQL
from tests.architecture.house import nobody

# What told() leaves out of every table.
NEVER = set(re.findall(r"'{(tenant_id,[\w,]+)}'", (SQL / "functions/audit.sql").read_text())[0].split(","))
# The arguments of a trigger lie one after the other, each ended by a zero: the naming column, secret ones, quiet ones.
WATCHED = """select c.relname, array_agg(a.attname::text order by a.attnum), encode(min(t.tgargs), 'escape')
               from pg_trigger t join pg_class c on c.oid = t.tgrelid
               join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              where t.tgname = 'audited' group by c.relname"""
CHECKS = """select c.relname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_class c on c.oid = k.conrelid
             where k.contype = 'c' and pg_get_constraintdef(k.oid) like '%= ANY%'"""
KEYS = """select c.relname, a.attname, f.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
            join pg_class f on f.oid = k.confrelid
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[cardinality(k.conkey)]
           where k.contype = 'f' and f.relname not in ('tenants', 'plans', 'memberships')"""


@pytest.fixture
async def catalogue(house: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(house, autocommit=True) as conn:
        yield conn


async def rows(conn: AsyncConnection[Any], query: str) -> list[Any]:
    return await (await conn.execute(query.encode())).fetchall()


async def told(conn: AsyncConnection[Any]) -> set[str]:
    """table.column of everything that an entry may hold."""
    found: dict[str, set[str]] = defaultdict(set)
    for table, names, arguments in await rows(conn, WATCHED):
        quiet = arguments.split("\\000")[2].strip("{}").split(",")
        found[table] = set(names) - NEVER - set(quiet)
    return {f"{table}.{column}" for table, of_it in found.items() for column in of_it}


async def test_every_column_has_a_word_or_is_quiet(catalogue: AsyncConnection[Any]) -> None:
    there = await told(catalogue)
    nobody((path for path in there - columns.QUIET if by_path(columns.WORDS, path) is None), "No word in app/audit/columns.py:")
    nobody(columns.QUIET - there, "Quiet, and told by nobody:")
    known = there | {path.partition(".")[2] for path in there}
    nobody(columns.WORDS.keys() - known, "Words for columns that are not there:")
    nobody({path.partition(".")[0] for path in there} - words.THINGS.keys(), "No word in app/audit/words.py:")


async def test_every_state_has_a_word(catalogue: AsyncConnection[Any]) -> None:
    there, offenders = await told(catalogue), []
    for table, check in await rows(catalogue, CHECKS):
        column, *_ = re.findall(r"\(\((\w+) = ANY", check) or [""]
        if f"{table}.{column}" in there - columns.QUIET:
            values = re.findall(r"'([^']+)'::text", check)
            offenders += [f"{table}.{column} {value}" for value in values if states.word(f"{table}.{column}", value) is None]
    nobody(offenders, "No word in app/audit/states.py:")


async def test_every_id_leads_to_a_name(catalogue: AsyncConnection[Any]) -> None:
    there = await told(catalogue)
    wrong = [
        f"{table}.{column} → {other}" for table, column, other in await rows(catalogue, KEYS)
        if f"{table}.{column}" in there - columns.QUIET and by_path(columns.LEADS_TO, f"{table}.{column}") != other
    ]  # fmt: skip
    nobody(wrong, "LEADS_TO in app/audit/columns.py knows another way:")
    named = set(re.findall(r"asked\.kind = '(\w+)'", (SQL / "audit_log.sql").read_text()))
    nobody(set(columns.LEADS_TO.values()) ^ named, "Not in audit_log.names, or only there:")
