"""The stream of the inbox: the signals of every page, and the messages of the thread that is open, as this viewer sees them."""

from __future__ import annotations

from litestar import Router, get
from litestar.params import FromQuery
from litestar.response import Stream

from app.access.live_routes import topics_of
from app.access.viewer import CurrentRequest
from app.core import live
from app.core.db import NotFound
from app.core.live import Event
from app.core.pages import render
from app.inbox import conversation as conversations
from app.inbox import message as messages
from app.inbox.conversation import HANDLED
from app.inbox.routes import SEES, composer


@get("/live", guards=SEES)
async def signals(request: CurrentRequest, conversation: FromQuery[int | None] = None) -> Stream:
    topics = topics_of(request.user)
    if conversation is not None and await _sees(request, conversation):
        topics.append(f"conversation:{conversation}")

    async def shown(event: Event) -> str | None:
        return await _shown(request, conversation or 0, event) if event.topic.startswith("conversation:") else None

    return live.stream(request, topics, shown)


async def _sees(request: CurrentRequest, conversation_id: int) -> bool:
    async with request.user.tx() as db:
        try:
            await conversations.find(db, conversation_id)
        except NotFound:
            return False
        return True


async def _shown(request: CurrentRequest, conversation_id: int, event: Event) -> str | None:
    """Asked again for each event: a conversation that was given to somebody else says nothing more."""
    async with request.user.tx() as db:
        try:
            found = await conversations.find(db, conversation_id)
            if event.name == HANDLED:
                return None
            message = await messages.find(db, event.id)
        except NotFound:
            return render(request, "inbox/live.html", "gone")
        context = {"conversation": found, "message": message, "composer": await composer(db, found), "refused": ""}
        return render(request, "inbox/live.html", "message" if event.name == "message_changed" else "arrived", **context)


router = Router("/inbox", route_handlers=[signals])
