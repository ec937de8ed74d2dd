"""The people of a campaign as a file: a job reads them page by page, so a million need no more memory than a hundred."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import msgspec

from app.access.viewer import Viewer
from app.campaigns import workbook
from app.campaigns.campaign import CHANGED, TOPIC, Campaign
from app.campaigns.failing import reason
from app.campaigns.recipient import EXCLUDED, FILTERS
from app.core import files, i18n, live
from app.core.db import Db, Tenant, platform_tx
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.pages import local
from app.core.spreadsheet import defused
from app.core.statements import statements

PAGE = 2000  # rows in one transaction
PART = 1024 * 1024  # bytes
KEPT = timedelta(days=7)  # they hold people's numbers and are made anew in a minute
MIMES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
COLUMNS = (
    N_("Number"), N_("Name"), N_("Text"), N_("State"), N_("Sent"), N_("Delivered"), N_("Read"), N_("Answered"), N_("Failed"),
    N_("Reason"), N_("WhatsApp's code"), N_("Attempts"), N_("Presses"),
)  # fmt: skip
STATES = {
    "pending": N_("Waiting"), "retry": N_("Tried again"), "sending": N_("Being sent"), "uncertain": N_("Unknown"),
    "held": N_("Being checked"), "sent": N_("Sent"), "delivered": N_("Delivered"), "read": N_("Read"), "failed": N_("Failed"),
    "skipped": N_("Skipped"), "cancelled": N_("Cancelled"),
}  # fmt: skip
SKIPPED = {
    "opted_out": N_("Does not want advertising"), "no_address": N_("Has no number"), "text_too_long": N_("A value is too long"),
    "missing_variable": N_("Nothing to fill a variable with"), EXCLUDED: N_("Taken out by hand"),
}  # fmt: skip

q = statements("campaign_exports")


class Export(msgspec.Struct, frozen=True):
    id: int
    campaign_id: int
    kind: Literal["csv", "xlsx"]
    filter: str
    language: str
    time_zone: str
    status: Literal["running", "done", "failed"]
    rows: int
    file_id: int | None
    created_at: datetime
    campaign: str

    @property
    def name(self) -> str:
        stem = re.sub(r"[^\w.-]+", "-", self.campaign).strip("-.") or "campaign"
        return f"{stem}-{self.campaign_id}.{self.kind}"


class Wish(msgspec.Struct, frozen=True):
    kind: Literal["csv", "xlsx"] = "csv"
    only: str = ""


async def begin(db: Db, campaign: Campaign, wish: Wish, *, by: Viewer) -> Export:
    """In the language and on the clock of whoever asks."""
    export_id = await db.value(
        q.create, campaign_id=campaign.id, kind=wish.kind, filter=wish.only if wish.only in FILTERS else "",
        language=i18n.language(), time_zone=by.time_zone, by=by.id,
    )  # fmt: skip
    await write.later(db, export_id=export_id)
    return await find(db, export_id)


async def find(db: Db, export_id: int) -> Export:
    return await db.one(q.find, Export, id=export_id)


async def latest(db: Db, campaign_id: int) -> list[Export]:
    return await db.many(q.latest, Export, campaign_id=campaign_id)


async def forget_old() -> None:
    """Their files, in every workspace; that there was an export stays to be read."""
    async with platform_tx() as door:
        outdated = await door.rows(q.outdated, kept=KEPT)
    for row in outdated:
        async with Tenant(row["tenant_id"]).tx() as db:
            await db.run(q.forget_files, kept=KEPT)


@job(queue="imports")
async def write(tenant: Tenant, *, export_id: int) -> None:
    """Into a file on disk first; what a stopped run has left there is nobody's, and the next one begins anew."""
    async with tenant.tx() as db:
        export = await find(db, export_id)
    if export.status != "running":
        return
    with TemporaryDirectory(prefix="recado-export-") as folder:
        path = Path(folder) / "people.csv"
        rows = await _write_csv(tenant, export, path)
        if export.kind == "xlsx":
            try:
                await workbook.convert(path, path := path.with_suffix(".xlsx"))
            except workbook.WriterDied:
                await _finish(tenant, export, rows=rows, path=None)
                return
        await _finish(tenant, export, rows=rows, path=path)


async def _finish(tenant: Tenant, export: Export, *, rows: int, path: Path | None) -> None:
    """Without a file it has failed."""
    async with tenant.tx() as db:
        file = await files.store(db, export.name, MIMES[export.kind], _parts(path)) if path else None
        status = "done" if file else "failed"
        await db.run(q.finish, id=export.id, status=status, rows=rows, file_id=file.id if file else None)
        await live.announce(db, TOPIC, CHANGED, export.campaign_id)


async def _write_csv(tenant: Tenant, export: Export, path: Path) -> int:
    """As Excel opens it by a double click in Spain, Brazil and Indonesia: with a byte order mark and semicolons."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file, i18n.speaking(export.language):
        lines = csv.writer(file, delimiter=";")
        lines.writerow(map(gettext, COLUMNS))
        async for rows in _pages(tenant, export):
            lines.writerows(_cells(row, export.time_zone) for row in rows)
            written += len(rows)
            async with tenant.tx() as db:
                await db.run(q.progress, id=export.id, rows=written)
    return written


async def _pages(tenant: Tenant, export: Export) -> AsyncIterator[list[dict[str, Any]]]:
    last, statuses = 0, list(FILTERS[export.filter])
    while True:
        async with tenant.tx() as db:
            rows = await db.rows(q.page, campaign_id=export.campaign_id, statuses=statuses, last=last, size=PAGE)
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def _cells(row: dict[str, Any], zone: str) -> list[str]:
    why = ""
    if row["status"] == "failed":
        why = gettext(reason(row["error_code"], row["error_detail"]).title)
    elif row["skip_reason"]:
        why = gettext(SKIPPED.get(row["skip_reason"], STATES["skipped"]))
    times = [_time(row[f"{name}_at"], zone) for name in ("sent", "delivered", "read", "answered", "failed")]
    text = "" if row["variant"] is None else chr(ord("A") + row["variant"])
    cells = [row["address"], row["name"], text, gettext(STATES[row["status"]]), *times, why]
    return [*map(defused, cells), *(str(row[name] or "") for name in ("error_code", "attempt", "clicks"))]


def _time(at: datetime | None, zone: str) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M:%S}" if at else ""


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part
