"""The journal of webhooks over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Meta

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing, listed
from app.api.problems import Invalid
from app.core.i18n import N_
from app.intake import event, replaying
from app.intake.event import Event, Filter

TAGS = [N_("Operations")]
# The framework would take a number for the seconds since 1970, and a time without a zone.
MOMENT = QueryParameter(schema_extra={"format": "date-time"})
NO_MOMENT = N_("A moment is written with its zone. Example: 2026-11-20T10:42:00Z")


@get("/webhook-events", operation_id="list_webhook_events", summary=N_("What WhatsApp sent, newest first"), tags=TAGS,
     guards=[needs(Permission.VIEW_WEBHOOKS)])  # fmt: skip
async def index(
    db: TenantDb,
    *,
    kind: FromQuery[str] = "",
    number: FromQuery[str] = "",
    state_: Annotated[str, QueryParameter(name="state")] = "",
    error: FromQuery[str] = "",
    since: Annotated[str | None, MOMENT] = None,
    until: Annotated[str | None, MOMENT] = None,
    after: FromQuery[str] = "",
) -> Listing[Event]:
    only = Filter(kind, number, state_, error, _moment("since", since), _moment("until", until))
    return listed(await event.search(db, only, page=after))


@post("/webhook-events/{event_id:int}/replay", operation_id="replay_webhook_event", summary=N_("Read a webhook again"),
      tags=TAGS, guards=[needs(Permission.REPLAY_WEBHOOKS)], status_code=200)  # fmt: skip
async def replay(db: TenantDb, event_id: FromPath[int]) -> Event:
    return await replaying.replay(db, event_id)


def _moment(field: str, typed: str | None) -> datetime | None:
    """Raises Invalid."""
    if typed is None:
        return None
    try:
        moment: datetime = msgspec.convert(typed, Annotated[datetime, Meta(tz=True)])
    except msgspec.ValidationError:
        raise Invalid(**{field: NO_MOMENT}) from None
    return moment


handlers = [index, replay]
