"""Who wants no more, over the API: noted, undone, and proved."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.contacts import consent, contact
from app.contacts.consent import Entry, Said, Scope
from app.contacts.contact import Contact
from app.core.i18n import N_

TAGS = [N_("Contacts")]


class OptOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`marketing` stops campaigns and templates with advertising, `all` leaves nothing but answers. `text` is kept as proof."""

    scope: Scope = "marketing"
    text: Annotated[str, Meta(max_length=500)] = ""


@put("/contacts/{contact_id:int}/opt-out", operation_id="opt_contact_out", summary=N_("Somebody wants no more"), tags=TAGS,
     guards=[needs(Permission.CHANGE_CONSENT)])  # fmt: skip
async def opt_out(db: TenantDb, viewer: CurrentViewer, data: JSONBody[OptOut], contact_id: FromPath[int]) -> Contact:
    person = await contact.find(db, contact_id)
    await consent.opt_out(db, [Said(person.id, text=data.text)], "api", scope=data.scope, by=viewer)
    return await contact.find(db, person.id)


@delete("/contacts/{contact_id:int}/opt-out", operation_id="opt_contact_in", summary=N_("Somebody wants it again"), tags=TAGS,
        status_code=200, guards=[needs(Permission.CHANGE_CONSENT)])  # fmt: skip
async def opt_in(db: TenantDb, viewer: CurrentViewer, contact_id: FromPath[int], text: FromQuery[str] = "") -> Contact:
    person = await contact.find(db, contact_id)
    await consent.opt_in(db, [Said(person.id, text=text)], "api", by=viewer)
    return await contact.find(db, person.id)


@get("/contacts/{contact_id:int}/consent-events", operation_id="list_consent_events", tags=TAGS,
     summary=N_("What somebody wanted, and when"), guards=[needs(Permission.VIEW_CONSENT)])  # fmt: skip
async def events(db: TenantDb, contact_id: FromPath[int]) -> Listing[Entry]:
    return Listing(await consent.ledger(db, (await contact.find(db, contact_id)).id))


handlers = [opt_out, opt_in, events]
