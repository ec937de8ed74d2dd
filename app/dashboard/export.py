"""The figures of a period as a file: so few rows that they are written while somebody waits."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import Response

from app.access.viewer import Viewer
from app.core import workbook
from app.core.db import Db
from app.core.download import named
from app.core.export import MIMES, Kind
from app.core.i18n import N_, gettext
from app.core.spreadsheet import defused
from app.core.workbook import Cell
from app.dashboard import stats
from app.dashboard.people import Person, of_period
from app.dashboard.period import Period
from app.dashboard.stats import Figures

FIGURES = {
    "received": N_("Received"), "sent": N_("Sent"), "delivered": N_("Delivered"), "read": N_("Read"),
    "answered": N_("Answers to campaigns"), "failed": N_("Not sent"),
}  # fmt: skip
DEEDS = {
    "name": N_("Person"), "taken": N_("Conversations taken"), "sent": N_("Messages sent"), "answered": N_("First answers"),
    "median": N_("First answer, median in seconds"), "p90": N_("First answer, nine of ten within seconds"),
    "resolved": N_("Resolved"),
}  # fmt: skip

Rows = list[Sequence[Cell]]


async def take_home(db: Db, period: Period, kind: Kind, *, people: bool, by: Viewer) -> Response[bytes]:
    """Of the days; or of the people, as far as this viewer may see them."""
    if people:
        rows = _of_people(await of_period(db, period, seen_by=by))
    else:
        rows = _of_days((await stats.of_period(db, period)).rows, gettext(N_("Day") if period.days > 1 else N_("Hour")))
    content = _csv(rows) if kind == "csv" else await asyncio.to_thread(_workbook, rows)
    name = f"{gettext('Dashboard')}-{period.first}-{period.last}.{kind}"
    return Response(content, media_type=MIMES[kind], headers=named(name))


def _of_days(rows: list[Figures], first: str) -> Rows:
    heading = [first, *map(gettext, FIGURES.values())]
    return [heading, *([row.key, *(getattr(row, name) for name in FIGURES)] for row in rows)]


def _of_people(people: list[Person]) -> Rows:
    return [[*map(gettext, DEEDS.values())], *([getattr(person, name) for name in DEEDS] for person in people)]


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([map(defused, row) for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _workbook(rows: Rows) -> bytes:
    with TemporaryDirectory(prefix="recado-export-") as folder:
        path = Path(folder) / "figures.xlsx"
        workbook.write(rows, path)
        return path.read_bytes()
