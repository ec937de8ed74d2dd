"""Contacts as a file: the list as it is filtered, some of it, or everybody; as far as whoever asks may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta

from app.access import viewer
from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.contacts import contact, label
from app.contacts.contact import TOPIC, Contact, Filter
from app.core import export
from app.core.db import Db, Tenant
from app.core.export import Export, Kind
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.pages import local
from app.core.spreadsheet import defused
from app.core.statements import statements

CHANGED = "contact_export_changed"
LARGEST_ID = 2**63 - 1
MOST_VARIABLES = 200  # columns beside our own
# Headings that an import knows again.
COLUMNS = (
    N_("Number"), N_("Name"), N_("E-mail"), N_("Company"), N_("Language"), N_("Labels"), N_("Username"), N_("Since"),
    N_("No advertising since"), N_("Only answers since"),
)  # fmt: skip

q = statements("contacts")


class Wish(msgspec.Struct, frozen=True):
    """With `ids` it is these people and nobody else."""

    kind: Kind = "csv"
    q: str = ""
    label_id: int | None = None
    opted_out: bool = False
    ids: list[Annotated[int, Meta(ge=1, le=LARGEST_ID)]] = []


async def begin(db: Db, wish: Wish, *, by: Viewer) -> Export:
    """In the language and on the clock of whoever asks. Raises NotFound for a label that is not there."""
    chosen = msgspec.structs.asdict(wish) | {"ids": sorted(set(wish.ids), reverse=True)}
    if wish.label_id is not None:
        chosen["label"] = (await label.find(db, wish.label_id)).name
    stem = gettext("Contacts")
    order = export.Order("contacts", wish.kind, stem, by.id, by.time_zone, chosen={k: v for k, v in chosen.items() if v})
    export_id = await export.begin(db, order)
    await write.later(db, export_id=export_id)
    return await export.find(db, export_id, "contacts")


async def latest(db: Db) -> list[Export]:
    """One's own: nobody reads over another one's shoulder."""
    return await export.latest(db, "contacts")


@job(queue="imports")
async def write(tenant: Tenant, *, export_id: int) -> None:
    """Whoever may no longer take contacts home gets no file."""
    async with tenant.tx() as db:
        found = await export.find(db, export_id, "contacts")
    if found.status != "running":
        return
    heard = (TOPIC, CHANGED, found.id)
    author = await viewer.of_member(found.created_by or 0, tenant.id)
    if author is None or not author.can(Permission.EXPORT_CONTACTS):
        await export.fail(found, tenant.tx, heard)
        return
    await export.fill(found, _pages(author, found), author.tx, heard)


async def _pages(author: Viewer, found: Export) -> AsyncIterator[list[list[str]]]:
    wish, last = msgspec.convert(found.chosen, Wish), None
    async with author.tx() as db:
        rows = await db.rows(q.variable_keys, ids=wish.ids or None, most=MOST_VARIABLES)
    keys = sorted(row["key"] for row in rows)
    yield [[*map(gettext, COLUMNS), *map(defused, keys)]]
    while True:
        async with author.tx() as db:
            ids = await _next(db, wish, last)
            people = await contact.cards(db, ids)
        if people:
            yield [_cells(person, keys, found.time_zone) for person in people]
        if len(ids) < export.PAGE:
            return
        last = ids[-1]


async def _next(db: Db, wish: Wish, last: int | None) -> list[int]:
    if wish.ids:
        return [each for each in wish.ids if last is None or each < last][: export.PAGE]
    return await contact.ids(db, Filter(wish.q, wish.label_id, wish.opted_out), last, export.PAGE)


def _cells(person: Contact, keys: list[str], zone: str) -> list[str]:
    since = {person.opted_out_scope: f"{local(person.opted_out_at, zone):%Y-%m-%d}"} if person.opted_out_at else {}
    labels = ", ".join(each.name for each in person.labels)
    cells = [
        person.phone, person.name, person.email, person.company, person.language, labels, person.username,
        f"{local(person.created_at, zone):%Y-%m-%d}", since.get("marketing", ""), since.get("all", ""),
        *(person.variables.get(key, "") for key in keys),
    ]  # fmt: skip
    return list(map(defused, cells))
