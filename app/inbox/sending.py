"""What we write: the row and the job that sends it, in one transaction. A repeated POST finds its message and adds none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import msgspec
from psycopg.types.json import Jsonb

from app.access.viewer import Viewer
from app.contacts import consent
from app.contacts.consent import OptedOut
from app.core import live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements
from app.inbox import dispatch, message, template_message
from app.inbox.conversation import CHANGED, TOPIC, Conversation
from app.inbox.message import Message
from app.inbox.window import WindowClosed
from app.message_templates import message_template
from app.message_templates.message_template import MessageTemplate
from app.tenants import tenant

q = statements("messages")


class NumberGone(Exception):
    """Its history stays to be read, and nothing can be sent from it."""

    message = N_("This number is not connected any more, so nothing can be sent from it.")


class WorkspaceEnds(NumberGone):
    """Its owner wants it deleted, and may still change their mind."""

    message = N_("This workspace is about to be deleted, so nothing is sent from it. Its owner can keep it in the settings.")


class CannotTryAgain(Exception):
    """It has arrived meanwhile, or may still be confirmed."""

    message = N_("This message is on its way or has arrived. Reload the page to see how it is.")


class Draft(msgspec.Struct, frozen=True):
    """A message to be sent. `public_id` comes from the browser, so that pressing twice sends once."""

    kind: str = "text"
    text: str = ""
    payload: Mapping[str, Any] = {}
    file_id: int | None = None
    quoted: str | None = None
    public_id: UUID | None = None
    status: str = "pending"
    direction: str = "out"


async def send_text(db: Db, conversation: Conversation, draft: Draft, *, by: Viewer | None = None) -> Message:
    """Also files, with `kind` and `file_id`. Raises WindowClosed or NumberGone."""
    if not conversation.window.is_open:
        raise WindowClosed
    return await _send(db, conversation, draft, by)


async def send_template(  # noqa: PLR0913 - the last two by name only
    db: Db, conversation: Conversation, template: MessageTemplate, values: Mapping[str, str], *,
    by: Viewer | None = None, public_id: UUID | None = None,
) -> Message:  # fmt: skip
    """At any time, also to somebody who has never written. Raises OptedOut, MissingValue or NumberGone."""
    if is_refused(conversation, template):
        raise OptedOut
    text, payload = template_message.filled(template, values)
    return await _send(db, conversation, Draft("template", text, payload, public_id=public_id), by)


def is_refused(conversation: Conversation, template: MessageTemplate) -> bool:
    """Whether the person has opted out of what this is."""
    marketing = template.category == "MARKETING"
    return consent.refuses(conversation.opted_out_scope, marketing=marketing, window_open=conversation.window.is_open)


async def _send(db: Db, conversation: Conversation, draft: Draft, by: Viewer | None) -> Message:
    await _check(db, conversation)
    written, new = await write(db, conversation, draft, by=by)
    if new:
        await db.run(q.note_written, id=conversation.id, text=draft.text, kind=draft.kind)
        await dispatch.deliver.later(db, message_id=written.key)
        await live.announce(db, TOPIC, CHANGED)
    return written


async def _check(db: Db, conversation: Conversation) -> None:
    """Raises NumberGone or WorkspaceEnds."""
    if conversation.disconnected:
        raise NumberGone
    if await tenant.ends(db):
        raise WorkspaceEnds


async def write(db: Db, conversation: Conversation, draft: Draft, *, by: Viewer | None) -> tuple[Message, bool]:
    """The row, and whether it is new. Raises NotFound when another conversation has this public id."""
    public_id = draft.public_id or uuid4()
    made = await db.value(q.write, **_columns(conversation, draft, by), public_id=public_id)
    if made is not None:
        await live.announce(db, conversation.topic, "message_added", made)
        return await message.find(db, made), True
    return await message.by_public_id(db, conversation.id, public_id), False


async def note(db: Db, conversation: Conversation, draft: Draft, *, by: Viewer) -> int:
    """A row beside the messages, which the thread does not show by itself; its id."""
    made: int = await db.value(q.write, **_columns(conversation, draft, by), public_id=uuid4())
    return made


async def try_again(db: Db, conversation: Conversation, failed: Message) -> Message:
    """A new attempt of the same message. Raises CannotTryAgain, OptedOut, WindowClosed or NumberGone."""
    await _check(db, conversation)
    if failed.kind != "template" and not conversation.window.is_open:
        raise WindowClosed
    if failed.kind == "template" and await _is_unwanted(db, conversation, failed):
        raise OptedOut
    if not await db.value(q.try_again, id=failed.key, grace=message.CONFIRMED_WITHIN):
        raise CannotTryAgain
    await dispatch.deliver.later(db, message_id=failed.key)
    await live.announce(db, conversation.topic, "message_changed", failed.key)
    return await message.find(db, failed.key)


async def _is_unwanted(db: Db, conversation: Conversation, failed: Message) -> bool:
    if not conversation.opted_out_scope:
        return False
    return is_refused(conversation, await message_template.find(db, failed.payload["template_id"]))


def _columns(conversation: Conversation, draft: Draft, by: Viewer | None) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id, "direction": draft.direction, "kind": draft.kind, "text": draft.text,
        "payload": Jsonb(draft.payload), "file_id": draft.file_id, "quoted": draft.quoted, "status": draft.status,
        "author_id": by.id if by else None,
    }  # fmt: skip
