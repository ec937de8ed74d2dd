"""The journal of webhooks: searched, looked into, read again."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.asked import Asked
from app.core.db import Db
from app.core.pages import Page, fragment, page
from app.core.typed import begin
from app.intake import event, reading, replaying
from app.intake.event import Event, Filter

LIST = "/ops/webhooks"
INDEX, SHOW = "intake/index.html", "intake/show.html"
SEES = [needs(Permission.VIEW_WEBHOOKS)]
ACTS = [needs(Permission.REPLAY_WEBHOOKS)]
SHOWN = 64 * 1024  # bytes of raw JSON on a page; all of it can be downloaded


class Wanted(Asked, frozen=True):
    """What an address says; `day` is one of the workspace's calendar."""

    kind: str = ""
    number: str = ""
    state: str = ""
    error: str = ""
    day: str = ""

    def filter(self, zone: str) -> Filter:
        since, until = begin(self.day, zone), begin(self.day, zone, days=1)
        return Filter(self.kind, self.number, self.state, self.error, since, until)


@get("/", guards=SEES)
async def index(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, after: FromQuery[str] = "") -> Page:
    asked = Wanted.of(request)
    found = await event.search(db, asked.filter(viewer.time_zone), page=after)
    displays = await event.displays(db, [number for each in found for number in each.numbers])
    troubles = await event.troubles(db)
    return page(request, INDEX, "rows", found=found, asked=asked, displays=displays, troubles=troubles)


@get("/replays", guards=ACTS)
async def confirm_replays(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    asked = Wanted.of(request)
    figure = await replaying.count(db, asked.filter(viewer.time_zone))
    return fragment(request, INDEX, "confirm", asked=asked, figure=figure, most=replaying.AT_ONCE)


@post("/replays", guards=ACTS, status_code=200)
async def replay_found(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    await replaying.replay_found(db, Wanted.of(request).filter(viewer.time_zone))
    return fragment(request, INDEX, "replaying")


@get("/{event_id:int}", guards=SEES)
async def show(request: CurrentRequest, db: TenantDb, event_id: FromPath[int]) -> Page:
    return await _shown(request, db, await event.find(db, event_id))


@get("/{event_id:int}/body", guards=SEES)
async def body(db: TenantDb, event_id: FromPath[int]) -> Response[bytes]:
    found = await event.body(db, event_id)
    name = f'attachment; filename="webhook-{event_id}.json"'
    return Response(found.body, media_type="application/octet-stream", headers={"Content-Disposition": name})


@post("/{event_id:int}/replays", guards=ACTS, status_code=200)
async def replay(request: CurrentRequest, db: TenantDb, event_id: FromPath[int]) -> Page:
    return await _shown(request, db, await replaying.replay(db, event_id), said="replayed")


@put("/{event_id:int}/discard", guards=ACTS)
async def discard(request: CurrentRequest, db: TenantDb, event_id: FromPath[int]) -> Page:
    return await _shown(request, db, await replaying.discard(db, event_id), said="discarded")


async def _shown(request: CurrentRequest, db: Db, found: Event, *, said: str = "") -> Page:
    kept = await event.body(db, found.id)
    read = await reading.of_event(db, found, kept.body)
    displays = await event.displays(db, [line.number for line in read.lines])
    shown: dict[str, Any] = {"event": found, "kept": kept, "read": read, "displays": displays}
    return page(request, SHOW, "event", **shown, raw=_pretty(kept.body), said=said)


def _pretty(raw: bytes) -> str:
    """As text whatever came; empty when it is too long for a page."""
    if len(raw) > SHOWN:
        return ""
    try:
        return msgspec.json.format(raw, indent=2).decode(errors="replace")
    except msgspec.DecodeError:
        return raw.decode(errors="replace")


router = Router(LIST, route_handlers=[index, confirm_replays, replay_found, show, body, replay, discard])
