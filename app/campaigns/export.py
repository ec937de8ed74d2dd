"""The people of a campaign as a file: who got what, when, and why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from app.access.viewer import Viewer
from app.campaigns.campaign import CHANGED, TOPIC, Campaign
from app.campaigns.failing import reason
from app.campaigns.recipient import EXCLUDED, FILTERS
from app.core import export
from app.core.db import Db, NotFound, Tenant
from app.core.export import Export, Kind
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.pages import local
from app.core.spreadsheet import defused
from app.core.statements import statements

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


class Wish(msgspec.Struct, frozen=True):
    kind: Kind = "csv"
    only: str = ""


async def begin(db: Db, campaign: Campaign, wish: Wish, *, by: Viewer) -> Export:
    """In the language and on the clock of whoever asks."""
    chosen = {"only": wish.only if wish.only in FILTERS else ""}
    stem = f"{campaign.name}-{campaign.id}"
    order = export.Order("campaigns", wish.kind, stem, by.id, by.time_zone, chosen=chosen, campaign_id=campaign.id)
    export_id = await export.begin(db, order)
    await write.later(db, export_id=export_id)
    return await export.find(db, export_id, "campaigns")


async def find(db: Db, campaign_id: int, export_id: int) -> Export:
    """Raises NotFound for one of another campaign."""
    found = await export.find(db, export_id, "campaigns")
    if found.campaign_id != campaign_id:
        raise NotFound(export_id)
    return found


async def latest(db: Db, campaign_id: int) -> list[Export]:
    return await export.latest(db, "campaigns", campaign_id=campaign_id)


@job(queue="imports")
async def write(tenant: Tenant, *, export_id: int) -> None:
    async with tenant.tx() as db:
        found = await export.find(db, export_id, "campaigns")
    if found.status == "running":
        await export.fill(found, _pages(tenant, found), tenant.tx, (TOPIC, CHANGED, found.campaign_id or 0))


async def _pages(tenant: Tenant, found: Export) -> AsyncIterator[list[list[str]]]:
    yield [list(map(gettext, COLUMNS))]
    last, statuses = 0, list(FILTERS[found.chosen["only"]])
    while True:
        async with tenant.tx() as db:
            rows = await db.rows(q.page, campaign_id=found.campaign_id, statuses=statuses, last=last, size=export.PAGE)
        if not rows:
            return
        yield [_cells(row, found.time_zone) for row in rows]
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
