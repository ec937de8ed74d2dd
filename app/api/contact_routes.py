"""Contacts and their imports over the API."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State, UploadFile
from litestar.exceptions import SerializationException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.api.listing import Listing, listed
from app.api.problems import Invalid, Unreadable
from app.contacts import contact, contact_import
from app.contacts.columns import Kind
from app.contacts.contact import Contact
from app.contacts.contact_import import Choice, Import
from app.core.db import Db
from app.core.forms import REQUIRED, parse
from app.core.i18n import N_

TAGS = [N_("Contacts")]
NO_SUCH_COLUMN = N_("The file has no column with this heading.")


class NewContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phone: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""
    company: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    label_ids: list[int] = []
    variables: dict[str, str] = {}


class ImportOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mapping` says what columns mean, by their headings; what it leaves out is guessed."""

    csv: Annotated[str, Meta(min_length=1)]
    name: str = "contacts.csv"
    mapping: dict[str, Kind] = {}
    country: str = ""
    label: Annotated[str, Meta(max_length=60)] = ""


class ImportState(msgspec.Struct, frozen=True):
    id: int
    state: str
    rows: int
    rows_done: int
    added: int
    updated: int
    repeated: int
    refused: int
    mapping: dict[str, Kind]
    error: str
    created_at: datetime
    finished_at: datetime | None


@get(
    "/contacts", operation_id="list_contacts", summary=N_("Find contacts"), tags=TAGS, guards=[needs(Permission.VIEW_CONTACTS)]
)
async def index(
    db: TenantDb, q: FromQuery[str] = "", label: FromQuery[int | None] = None, after: FromQuery[str] = ""
) -> Listing[Contact]:
    return listed(await contact.search(db, q, label_id=label, page=after))


@post(
    "/contacts", operation_id="create_contact", summary=N_("Add a contact"), tags=TAGS,
    guards=[needs(Permission.CREATE_CONTACTS)],
)  # fmt: skip
async def create(db: TenantDb, viewer: CurrentViewer, data: JSONBody[NewContact]) -> Contact:
    known = msgspec.structs.asdict(data)
    variables = known.pop("variables")
    if data.label_ids:
        require(viewer, Permission.LABEL_CONTACTS)
    wish = contact.Wish(**known, keys=list(variables), values=list(variables.values()))
    return await contact.create(db, wish, country=viewer.country)


# No transaction is open while the file is looked into.
@post(
    "/contacts/imports", operation_id="create_contact_import", summary=N_("Import contacts from a file"), tags=TAGS,
    status_code=202, guards=[needs(Permission.IMPORT_CONTACTS)],
)  # fmt: skip
async def create_import(request: Request[Viewer, Any, State], viewer: CurrentViewer) -> ImportState:
    order, file = await _read(request)
    async with _on_disk(file) as path:
        import_id = await contact_import.upload(viewer, order.name, "text/csv", path)
    async with viewer.tx() as db:
        return await _start(db, import_id, order, order.country or viewer.country)


@get(
    "/contacts/imports/{import_id:int}", operation_id="show_contact_import", summary=N_("How far an import is"), tags=TAGS,
    guards=[needs(Permission.IMPORT_CONTACTS)],
)  # fmt: skip
async def show_import(db: TenantDb, import_id: FromPath[int]) -> ImportState:
    return _state(await contact_import.find(db, import_id))


async def _read(request: Request[Viewer, Any, State]) -> tuple[ImportOrder, IO[bytes]]:
    """A multipart form with the file and the rest as texts (mapping as JSON), or JSON with the CSV in it."""
    try:
        if request.content_type[0] != "multipart/form-data":
            order = _order(await request.json())
            return order, BytesIO(order.csv.encode())
        form = await request.form()
        file, mapping = form.get("file"), msgspec.json.decode(str(form.get("mapping") or "{}"))
    except (SerializationException, msgspec.DecodeError):
        raise Unreadable from None
    if not isinstance(file, UploadFile):
        raise Invalid(file=REQUIRED)
    texts = {name: form.get(name, "") for name in ("country", "label")}
    return _order({**texts, "name": file.filename, "mapping": mapping, "csv": "-"}), file.file


def _order(given: Any) -> ImportOrder:
    form = parse(ImportOrder, given if isinstance(given, dict) else {})
    if form.errors:
        raise Invalid(**form.errors)
    return form.value


@asynccontextmanager
async def _on_disk(file: IO[bytes]) -> AsyncIterator[Path]:
    with NamedTemporaryFile(prefix="recado-api-import-") as copy:
        await asyncio.to_thread(shutil.copyfileobj, file, copy)
        copy.flush()
        yield Path(copy.name)


async def _start(db: Db, import_id: int, order: ImportOrder, country: str) -> ImportState:
    found = await contact_import.find(db, import_id)
    if order.mapping.keys() - set(found.sheet.columns):
        raise Invalid(mapping=NO_SUCH_COLUMN)
    guessed = zip(found.sheet.columns, found.mapping.kinds, strict=True)
    kinds = [order.mapping.get(column, kind) for column, kind in guessed]
    await contact_import.choose(db, found, Choice(kinds, country), label=order.label)
    await contact_import.start(db, await contact_import.find(db, import_id))
    return _state(await contact_import.find(db, import_id))


def _state(found: Import) -> ImportState:
    counts = {name: getattr(found, name) for name in ("rows_done", "added", "updated", "repeated", "refused")}
    mapping = dict(zip(found.sheet.columns, found.mapping.kinds, strict=True))
    return ImportState(found.id, found.state, found.sheet.rows, mapping=mapping, error=found.error, created_at=found.created_at,
                       finished_at=found.finished_at, **counts)  # fmt: skip


handlers = [index, create, create_import, show_import]
