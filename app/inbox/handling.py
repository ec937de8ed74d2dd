"""Who takes care of a conversation, and when it is done. Each step is noted in the thread."""

from __future__ import annotations

from app.access.viewer import Viewer
from app.core import live
from app.core.db import Db, NotFound
from app.core.statements import statements
from app.inbox import conversation as conversations
from app.inbox import sending
from app.inbox.conversation import CHANGED, TOPIC, Colleague, Conversation
from app.inbox.message import Message
from app.inbox.sending import Draft

HANDLED = "conversation_changed"

q = statements("conversations")


async def assign(db: Db, conversation: Conversation, person_id: int | None, *, by: Viewer) -> None:
    """To a colleague, to oneself, or to nobody. The note comes first: afterwards the giver may not see the thread."""
    if person_id == conversation.assignee_id:
        return
    if person_id is None:
        await _note(db, conversation, "unassigned", by=by)
    else:
        person = await _colleague(db, person_id)
        await _note(db, conversation, "taken" if person_id == by.id else "assigned", person.name, by=by)
    await _announce(db, conversation)
    await db.rows(q.hand_over, id=conversation.id, person=person_id)


async def resolve(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    if await db.value(q.resolve, id=conversation.id):
        await _note(db, conversation, "resolved", by=by)
        await _announce(db, conversation)


async def reopen(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    if await db.value(q.reopen, id=conversation.id):
        await _note(db, conversation, "reopened", by=by)
        await _announce(db, conversation)


async def write_note(db: Db, conversation: Conversation, draft: Draft, *, by: Viewer) -> Message:
    """Only the team sees it: no job is made for it, so nothing could send it."""
    note = Draft(kind="note", text=draft.text, public_id=draft.public_id, status="received", direction="note")
    written, _ = await sending.write(db, conversation, note, by=by)
    return written


async def _colleague(db: Db, person_id: int) -> Colleague:
    """Raises NotFound for somebody of another company."""
    found = [person for person in await conversations.colleagues(db) if person.id == person_id]
    if not found:
        raise NotFound("colleague")
    return found[0]


async def _note(db: Db, conversation: Conversation, kind: str, text: str = "", *, by: Viewer) -> None:
    await sending.write(db, conversation, Draft(kind=kind, text=text, status="received", direction="event"), by=by)


async def _announce(db: Db, conversation: Conversation) -> None:
    await live.announce(db, conversation.topic, HANDLED, conversation.id)
    await live.announce(db, TOPIC, CHANGED)
