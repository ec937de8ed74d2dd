"""Brings a database up to date: migrations/*.sql once each and in order, then sql/functions/*.sql when they changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from psycopg import AsyncConnection

from app.core.statements import SQL

MIGRATIONS = SQL.parent / "migrations"
OLDEST_SERVER = 150000
ONE_AT_A_TIME = 7_236_201  # any number that nothing else of ours locks


class MigrationError(Exception):
    """A sentence for the operator."""


async def migrate(url: str) -> list[str]:
    """The names of what was applied. Raises MigrationError for a server older than 15 or an edited migration."""
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        if conn.info.server_version < OLDEST_SERVER:
            raise MigrationError(f"Postgres {conn.info.server_version // 10000} is too old: Recado needs 15 or newer.")
        await conn.execute("select pg_advisory_lock(%s)", (ONE_AT_A_TIME,))
        await conn.execute(
            "create table if not exists applied_files (name text primary key, digest text not null,"
            " applied_at timestamptz not null default now())"
        )
        applied: dict[str, str] = dict(await (await conn.execute("select name, digest from applied_files")).fetchall())
        return [*await _migrations(conn, applied), *await _functions(conn, applied)]


async def _migrations(conn: AsyncConnection, applied: dict[str, str]) -> list[str]:
    new = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.name not in applied:
            await _apply(conn, path)
            new.append(path.name)
        elif applied[path.name] != _digest(path):
            raise MigrationError(f"migrations/{path.name} was edited after it was applied. Write a new migration instead.")
    return new


async def _functions(conn: AsyncConnection, applied: dict[str, str]) -> list[str]:
    changed = [path for path in sorted((SQL / "functions").glob("*.sql")) if applied.get(path.name) != _digest(path)]
    for path in changed:
        await _apply(conn, path)
    return [path.name for path in changed]


async def _apply(conn: AsyncConnection, path: Path) -> None:
    async with conn.transaction():
        await conn.execute(path.read_bytes())  # noqa: ASYNC240 - once, before anything is served
        await conn.execute(
            "insert into applied_files (name, digest) values (%s, %s)"
            " on conflict (name) do update set digest = excluded.digest, applied_at = now()",
            (path.name, _digest(path)),
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
