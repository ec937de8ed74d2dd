"""Alerts over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.alerts import alert, raising
from app.api.listing import Listing, listed
from app.core.i18n import N_
from app.core.paging import Page

TAGS = [N_("Alerts")]


class Alert(msgspec.Struct, frozen=True):
    """`subject_id` is the id of its row, or the name of a queue. Sentences are in the language of the token's person."""

    id: int
    kind: str
    severity: str
    subject: str
    subject_id: str
    title: str
    advice: str
    facts: dict[str, Any]
    first_at: datetime
    last_at: datetime
    times: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    by_itself: bool


@get("/alerts", operation_id="list_alerts", summary=N_("What needs somebody, open alerts first"), tags=TAGS,
     guards=[needs(Permission.VIEW_ALERTS)])  # fmt: skip
async def index(
    db: TenantDb, only: FromQuery[Literal["", "open", "resolved"]] = "", kind: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Listing[Alert]:
    found = await alert.search(db, only=only, kind=kind, page=after)
    return listed(Page([_shown(each) for each in found.rows], found.next))


@post("/alerts/{alert_id:int}/resolve", operation_id="resolve_alert", summary=N_("Resolve an alert by hand"), tags=TAGS,
      status_code=200, guards=[needs(Permission.RESOLVE_ALERTS)])  # fmt: skip
async def resolve(db: TenantDb, viewer: CurrentViewer, alert_id: FromPath[int]) -> Alert:
    return _shown(await raising.resolve(db, await alert.find(db, alert_id), by=viewer))


def _shown(found: alert.Alert) -> Alert:
    same = {name: getattr(found, name) for name in Alert.__struct_fields__ if name != "subject_id"}
    return Alert(subject_id=found.key, **same)


handlers = [index, resolve]
