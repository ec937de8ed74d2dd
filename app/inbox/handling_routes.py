"""Who takes care of a conversation, whether it is done, and whether it has been read."""

from __future__ import annotations

import msgspec
from litestar import Response, Router, delete, get, put
from litestar.params import FromPath

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.db import Db, NotFound
from app.core.forms import SubmittedForm, parse
from app.core.pages import Page, fragment, redirect
from app.inbox import conversation as conversations
from app.inbox import handling
from app.teams import person as people
from app.teams import team as teams

ANSWERS = [needs(Permission.SEND_MESSAGES)]
ASSIGNS = [needs(Permission.ASSIGN_CONVERSATIONS)]


class Assignment(msgspec.Struct, frozen=True):
    """`anyway`: also when they have as many as they take."""

    person_id: int
    anyway: bool = False


class Handover(msgspec.Struct, frozen=True):
    """To a team's queue, or to the one of its people who has the fewest."""

    team_id: int
    free: bool = False


@get("/assignment", guards=ASSIGNS)
async def candidates(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int]) -> Page:
    found = await conversations.find(db, conversation_id)
    return fragment(
        request, "inbox/handling.html", "candidates", conversation=found, colleagues=await people.every(db),
        teams=await teams.names(db),
    )  # fmt: skip


@put("/assignment", guards=[needs(Permission.PICK_CONVERSATIONS, Permission.ASSIGN_CONVERSATIONS)])
async def assign(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, conversation_id: FromPath[int]
) -> Page:
    found, form = await conversations.find(db, conversation_id), parse(Assignment, data)
    if form.errors:
        raise NotFound("colleague")
    if found.assignee_id is not None or form.value.person_id != viewer.id:
        require(viewer, Permission.ASSIGN_CONVERSATIONS)
    try:
        name = await handling.assign(db, found, form.value.person_id, by=viewer, anyway=form.value.anyway)
    except people.Full as full:
        return fragment(request, "inbox/handling.html", "full", status=422, conversation=found, person=full.person)
    return await _handled(request, db, conversation_id, "assigned", to=name)


@delete("/assignment", status_code=200, guards=ASSIGNS)
async def unassign(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int]) -> Page:
    found = await conversations.find(db, conversation_id)
    await handling.assign(db, found, None, by=viewer)
    return await _handled(request, db, conversation_id, "unassigned", to=found.team)


@put("/team", guards=ASSIGNS)
async def give_to_team(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, conversation_id: FromPath[int]
) -> Page:
    found, form = await conversations.find(db, conversation_id), parse(Handover, data)
    if form.errors:
        raise NotFound("team")
    team = await teams.find(db, form.value.team_id)
    if form.value.free and (name := await handling.give_to_whoever_is_free(db, found, team, by=viewer)):
        return await _handled(request, db, conversation_id, "assigned", to=name)
    if not form.value.free:
        await handling.give_to_team(db, found, team, by=viewer)
    return await _handled(request, db, conversation_id, "nobody_free" if form.value.free else "to_team", to=team.name)


@delete("/team", status_code=200, guards=ASSIGNS)
async def take_from_team(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int]) -> Page:
    await handling.take_from_team(db, await conversations.find(db, conversation_id), by=viewer)
    return await _handled(request, db, conversation_id, "from_team")


@put("/closure", guards=[needs(Permission.CLOSE_CONVERSATIONS)])
async def resolve(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int]) -> Page:
    await handling.resolve(db, await conversations.find(db, conversation_id), by=viewer)
    return await _handled(request, db, conversation_id, "resolved")


@delete("/closure", status_code=200, guards=[needs(Permission.CLOSE_CONVERSATIONS)])
async def reopen(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int]) -> Page:
    await handling.reopen(db, await conversations.find(db, conversation_id), by=viewer)
    return await _handled(request, db, conversation_id, "reopened")


@put("/reading", status_code=204, guards=ANSWERS)
async def mark_read(db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int]) -> None:
    await conversations.mark_read(db, await conversations.find(db, conversation_id), by=viewer)


@delete("/reading", status_code=200, guards=ANSWERS)
async def mark_unread(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int]) -> Response[str]:
    await conversations.mark_unread(db, await conversations.find(db, conversation_id))
    return redirect(request, "/inbox")


async def _handled(request: CurrentRequest, db: Db, conversation_id: int, done: str, *, to: str = "") -> Page:
    """The head with what changed, and a toast. Whoever may not see it any more is left with their list, and told as well."""
    try:
        found = await conversations.find(db, conversation_id)
    except NotFound:
        answer = fragment(request, "inbox/handling.html", "handled", conversation=None, done=done, to=to)
        answer.headers |= {"HX-Retarget": "#conversation", "HX-Reswap": "outerHTML", "HX-Replace-Url": "/inbox"}
        return answer
    return fragment(request, "inbox/handling.html", "handled", conversation=found, done=done, to=to)


router = Router(
    "/inbox/{conversation_id:int}",
    route_handlers=[candidates, assign, unassign, give_to_team, take_from_team, resolve, reopen, mark_read, mark_unread],
)
