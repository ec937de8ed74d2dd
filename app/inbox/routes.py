"""The inbox: the list beside the thread beside the person. What is done in a thread is in the other routes of this room."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.contacts import contact as contacts
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, parse
from app.core.pages import Page, fragment, page, redirect
from app.inbox import conversation as conversations
from app.inbox import message as messages
from app.inbox import sending, template_message
from app.inbox.conversation import Conversation, Filter
from app.message_templates import message_template
from app.numbers import phone_number
from app.teams import team as teams

THREAD = re.compile(r"/inbox/(\d+)")
SEES = [needs(Permission.VIEW_CONVERSATIONS)]


class Beginning(msgspec.Struct, frozen=True):
    """Whom to write to, and from which number."""

    contact_id: int
    number_id: int


@get("/", guards=SEES)
async def index(request: CurrentRequest, db: TenantDb, after: FromQuery[str] = "") -> Page:
    return page(request, "inbox/inbox.html", "rows", conversation=None, **await listed(request, db, after=after))


@get("/{conversation_id:int}", guards=SEES)
async def show(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int]) -> Page:
    found = await conversations.find(db, conversation_id)
    context = await opened(db, found)
    if request.headers.get("hx-request-type") != "partial":
        context |= await listed(request, db)
    return page(request, "inbox/inbox.html", "conversation", **context)


@get("/{conversation_id:int}/head", guards=SEES)
async def head(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int]) -> Page:
    """Asked for every minute, because the window closes by itself."""
    found = await conversations.find(db, conversation_id)
    return fragment(request, "inbox/inbox.html", "head", conversation=found, composer=await composer(db, found))


@get("/{conversation_id:int}/composer", guards=SEES)
async def write_in(
    request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int], kind: FromQuery[str] = "reply"
) -> Page:
    """A note can be written at any time, also when nothing may be sent."""
    found = await conversations.find(db, conversation_id)
    return fragment(
        request, "inbox/composer.html", "composer", conversation=found, composer=await composer(db, found, kind=kind)
    )


@get("/unread", guards=SEES)
async def unread(request: CurrentRequest, db: TenantDb) -> Page:
    return fragment(request, "inbox/unread.html", "unread", waiting=await conversations.unread(db))


@get("/new", guards=[needs(Permission.START_CONVERSATIONS)])
async def new(request: CurrentRequest, db: TenantDb, q: FromQuery[str] = "", contact_id: FromQuery[int | None] = None) -> Page:
    return page(request, "inbox/new.html", "people", **await _beginning(db, q, contact_id), form=Form())


@post("/", guards=[needs(Permission.START_CONVERSATIONS)])
async def begin(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    form = parse(Beginning, data)
    if form.errors:
        return page(request, "inbox/new.html", "content", status=422, **await _beginning(db, "", None), form=form)
    number = await phone_number.find(db, form.value.number_id)
    person = await contacts.find(db, form.value.contact_id)
    try:
        return redirect(request, f"/inbox/{(await conversations.open_for(db, person.id, number.id)).id}")
    except conversations.SomebodyElses as theirs:
        form.errors["number_id"] = theirs.message
        return page(request, "inbox/new.html", "content", status=422, **await _beginning(db, "", person.id), form=form)


async def listed(request: CurrentRequest, db: Db, *, after: str = "") -> dict[str, Any]:
    """The list and its filter, from the address."""
    wish = filter_of(request)
    kept = msgspec.structs.replace(wish, pages=1)
    chosen = {name: int(value) if value is True else value for name, value in msgspec.structs.asdict(kept).items()
              if value != getattr(Filter(), name)}  # fmt: skip
    # Whoever sees nothing but their own is led to them by their index, however many others there are.
    seen = msgspec.structs.replace(wish, view="mine") if wish.view == "all" and not request.user.sees else wish
    open_thread = THREAD.search(request.url.path) or THREAD.search(urlsplit(request.headers.get("hx-current-url", "")).path)
    return {
        "found": await conversations.search(db, seen, page=after), "wish": wish, "later": bool(after),
        "query": f"?{urlencode(chosen)}" if chosen else "",
        "teams": await _teams(db, request.user),
        "selected": int(open_thread[1]) if open_thread else 0,
    }  # fmt: skip


async def _teams(db: Db, viewer: Viewer) -> list[teams.Name]:
    """Those whose conversations this person may see."""
    if not viewer.can(Permission.VIEW_TEAMS):
        return []
    all_of_them = viewer.can(Permission.VIEW_ALL_CONVERSATIONS)
    return [each for each in await teams.names(db) if each.mine or all_of_them]


def filter_of(request: CurrentRequest) -> Filter:
    """An address that somebody has mangled shows everything."""
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return msgspec.convert(given, Filter, strict=False)
    except msgspec.ValidationError:
        return Filter()


async def opened(db: Db, conversation: Conversation) -> dict[str, Any]:
    """A thread as it opens: its last page, the line above what is new, and the person beside it."""
    said = await messages.thread(db, conversation.id)
    theirs = [message for message in said.rows if message.direction == "in"][: conversation.unread]
    return {
        "conversation": conversation, "said": said, "divider": theirs[-1].key if theirs else None, "following": "",
        "catching_up": False, "composer": await composer(db, conversation),
        "received": await conversations.received(db, conversation),
    }  # fmt: skip


async def composer(db: Db, conversation: Conversation, form: Form[Any] | None = None, *, kind: str = "reply") -> dict[str, Any]:
    """What one may write now: anything, or an approved template."""
    approved = [] if conversation.window.is_open else await message_template.approved(db, conversation.number_id)
    sendable = [template for template in approved if template_message.sendable(template)]
    templates = [template for template in sendable if not sending.is_refused(conversation, template)]
    return {"form": form or Form(), "kind": kind, "templates": templates, "unwanted": len(sendable) - len(templates)}


async def _beginning(db: Db, words: str, contact_id: int | None) -> dict[str, Any]:
    person = await contacts.find(db, contact_id) if contact_id else None
    found = await contacts.search(db, words) if words and person is None else None
    numbers = await phone_number.all(db)
    options = [(number.id, f"{number.verified_name} {number.display}".strip()) for number in numbers]
    return {"words": words, "person": person, "found": found, "numbers": numbers, "options": options}


router = Router("/inbox", route_handlers=[index, show, head, write_in, unread, new, begin])
