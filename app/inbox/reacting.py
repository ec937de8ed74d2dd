"""An emoji of ours on a message of theirs. Taking it back is an empty one."""

from __future__ import annotations

from app.access.viewer import Viewer
from app.core import live
from app.core.db import Db, NotFound, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.inbox import message as messages
from app.inbox import sending
from app.inbox.conversation import Conversation
from app.inbox.message import Message
from app.inbox.sending import Draft, NumberGone
from app.inbox.window import WindowClosed
from app.numbers import credentials
from app.numbers.provider import provider
from app.whatsapp import outgoing

EMOJI = ("👍", "❤️", "😂", "😮", "🙏", "✅")

q = statements("messages")
changes = statements("receiving")


async def react(db: Db, conversation: Conversation, message: Message, emoji: str, *, by: Viewer) -> Message:
    """Raises WindowClosed, NumberGone, or NotFound for what cannot be reacted to."""
    if conversation.disconnected:
        raise NumberGone
    if not conversation.window.is_open:
        raise WindowClosed
    if not message.wamid or emoji not in (*EMOJI, ""):
        raise NotFound("message")
    draft = Draft(kind="reaction_ours", text=emoji, quoted=message.wamid, status="received", direction="event")
    reaction = await sending.note(db, conversation, draft, by=by)
    await db.rows(changes.apply_changes, ids=[reaction])
    await tell.later(db, reaction_id=reaction)
    await live.announce(db, conversation.topic, "message_changed", message.key)
    return await messages.find(db, message.key)


@job(queue="chat")
async def tell(tenant: Tenant, *, reaction_id: int) -> None:
    """Setting the same emoji twice is setting it once, so this may be repeated."""
    async with tenant.tx() as db:
        found = (await db.rows(q.reaction, id=reaction_id))[0]
        key = await credentials.of_number(db, found["number_id"])
    body = outgoing.reaction(found["address"], found["wamid"], found["emoji"], callback=f"r:{reaction_id}")
    await provider().send(key, body)
