"""Queues over the API: how much waits, and the three hands: retry, clear, recover."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.core.i18n import N_
from app.numbers import phone_number
from app.ops import queue, stuck
from app.ops.queue import DeadLetter, Queue

TAGS = [N_("Operations")]


class Failed(msgspec.Struct, frozen=True):
    """A failed job; `ids` are the ids among its arguments."""

    id: int
    task: str
    ids: dict[str, int]
    attempts: int
    error: str
    failed_at: datetime


class QueueState(msgspec.Struct, frozen=True):
    """A queue and its newest failed jobs. Done jobs are deleted at once; the last 500 failed ones are kept."""

    queue: Queue
    failed: list[Failed]


class Done(msgspec.Struct, frozen=True):
    """How many jobs it was done to."""

    queue: str
    jobs: int


@get("/queues", operation_id="list_queues", summary=N_("How much waits in each queue"), tags=TAGS,
     guards=[needs(Permission.VIEW_OPS)])  # fmt: skip
async def index(db: TenantDb, number_id: FromQuery[int | None] = None) -> Listing[Queue]:
    if number_id is not None:
        await phone_number.find(db, number_id)
    return Listing(await queue.all(db, number_id=number_id))


@get("/queues/{queue_name:str}", operation_id="show_queue", summary=N_("A queue and what failed in it"), tags=TAGS,
     guards=[needs(Permission.VIEW_OPS)])  # fmt: skip
async def show(db: TenantDb, queue_name: FromPath[str]) -> QueueState:
    found = await queue.find(db, queue_name)
    return QueueState(found, [_failed(each) for each in await queue.dead_letters(db, queue=queue_name, most=queue.KEPT)])


@post("/queues/{queue_name:str}/retry", operation_id="retry_failed_jobs", summary=N_("Run failed jobs again, one or all"),
      tags=TAGS, status_code=200, guards=[needs(Permission.RETRY_OPS)])  # fmt: skip
async def retry(db: TenantDb, queue_name: FromPath[str], job_id: FromQuery[int | None] = None) -> Done:
    queue.check(queue_name)
    return Done(queue_name, await queue.retry(db, queue=queue_name, job_id=job_id))


@delete("/queues/{queue_name:str}/failed", operation_id="clear_failed_jobs", summary=N_("Forget failed jobs, one or all"),
        tags=TAGS, status_code=200, guards=[needs(Permission.CLEAR_OPS)])  # fmt: skip
async def clear(db: TenantDb, queue_name: FromPath[str], job_id: FromQuery[int | None] = None) -> Done:
    queue.check(queue_name)
    return Done(queue_name, await queue.clear(db, queue=queue_name, job_id=job_id))


@post("/queues/{queue_name:str}/recovery", operation_id="recover_stuck_jobs", summary=N_("Set going again what is stuck"),
      tags=TAGS, status_code=200, guards=[needs(Permission.RECOVER_OPS)])  # fmt: skip
async def recover(viewer: CurrentViewer, queue_name: FromPath[str]) -> Done:
    return Done(queue_name, await stuck.recover(viewer, name=queue_name))


def _failed(each: DeadLetter) -> Failed:
    return Failed(each.id, each.task, each.ids, each.attempts, each.error, each.failed_at)


handlers = [index, show, retry, clear, recover]
