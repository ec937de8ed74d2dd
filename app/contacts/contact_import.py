"""Imports: a file goes up, a person says what its columns mean, a job stores its people batch by batch.

Each batch and the count of rows that are done commit together, so an import that was killed goes on where it was, and the
same batch is never stored twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
from msgspec import Struct

from app.access.viewer import Viewer
from app.contacts import columns, reading
from app.contacts.columns import Kind, Mapping
from app.contacts.reader import Read
from app.contacts.spreadsheets import Sheet
from app.core import events, files, live
from app.core.clock import seconds
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.paging import Page, after, page_of
from app.core.statements import statements

PREVIEWED = 10  # rows
ANNOUNCE_EVERY = 1.0  # seconds
CHUNK = 1 << 20

DIED = N_("Reading the file stopped. What was imported until then is there; continue to import the rest.")

q = statements("contact_imports")


class Table(Sheet, frozen=True):
    """The sheet as it was uploaded, and how many rows it has."""

    rows: int = 0


class Choice(Struct, frozen=True):
    """What a person decided: what each column means, and where numbers without a country code are from."""

    kinds: list[Kind]
    country: str


class Import(Struct, frozen=True):
    id: int
    file_id: int
    file_name: str
    state: str
    sheet: Table
    mapping: Choice
    label: str
    rows_done: int
    added: int
    updated: int
    repeated: int
    refused: int
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def columns(self) -> Mapping:
        return columns.arrange(self.mapping.kinds, self.sheet.columns)

    @property
    def share(self) -> float:
        return self.rows_done / max(self.sheet.rows, 1)


class Refused(Struct, frozen=True):
    line: int
    reason: str
    cells: list[str]


class NoPhoneColumn(Exception):
    """Without numbers nobody can be written to."""

    message = N_("Say which column holds the phone numbers.")


async def upload(viewer: Viewer, name: str, mime: str, path: Path) -> int:
    """Looks into the file before anything is stored. Raises SpreadsheetError when it cannot be imported."""
    found = await reading.look(path, viewer.country)
    table = Table(**msgspec.structs.asdict(found.sheet), rows=found.rows)
    async with viewer.tx() as db:
        file = await files.store(db, name, mime, _chunks(path))
        made: int = await db.value(
            q.create,
            file_id=file.id,
            by=viewer.id,
            sheet=_json(table),
            mapping=_json(Choice(found.kinds, viewer.country)),
        )
        return made


async def find(db: Db, import_id: int) -> Import:
    return msgspec.convert(await db.one(q.find, dict, id=import_id), Import)


async def latest(db: Db, *, page: str | None = None) -> Page[Import]:
    (last,) = after(page, int)
    rows = await db.rows(q.latest, last=last)
    return page_of([msgspec.convert(row, Import) for row in rows], lambda each: (each.id,))


async def choose(db: Db, found: Import, choice: Choice, *, label: str) -> None:
    """Only until it starts."""
    await db.run(q.map, id=found.id, mapping=_json(choice), label=label)


async def start(db: Db, found: Import) -> None:
    """Or goes on, after it was cancelled or failed. Raises NoPhoneColumn."""
    if found.columns.phone is None:
        raise NoPhoneColumn
    if await db.run(q.start, id=found.id):
        await run.later(db, import_id=found.id)
        await _announce(db, found.id)


async def cancel(db: Db, found: Import) -> None:
    """The batch that is being stored is finished; what was imported stays."""
    await db.run(q.cancel, id=found.id)
    await _announce(db, found.id)


async def refusals(db: Db, found: Import, *, last: int = 0, most: int = 1000) -> list[Refused]:
    """In the order of the lines, after line `last`."""
    return await db.many(q.refusals, Refused, import_id=found.id, last=last, most=most)


@job(queue="imports")
async def run(tenant: Tenant, *, import_id: int) -> None:
    """Stores batch after batch, until the file ends or somebody cancels. Safe to run twice, one after the other or at once."""
    async with tenant.tx() as db:
        found = await find(db, import_id)
    if found.state != "running":
        return
    try:
        async with _on_disk(tenant, found.file_id) as path:
            await _store_all(tenant, found, path)
    except reading.ReaderDied:
        async with tenant.tx() as db:
            await db.run(q.fail, id=import_id, error=DIED)
            await _announce(db, import_id)


async def _store_all(tenant: Tenant, found: Import, path: Path) -> None:
    done, announced = found.rows_done, 0.0
    sheet = msgspec.structs.replace(found.sheet, sample=[])
    order = Read(str(path), found.mapping.country, sheet, found.columns, found.label, done)
    async for batch in reading.documents(order):
        async with tenant.tx() as db:
            stored = await db.value(q.store, id=found.id, seen=done, batch=batch)
            if stored is None:
                return
            done = stored
            if seconds() - announced > ANNOUNCE_EVERY:
                announced = seconds()
                await live.announce(db, "contacts", "contact_import_changed", found.id)
    async with tenant.tx() as db:
        if await db.run(q.finish, id=found.id, seen=done):
            await db.run(q.drop_upload, file_id=found.file_id)
            await db.run(q.analyze)
            await events.record(db, "contacts_imported", import_id=found.id)
            await _announce(db, found.id)


async def _announce(db: Db, import_id: int) -> None:
    await live.announce(db, "contacts", "contact_import_changed", import_id)
    await live.announce(db, "contacts", "contacts_changed")


@asynccontextmanager
async def _on_disk(tenant: Tenant, file_id: int) -> AsyncIterator[Path]:
    with NamedTemporaryFile(prefix="recado-import-") as file:
        async with tenant.tx() as db:
            async for part in files.parts(db, file_id):
                await asyncio.to_thread(file.write, part)
        file.flush()
        yield Path(file.name)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def _json(document: Struct) -> str:
    return msgspec.json.encode(document).decode()
