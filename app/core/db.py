"""Two doors to Postgres: a tenant's own rows, and, on purpose and by name, the platform's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from psycopg import AsyncConnection, AsyncPipeline, OperationalError
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, dict_row, scalar_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from app.core.acting import actor
from app.core.statements import Statement
from app.settings import SettingsError

T = TypeVar("T")
POOL_SIZE = 16
POOL_WAIT = 5.0  # seconds before a request gives up with PoolTimeout, which answers 503

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)

# Every transaction says all five, so nothing is inherited from the one before it.
ENTER = """select set_config('app.tenant_id', %s, true), set_config('app.viewer_id', %s, true),
                  set_config('app.sees_all', %s, true), set_config('app.platform', %s, true),
                  set_config('app.actor', %s, true)"""
NOTE_DEED = "select note_deed()"
# What was taken back to a savepoint was written nevertheless, as far as the transaction can tell.
REFUSED = "select set_config('app.refused', 'on', true)"


class NotFound(Exception):
    """Not there, or not yours: the two look the same."""


class Db:
    """One open transaction. Statements are named; results are structs."""

    def __init__(self, conn: AsyncConnection[Any], tenant_id: int | None, pipeline: AsyncPipeline | None = None) -> None:
        self.conn = conn
        self.tenant_id = tenant_id
        self.pipeline = pipeline

    async def one(self, statement: Statement, row: type[T], /, **values: Any) -> T:
        """The only row. Raises NotFound when there is none."""
        found = await self.maybe(statement, row, **values)
        if found is None:
            raise NotFound(statement.name)
        return found

    async def maybe(self, statement: Statement, row: type[T], /, **values: Any) -> T | None:
        """The first row, or None."""
        async with self.conn.cursor(row_factory=class_row(row)) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchone()

    async def many(self, statement: Statement, row: type[T], /, **values: Any) -> list[T]:
        """All rows, in the statement's order."""
        async with self.conn.cursor(row_factory=class_row(row)) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchall()

    async def rows(self, statement: Statement, /, **values: Any) -> list[dict[str, Any]]:
        """All rows as dictionaries, for what has no struct."""
        async with self.conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchall()

    async def value(self, statement: Statement, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        async with self.conn.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchone()

    async def run(self, statement: Statement, /, **values: Any) -> int:
        """How many rows it touched."""
        cursor = await self.conn.execute(statement.encode(), values)
        if self.pipeline is not None:
            await self.pipeline.sync()
        return cursor.rowcount

    @asynccontextmanager
    async def unique(self, refusal: type[Exception]) -> AsyncIterator[None]:
        """What somebody has already is refused. The clash would abort the transaction, so it is confined to a savepoint."""
        try:
            async with self.conn.transaction():
                yield
        except UniqueViolation:
            await self.conn.execute(REFUSED)
            raise refusal from None

    async def tell(self, statement: Statement, /, **values: Any) -> None:
        """What nobody asks a result of. In a pipelined transaction it goes out with whatever is asked next, and fails there."""
        await self.conn.execute(statement.encode(), values)


class Tenant(msgspec.Struct, frozen=True):
    """The key to one tenant's door. A job gets it; a request makes it from its viewer."""

    id: int

    @asynccontextmanager
    async def tx(self, *, viewer_id: int | None = None, sees: str = "on") -> AsyncIterator[Db]:
        """A transaction that sees this tenant only; commits at the end, rolls back on an exception.

        `sees`: "on" is every conversation; "team", "pick", both or neither add to their own what their teams have and what
        nobody has.
        """
        who = actor()
        async with pool().connection() as conn:
            await conn.execute(ENTER, (str(self.id), str(viewer_id or ""), sees, "", who.encoded() if who else ""))
            yield Db(conn, self.id)
            if who is not None and who.writes:
                await conn.execute(NOTE_DEED)

    @asynccontextmanager
    async def pipelined_tx(self) -> AsyncIterator[Db]:
        """The same for work of many statements: only those that are asked for rows wait for the server. Beside a campaign each
        wait costs some 7 ms, and a message that somebody writes to us takes thirty statements."""
        async with pool().connection() as conn, conn.pipeline() as pipeline:
            await conn.execute(ENTER, (str(self.id), "", "on", "", ""))
            yield Db(conn, self.id, pipeline)


@asynccontextmanager
async def platform_tx() -> AsyncIterator[Db]:
    """The second door: only tables with a policy of their own for it open."""
    who = actor()
    async with pool().connection() as conn:
        await conn.execute(ENTER, ("", "", "", "on", who.encoded() if who else ""))
        yield Db(conn, None)


_pools: list[AsyncConnectionPool[AsyncConnection[Any]]] = []


def pool() -> AsyncConnectionPool[AsyncConnection[Any]]:
    """The pool of this process. Raises IndexError before `open_pool`."""
    return _pools[-1]


@asynccontextmanager
async def open_pool(url: str, *, size: int = POOL_SIZE) -> AsyncIterator[AsyncConnectionPool[AsyncConnection[Any]]]:
    """Connections for the length of the block. Raises PoolTimeout when the server does not answer."""
    opened: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url, min_size=2, max_size=size, timeout=POOL_WAIT, open=False, name="recado"
    )
    await opened.open(wait=True, timeout=POOL_WAIT)
    _pools.append(opened)
    try:
        yield opened
    finally:
        _pools.remove(opened)
        await opened.close(timeout=2)


async def bypasses_row_security(url: str) -> str | None:
    """The role's name when it is a superuser or has BYPASSRLS, because then isolation is decoration.

    Raises SettingsError when the database does not answer.
    """
    try:
        conn = await AsyncConnection.connect(url)
    except OperationalError as problem:
        said = " ".join(str(problem).split())
        raise SettingsError(f"The database does not answer. Look at DATABASE_URL and at the server: {said}") from None
    async with conn:
        cursor = await conn.execute("select rolname from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)")
        found: Sequence[str] | None = await cursor.fetchone()
        return found[0] if found else None
