"""Contacts as a file, over the API."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.exports import Export, told
from app.contacts import export
from app.core import export as exports
from app.core.download import attachment
from app.core.i18n import N_

TAGS = [N_("Contacts")]
GUARDS = [needs(Permission.EXPORT_CONTACTS)]


class NewContactExport(export.Wish, frozen=True, forbid_unknown_fields=True):
    """Whom `list_contacts` would find, or the people of `ids` and nobody else; without either everybody."""


@post("/contacts/exports", operation_id="create_contact_export", tags=TAGS, guards=GUARDS, status_code=202,
      summary=N_("Write contacts into a file"))  # fmt: skip
async def begin(db: TenantDb, viewer: CurrentViewer, data: JSONBody[NewContactExport]) -> Export:
    return told(await export.begin(db, data, by=viewer))


@get("/contacts/exports/{list_id:int}", operation_id="show_contact_export", tags=TAGS, guards=GUARDS,
     summary=N_("How far a file is"))  # fmt: skip
async def show(db: TenantDb, list_id: FromPath[int]) -> Export:
    return told(await exports.find(db, list_id, "contacts"))


@get("/contacts/exports/{list_id:int}/file", operation_id="download_contact_export", tags=TAGS, guards=GUARDS,
     summary=N_("The file itself"))  # fmt: skip
async def download(db: TenantDb, viewer: CurrentViewer, list_id: FromPath[int]) -> Stream:
    return attachment(await exports.file_of(db, await exports.find(db, list_id, "contacts")), viewer.tx)


handlers = [begin, show, download]
