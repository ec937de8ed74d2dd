"""Everything of a workspace in one ZIP: lines of JSON for each table, its files, and a page that explains them.

A job reads it page by page onto the disk, so a large workspace needs no more memory than a small one. Row-level security
decides what belongs to the workspace; sql/functions/archives.sql what is too secret to leave.
"""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
from psycopg.types.json import Jsonb

from app.core import events, files, i18n, live
from app.core.clock import now, seconds
from app.core.db import Db, Tenant
from app.core.files import File
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.statements import statements
from app.tenants import tenant as workspaces

TOPIC = "workspace"
CHANGED = "workspace_export_changed"
PAGE = 2000  # rows in one transaction
KEPT = timedelta(days=7)
PATIENCE = timedelta(hours=12)  # with one whose worker never came back
TOLD = 1.0  # seconds between two words about the progress
ABOUT = N_(
    "This archive holds everything that %(workspace)s kept in Recado on %(day)s.\n\n"
    "data/ has one file for each kind of thing, with one JSON object per line; kinds without anything are left out."
    " Times are in UTC unless they say otherwise, and ids lead from one file to another: conversation_id in"
    " messages.jsonl is id in conversations.jsonl.\n\n"
    "files/ has pictures, voice notes, documents and whatever else was uploaded. Their names begin with the id that"
    " file_id mentions.\n\n"
    "Passwords, tokens and the keys of connected numbers are left out on purpose, and so is the journal of webhooks as"
    " they came.\n"
)

q = statements("archives")


class Export(msgspec.Struct, frozen=True):
    id: int
    status: Literal["running", "done", "failed", "expired"]
    language: str
    tables_done: int
    tables_total: int
    rows: int
    bytes: int
    file_id: int | None
    created_by: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    author: str


class Running(Exception):
    """One at a time is enough: they are all the same."""

    message = N_("One is being made already. It will be ready soon.")


class Author(msgspec.Struct, frozen=True):
    name: str
    email: str
    language: str
    workspace: str


async def begin(db: Db, *, by: int) -> Export:
    """In the language of the workspace. Raises Running."""
    language = (await workspaces.current(db)).language
    async with db.unique(Running):
        export_id = await db.value(q.begin, language=language, by=by)
    await write.later(db, export_id=export_id)
    return await find(db, export_id)


async def find(db: Db, export_id: int) -> Export:
    return await db.one(q.find, Export, id=export_id)


async def latest(db: Db) -> list[Export]:
    return await db.many(q.latest, Export)


async def author(db: Db, export_id: int) -> Author | None:
    """Who is told; None when they have left."""
    return await db.maybe(q.author, Author, id=export_id)


async def note_download(db: Db, export: Export, name: str) -> None:
    """For the audit log."""
    await db.run(q.note_download, id=export.id, name=name)


@job(queue="imports")
async def write(tenant: Tenant, *, export_id: int) -> None:
    """Onto the disk first; what a stopped run has left there is nobody's, and the next one begins anew."""
    async with tenant.tx() as db:
        export, workspace = await find(db, export_id), await workspaces.current(db)
        tables = [row["name"] for row in await db.rows(q.tables)]
    if export.status != "running":
        return
    with TemporaryDirectory(prefix="recado-archive-") as folder:
        path = Path(folder) / "workspace.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _about(workspace, export.language))
            rows = await Filling(tenant, export, archive).fill(tables)
        async with tenant.tx() as db:
            name = f"{workspace.slug}-{now():%Y-%m-%d}.zip"
            file = await files.store(db, name, "application/zip", _parts(path))
            if await db.run(q.finish, id=export.id, rows=rows, bytes=file.size, file_id=file.id, kept=KEPT):
                await events.record(db, "workspace_exported", export_id=export.id)
            await live.announce(db, TOPIC, CHANGED, export.id)


class Filling:
    """How far an archive is, told once a second."""

    def __init__(self, tenant: Tenant, export: Export, archive: zipfile.ZipFile) -> None:
        self.tenant, self.export, self.archive = tenant, export, archive
        self.rows, self.told = 0, 0.0

    async def fill(self, tables: list[str]) -> int:
        """How many rows went in."""
        steps = len(tables) + 1
        for done, table in enumerate(tables):
            await self._tell(done, steps)
            await self._add_table(table, done, steps)
        await self._tell(len(tables), steps, at_once=True)
        async for file in self._files():
            await self._add_file(file)
        return self.rows

    async def _add_table(self, table: str, done: int, steps: int) -> None:
        pages = self._pages(table)
        first = await anext(pages, None)
        if first is None:
            return
        with self.archive.open(f"data/{table}.jsonl", "w", force_zip64=True) as lines:
            await asyncio.to_thread(lines.write, first)
            async for page in pages:
                await self._tell(done, steps)
                await asyncio.to_thread(lines.write, page)

    async def _pages(self, table: str) -> AsyncIterator[bytes]:
        after = None
        while True:
            async with self.tenant.tx() as db:
                rows = await db.rows(q.page, of_table=table, after=after, size=PAGE)
            if rows:
                self.rows += len(rows)
                yield "".join(f"{row['line']}\n" for row in rows).encode()
            if len(rows) < PAGE:
                return
            after = Jsonb(rows[-1]["place"])

    async def _files(self) -> AsyncIterator[File]:
        last = 0
        while True:
            async with self.tenant.tx() as db:
                some = await db.many(q.files, File, last=last, size=PAGE)
            for file in some:
                yield file
            if len(some) < PAGE:
                return
            last = some[-1].id

    async def _add_file(self, file: File) -> None:
        """As it is: pictures and sound are compressed already."""
        name = re.sub(r"[^\w.-]+", "-", file.name)[-80:]
        entry = zipfile.ZipInfo(f"files/{file.id}-{name}", now().timetuple()[:6])
        async with self.tenant.tx() as db:
            with self.archive.open(entry, "w", force_zip64=True) as content:
                async for part in files.parts(db, file.id):
                    await asyncio.to_thread(content.write, part)

    async def _tell(self, done: int, steps: int, *, at_once: bool = False) -> None:
        if at_once or self.told + TOLD < seconds():
            self.told = seconds()
            async with self.tenant.tx() as db:
                await db.run(q.progress, id=self.export.id, done=done, total=steps, rows=self.rows)
                await live.announce(db, TOPIC, CHANGED, self.export.id)


def _about(workspace: workspaces.Workspace, language: str) -> str:
    with i18n.speaking(language):
        return gettext(ABOUT) % {"workspace": workspace.name, "day": f"{now():%Y-%m-%d}"}


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(files.PART):
            yield part


async def tidy(door: Db) -> None:
    """Archives whose week is over are deleted; those that nobody finishes have failed."""
    await door.run(q.give_up, patience=PATIENCE)
    for row in await door.rows(q.expired):
        async with Tenant(row["tenant_id"]).tx() as db:
            await db.run(q.expire)
