"""A campaign under way: its page, and what one can still do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.campaigns import campaign, canary, control, forecast, guard, launch, recipient, series, variants
from app.campaigns.campaign import Campaign, Status
from app.core.db import Db
from app.core.forms import blank
from app.core.pages import Page, page, redirect

LIST = "/campaigns"
SHOW = "campaigns/show.html"
REVIEW = "campaigns/review.html"
REFUSALS = (
    launch.CannotLaunch, launch.InThePast, control.CannotPause, control.CannotResume, control.CannotCancel,
    canary.NoCanary,
)  # fmt: skip


@get("/{campaign_id:int}", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def show(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int], was: FromQuery[str] = "") -> Page:
    found = await campaign.find(db, campaign_id)
    if was == "review" and not found.editable:
        return redirect(request, f"{LIST}/{found.id}")
    return await _page(request, db, found)


@put("/{campaign_id:int}/launch", guards=[needs(Permission.SEND_CAMPAIGNS)])
async def start(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, launch.launch)


@put("/{campaign_id:int}/schedule", guards=[needs(Permission.SEND_CAMPAIGNS)])
async def schedule(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    if found.starts_at is None:
        return redirect(request, f"{LIST}/{found.id}/edit")
    return await _acted(request, db, campaign_id, partial(launch.schedule, at=found.starts_at))


@delete("/{campaign_id:int}/schedule", status_code=200, guards=[needs(Permission.SEND_CAMPAIGNS)])
async def unschedule(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, launch.unschedule)


@put("/{campaign_id:int}/pause", guards=[needs(Permission.PAUSE_CAMPAIGNS)])
async def pause(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, control.pause)


@delete("/{campaign_id:int}/pause", status_code=200, guards=[needs(Permission.PAUSE_CAMPAIGNS)])
async def resume(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, control.resume)


@delete("/{campaign_id:int}/canary", status_code=200, guards=[needs(Permission.SEND_CAMPAIGNS)])
async def release(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, canary.release)


@put("/{campaign_id:int}/cancellation", guards=[needs(Permission.CANCEL_CAMPAIGNS)])
async def cancel(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, control.cancel)


@post("/{campaign_id:int}/uncertain", status_code=200, guards=[needs(Permission.RETRY_CAMPAIGNS)])
async def resend_uncertain(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    return await _acted(request, db, campaign_id, partial(control.resend_uncertain, number_id=found.number_id))


@delete("/{campaign_id:int}/uncertain", status_code=200, guards=[needs(Permission.RETRY_CAMPAIGNS)])
async def leave_uncertain(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _acted(request, db, campaign_id, control.leave_uncertain)


async def _acted(request: CurrentRequest, db: Db, campaign_id: int, verb: Callable[[Db, int], Awaitable[None]]) -> Page:
    """Somebody may have been faster: then the page says so and shows how it is."""
    before, trouble = await campaign.find(db, campaign_id), ""
    try:
        await verb(db, campaign_id)
    except REFUSALS as refusal:
        trouble = refusal.message
    if before.editable and not trouble:
        return redirect(request, f"{LIST}/{campaign_id}")
    return await _page(request, db, await campaign.find(db, campaign_id), trouble)


async def _page(request: CurrentRequest, db: Db, found: Campaign, trouble: str = "") -> Page:
    if found.editable:
        runs = await series.runs(db, found.id) if found.cron else []
        texts: dict[str, Any] = {"tried": await variants.test_of(db, found.id), "texts": await variants.texts(db, found.id)}
        return page(request, REVIEW, "review", campaign=found, runs=runs, trouble=trouble, form=blank(), sent_to="", **texts)
    return page(request, SHOW, "status", trouble=trouble, **await _status(db, found))


async def _status(db: Db, found: Campaign) -> dict[str, Any]:
    counts = await campaign.counts(db, found.id)
    pace = await recipient.pace(db, found.id) if found.status == Status.SENDING else None
    ahead = await forecast.of(db, found, counts.waiting) if pace and counts.waiting else None
    end = ahead.ends_at if ahead and ahead.held_up else pace.end(counts.waiting) if pace else None
    said = {"advice": guard.ADVICE.get(found.stop_reason, ""), "silent": guard.is_silent(found, counts)}
    return {"campaign": found, "counts": counts, "pace": pace, "forecast": ahead, "end": end, **said}


# One router has them all: Litestar does not share a path between two.
handlers = [
    show, start, schedule, unschedule, pause, resume, release, cancel, resend_uncertain, leave_uncertain,
]  # fmt: skip
