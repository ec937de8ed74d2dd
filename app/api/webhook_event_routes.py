"""The journal of webhooks over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing, listed
from app.core.i18n import N_
from app.intake import event, replaying
from app.intake.event import Event, Filter

TAGS = [N_("Operations")]


@get("/webhook-events", operation_id="list_webhook_events", summary=N_("What WhatsApp sent, newest first"), tags=TAGS,
     guards=[needs(Permission.VIEW_WEBHOOKS)])  # fmt: skip
async def index(
    db: TenantDb,
    *,
    kind: FromQuery[str] = "",
    number: FromQuery[str] = "",
    state_: Annotated[str, QueryParameter(name="state")] = "",
    error: FromQuery[str] = "",
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    after: FromQuery[str] = "",
) -> Listing[Event]:
    return listed(await event.search(db, Filter(kind, number, state_, error, since, until), page=after))


@post("/webhook-events/{event_id:int}/replay", operation_id="replay_webhook_event", summary=N_("Read a webhook again"),
      tags=TAGS, guards=[needs(Permission.REPLAY_WEBHOOKS)], status_code=200)  # fmt: skip
async def replay(db: TenantDb, event_id: FromPath[int]) -> Event:
    return await replaying.replay(db, event_id)


handlers = [index, replay]
