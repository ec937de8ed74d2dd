"""Imports: upload, say what the columns mean, watch, and take home what was refused."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, TypeAlias

import msgspec
import phonenumbers
from litestar import Router, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Stream
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.settings_routes import countries
from app.access.viewer import CurrentRequest, Viewer
from app.contacts import contact_import
from app.contacts.columns import Kind
from app.contacts.contact_import import Choice, Import
from app.contacts.unreadable import SpreadsheetError
from app.core import i18n, phone
from app.core.db import Db
from app.core.forms import NOT_POSSIBLE, REQUIRED, Form, SubmittedForm, blank, parse
from app.core.i18n import N_, gettext
from app.core.pages import Page, page, redirect

LINE = N_("Line")
REASON = N_("Why it was refused")
REFUSALS_SHOWN = 5
KINDS = [
    (Kind.PHONE, N_("Phone number")), (Kind.NAME, N_("Name")), (Kind.FIRST_NAME, N_("First name")),
    (Kind.LAST_NAME, N_("Last name")), (Kind.EMAIL, N_("E-mail")), (Kind.COMPANY, N_("Company")),
    (Kind.LANGUAGE, N_("Language")), (Kind.LABELS, N_("Labels")), (Kind.VARIABLE, N_("Variable")),
    (Kind.IGNORED, N_("Leave out")),
]  # fmt: skip

Upload: TypeAlias = MultipartBody[dict[str, Any]]


class Wish(msgspec.Struct, frozen=True):
    """`kinds` are the meanings of the columns, from left to right."""

    kinds: list[Kind]
    country: str
    label: Annotated[str, Meta(max_length=60)] = ""


@get("/", guards=[needs(Permission.IMPORT_CONTACTS)])
async def index(request: CurrentRequest, db: TenantDb, after: FromQuery[str] = "") -> Page:
    return page(request, "contacts/imports.html", "rows", found=await contact_import.latest(db, page=after))


@get("/new", guards=[needs(Permission.IMPORT_CONTACTS)])
async def new(request: CurrentRequest) -> Page:
    return page(request, "contacts/import_new.html", "form", form=blank())


# No transaction is open while a large file is looked into.
@post("/", guards=[needs(Permission.IMPORT_CONTACTS)])
async def create(request: CurrentRequest, viewer: CurrentViewer, data: Upload) -> Page:
    form: Form[Any] = Form()
    file = data.get("file")
    if isinstance(file, UploadFile) and file.filename:
        try:
            async with _on_disk(file) as path:
                import_id = await contact_import.upload(viewer, file.filename, file.content_type, path)
            return redirect(request, f"/contacts/imports/{import_id}")
        except SpreadsheetError as problem:
            form.errors["file"] = gettext(problem.message) % problem.values
    else:
        form.errors["file"] = REQUIRED
    return page(request, "contacts/import_new.html", "form", status=422, form=form)


@get("/{import_id:int}", guards=[needs(Permission.IMPORT_CONTACTS)])
async def show(request: CurrentRequest, db: TenantDb, import_id: FromPath[int]) -> Page:
    return await _page(request, db, await contact_import.find(db, import_id))


@put("/{import_id:int}/mapping", guards=[needs(Permission.IMPORT_CONTACTS)])
async def change_mapping(request: CurrentRequest, db: TenantDb, data: SubmittedForm, import_id: FromPath[int]) -> Page:
    found = await contact_import.find(db, import_id)
    form = await _choose(db, found, data)
    return await _page(request, db, await contact_import.find(db, import_id), form)


@put("/{import_id:int}/run", guards=[needs(Permission.IMPORT_CONTACTS)])
async def run(request: CurrentRequest, db: TenantDb, data: SubmittedForm, import_id: FromPath[int]) -> Page:
    found = await contact_import.find(db, import_id)
    form = await _choose(db, found, data) if found.state == "mapping" else blank()
    if not form.errors:
        try:
            await contact_import.start(db, await contact_import.find(db, import_id))
        except contact_import.NoPhoneColumn as problem:
            form.errors["kinds"] = problem.message
    return await _page(request, db, await contact_import.find(db, import_id), form)


@delete("/{import_id:int}/run", status_code=200, guards=[needs(Permission.IMPORT_CONTACTS)])
async def cancel(request: CurrentRequest, db: TenantDb, import_id: FromPath[int]) -> Page:
    await contact_import.cancel(db, await contact_import.find(db, import_id))
    return await _page(request, db, await contact_import.find(db, import_id))


@get("/{import_id:int}/refusals", guards=[needs(Permission.IMPORT_CONTACTS)])
async def refusals(viewer: CurrentViewer, db: TenantDb, import_id: FromPath[int]) -> Stream:
    found = await contact_import.find(db, import_id)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(found.file_name).stem)
    headers = {"Content-Disposition": f'attachment; filename="{stem}-{found.id}.csv"'}
    return Stream(_refusals_csv(viewer, found, i18n.language()), media_type="text/csv; charset=utf-8", headers=headers)


async def _page(request: CurrentRequest, db: Db, found: Import, form: Form[Any] | None = None) -> Page:
    form = form or blank()
    shown = {
        "found": found, "form": form, "countries": countries(i18n.language()),
        "preview": _preview(found), "kinds": KINDS, "keys": {index: key for key, index in found.columns.variables.items()},
        "refused": await contact_import.refusals(db, found, most=REFUSALS_SHOWN) if found.refused else [],
    }  # fmt: skip
    return page(request, "contacts/import.html", "import", status=422 if form.errors else 200, **shown)


async def _choose(db: Db, found: Import, data: dict[str, str | list[str]]) -> Form[Wish]:
    form = parse(Wish, data)
    if not form.errors and form.value.country not in phonenumbers.SUPPORTED_REGIONS:
        form.errors["country"] = NOT_POSSIBLE
    if not form.errors and len(form.value.kinds) != len(found.sheet.columns):
        form.errors["kinds"] = NOT_POSSIBLE
    if not form.errors:
        await contact_import.choose(db, found, Choice(form.value.kinds, form.value.country), label=form.value.label)
    return form


def _preview(found: Import) -> list[tuple[list[str], str | None]]:
    """The first rows, each with its number as it will be stored, or None when the row will be refused."""
    column = found.columns.phone
    rows = found.sheet.sample[: contact_import.PREVIEWED]
    return [(row, None if column is None else phone.normalise(row[column], found.mapping.country)) for row in rows]


@asynccontextmanager
async def _on_disk(file: UploadFile) -> AsyncIterator[Path]:
    """The reader is a process of its own, so it needs a name."""
    with NamedTemporaryFile(prefix="recado-upload-") as copy:
        await asyncio.to_thread(shutil.copyfileobj, file.file, copy)
        copy.flush()
        yield Path(copy.name)


async def _refusals_csv(viewer: Viewer, found: Import, language: str) -> AsyncIterator[str]:
    """As Excel opens it by a double click in Spain, Brazil and Indonesia: with a byte order mark and semicolons."""
    yield "\ufeff"
    with i18n.speaking(language):
        yield _csv_line([gettext(LINE), gettext(REASON), *found.sheet.columns])
    last = 0
    while True:
        # Short transactions, because the download may be slow.
        async with viewer.tx() as db:
            some = await contact_import.refusals(db, found, last=last)
        if not some:
            return
        with i18n.speaking(language):
            reasons = [gettext(each.reason) for each in some]
        yield "".join(_csv_line([each.line, reason, *each.cells]) for each, reason in zip(some, reasons, strict=True))
        last = some[-1].line


def _csv_line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(cells)
    return line.getvalue()


router = Router("/contacts/imports", route_handlers=[index, new, create, show, change_mapping, run, cancel, refusals])
