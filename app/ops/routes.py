"""The page of operations: what moves, what waits for a hand, and the hands."""

from __future__ import annotations

from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.i18n import N_
from app.core.pages import Page, page
from app.ops import overview, queue, stuck

SEES = [needs(Permission.VIEW_OPS)]
RETRIED = N_("They run again.")
CLEARED = N_("They are gone.")
RECOVERED = N_("Looked through everything that was stuck.")


@get("/", guards=SEES)
async def index(request: CurrentRequest, viewer: CurrentViewer, only: FromQuery[str] = "") -> Page:
    return await _now(request, viewer, only)


@post("/jobs/{job_id:int}/retries", guards=[needs(Permission.RETRY_OPS)], status_code=200)
async def retry_one(request: CurrentRequest, viewer: CurrentViewer, job_id: FromPath[int]) -> Page:
    async with viewer.tx() as db:
        await queue.retry(db, job_id=job_id)
    return await _now(request, viewer, said=RETRIED)


@delete("/jobs/{job_id:int}", guards=[needs(Permission.CLEAR_OPS)], status_code=200)
async def clear_one(request: CurrentRequest, viewer: CurrentViewer, job_id: FromPath[int]) -> Page:
    async with viewer.tx() as db:
        await queue.clear(db, job_id=job_id)
    return await _now(request, viewer, said=CLEARED)


@post("/retries", guards=[needs(Permission.RETRY_OPS)], status_code=200)
async def retry_all(request: CurrentRequest, viewer: CurrentViewer, only: FromQuery[str] = "") -> Page:
    async with viewer.tx() as db:
        await queue.retry(db, queue=only)
    return await _now(request, viewer, said=RETRIED)


@delete("/dead-letters", guards=[needs(Permission.CLEAR_OPS)], status_code=200)
async def clear_all(request: CurrentRequest, viewer: CurrentViewer, only: FromQuery[str] = "") -> Page:
    async with viewer.tx() as db:
        await queue.clear(db, queue=only)
    return await _now(request, viewer, said=CLEARED)


@post("/recoveries", guards=[needs(Permission.RECOVER_OPS)], status_code=200)
async def recover(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    await stuck.recover(viewer)
    return await _now(request, viewer, said=RECOVERED)


async def _now(request: CurrentRequest, viewer: Viewer, only: str = "", *, said: str = "") -> Page:
    return page(request, "ops/index.html", "now", seen=await overview.of(viewer, only=only), only=only, said=said)


router = Router("/ops", route_handlers=[index, retry_one, clear_one, retry_all, clear_all, recover])
