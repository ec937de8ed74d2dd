"""Long lists as files to take home: asked for, written page by page so that a million rows need no more memory than a hundred,
and kept for a week. What is in a list and who may have it, its feature says."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import msgspec
from psycopg.types.json import Jsonb

from app.core import files, i18n, live, workbook
from app.core.db import Db, Tenant, platform_tx
from app.core.download import Door
from app.core.files import File
from app.core.statements import statements

PAGE = 2000  # rows in one transaction
KEPT = timedelta(days=7)  # they hold people's numbers and are made anew in a minute
MIMES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

NOT_IN_NAMES = re.compile(r"[^\w.-]+")

Kind = Literal["csv", "xlsx"]
Subject = Literal["campaigns", "contacts"]
Pages = AsyncIterator[Sequence[Sequence[str]]]

q = statements("exports")


class Export(msgspec.Struct, frozen=True):
    id: int
    subject: Subject
    campaign_id: int | None
    kind: Kind
    name: str
    # What the list was narrowed to.
    chosen: dict[str, Any]
    language: str
    time_zone: str
    status: Literal["running", "done", "failed"]
    rows: int
    file_id: int | None
    created_by: int | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def expires_at(self) -> datetime | None:
        """None for one without a file, be it not yet or no more."""
        return self.finished_at + KEPT if self.finished_at and self.file_id else None


class Order(msgspec.Struct, frozen=True):
    """What is asked for, by whom, and on whose clock."""

    subject: Subject
    kind: Kind
    stem: str
    by: int
    time_zone: str
    chosen: dict[str, Any] = {}
    campaign_id: int | None = None

    @property
    def name(self) -> str:
        return f"{NOT_IN_NAMES.sub('-', self.stem).strip('-.') or self.subject}.{self.kind}"


async def begin(db: Db, order: Order) -> int:
    """In the language of whoever asks. The feature's own job writes it."""
    export_id: int = await db.value(
        q.create, subject=order.subject, campaign_id=order.campaign_id, kind=order.kind, name=order.name,
        chosen=Jsonb(order.chosen), language=i18n.language(), time_zone=order.time_zone, by=order.by,
    )  # fmt: skip
    return export_id


async def find(db: Db, export_id: int, subject: Subject) -> Export:
    return await db.one(q.find, Export, id=export_id, subject=subject)


async def latest(db: Db, subject: Subject, *, campaign_id: int | None = None) -> list[Export]:
    return await db.many(q.latest, Export, subject=subject, campaign_id=campaign_id)


async def file_of(db: Db, export: Export) -> File:
    """To be taken home, which the audit log is told. Raises NotFound before it is written and after its week."""
    file = await db.one(q.file, File, id=export.id)
    await db.run(q.note_download, subject=export.subject, id=export.id, name=export.name)
    return file


async def fill(export: Export, pages: Pages, door: Door, heard: tuple[str, str, int]) -> None:
    """The first line of the pages is the heading. Onto the disk first: what a stopped run has left there is nobody's, and the
    next one begins anew. `heard`: topic, name and id of what a page listens to."""
    with TemporaryDirectory(prefix="recado-export-") as folder, i18n.speaking(export.language):
        path = Path(folder) / "list.csv"
        await _write_csv(path, export, pages, door)
        if export.kind == "xlsx":
            try:
                await workbook.convert(path, path := path.with_suffix(".xlsx"))
            except workbook.WriterDied:
                await fail(export, door, heard)
                return
        async with door() as db:
            file = await files.store(db, export.name, MIMES[export.kind], _parts(path))
            await db.run(q.finish, id=export.id, status="done", file_id=file.id)
            await live.announce(db, *heard)


async def fail(export: Export, door: Door, heard: tuple[str, str, int]) -> None:
    async with door() as db:
        await db.run(q.finish, id=export.id, status="failed", file_id=None)
        await live.announce(db, *heard)


async def forget_old() -> None:
    """Their files, in every workspace; that there was an export stays to be read."""
    async with platform_tx() as door:
        outdated = await door.rows(q.outdated, kept=KEPT)
    for row in outdated:
        async with Tenant(row["tenant_id"]).tx() as db:
            await db.run(q.forget_files, kept=KEPT)


async def _write_csv(path: Path, export: Export, pages: Pages, door: Door) -> None:
    """As Excel opens it by a double click in Spain, Brazil and Indonesia: with a byte order mark and semicolons."""
    written = -1
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        async for rows in pages:
            lines.writerows(rows)
            written += len(rows)
            async with door() as db:
                await db.run(q.progress, id=export.id, rows=written)


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(files.PART):
            yield part
