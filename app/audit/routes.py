"""The page of the audit log, and the log as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.audit import audit, telling, words
from app.audit.audit import Filter
from app.audit.telling import Told
from app.core.asked import Asked
from app.core.i18n import N_, gettext
from app.core.pages import Page, local, page
from app.core.spreadsheet import defused
from app.core.typed import begin

LIST = "/settings/audit"
AREAS = {area: words.THINGS[area] for area in words.AREAS}
# For people first, then as it is kept.
COLUMNS = (
    N_("When"), N_("By whom"), N_("As"), N_("What"), N_("Carried out"), N_("Name"), N_("Before"), N_("After"), N_("How many"),
    N_("Reason"), N_("Address"), N_("Device"), N_("Entry"), N_("Moment"), N_("Action"), N_("Id"), N_("Before, as kept"),
    N_("After, as kept"), N_("Browser in its own words"), N_("Route"), N_("Request"),
)  # fmt: skip


class Wanted(Asked, frozen=True):
    """What an address says; days are of the workspace's calendar, the last one included."""

    q: str = ""
    person: str = ""
    area: str = ""
    verb: str = ""
    since: str = ""
    until: str = ""

    def filter(self, zone: str) -> Filter:
        person = int(self.person) if self.person.isdecimal() and len(self.person) < 19 else None
        until = begin(self.until, zone, days=1)
        area = self.area if self.area in words.AREAS else ""
        verb = self.verb if self.verb in words.DEEDS else ""
        return Filter(self.q.strip(), person, area, verb, begin(self.since, zone), until)


@get("/", guards=[needs(Permission.VIEW_AUDIT)])
async def index(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, after: FromQuery[str] = "") -> Page:
    asked = Wanted.of(request)
    found = await audit.search(db, asked.filter(viewer.time_zone), page=after)
    told = await telling.tell(db, found.rows, viewer.time_zone)
    shown: dict[str, Any] = {"people": await audit.people(db), "areas": AREAS, "words": words}
    return page(request, "audit/index.html", "entries", found=told, next=found.next, asked=asked, **shown)


@get("/{entry_id:int}", guards=[needs(Permission.VIEW_AUDIT)])
async def show(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, entry_id: FromPath[int]) -> Page:
    (told,) = await telling.tell(db, [await audit.find(db, entry_id)], viewer.time_zone)
    return page(request, "audit/show.html", told=told, entry=told.entry, words=words)


@get("/export", guards=[needs(Permission.EXPORT_AUDIT)])
async def export(request: CurrentRequest, viewer: CurrentViewer) -> Stream:
    """Written while it is read: never `db`, which is closed before the first byte."""
    only = Wanted.of(request).filter(viewer.time_zone)
    name = {"content-disposition": 'attachment; filename="recado-audit.csv"', "cache-control": "no-store"}
    return Stream(_lines(viewer, only), media_type="text/csv; charset=utf-8", headers=name)


async def _lines(viewer: Viewer, only: Filter) -> AsyncIterator[bytes]:
    """With the mark that tells a spreadsheet that it is UTF-8."""
    yield "\ufeff".encode() + _csv([[gettext(each) for each in COLUMNS]])
    async with viewer.tx() as db:
        async for entries in audit.all_of(db, only):
            yield _csv([_row(told, viewer.time_zone) for told in await telling.tell(db, entries, viewer.time_zone)])


def _row(told: Told, zone: str) -> list[Any]:
    entry = told.entry
    kept = [msgspec.json.encode(each).decode() if each else "" for each in (entry.before, entry.after)]
    return [
        f"{local(entry.at, zone):%Y-%m-%d %H:%M:%S}", entry.actor_name, gettext(words.ACTORS[entry.actor]),
        gettext(words.thing(entry)), gettext(words.deed(entry)[0]), told.subject,
        _lines_of([(each.word, each.before or ", ".join(each.removed)) for each in told.changes]),
        _lines_of([(each.word, each.after or ", ".join(each.added)) for each in told.changes]),
        entry.rows, entry.reason, entry.address, entry.device.words, entry.id, entry.at.isoformat(timespec="seconds"),
        entry.action, entry.subject_id, *kept, entry.agent, entry.route, entry.request_id,
    ]  # fmt: skip


def _lines_of(values: list[tuple[str, str]]) -> str:
    return "\n".join(f"{word}: {text}" for word, text in values if text)


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[defused(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


router = Router(LIST, route_handlers=[index, show, export])
