"""A message that is nothing but a word such as STOP is heard: consent changes, and the person is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.contacts import consent, opt_out_words
from app.contacts.consent import SILENT, Said
from app.contacts.opt_out_words import LONGEST, Meaning, plain
from app.core.db import Db
from app.core.statements import statements
from app.inbox import conversation as conversations
from app.inbox import dispatch, sending
from app.inbox.sending import Draft

q = statements("receiving")


class Heard(msgspec.Struct, frozen=True):
    conversation_id: int
    contact_id: int
    wamid: str
    text: str
    at: datetime


async def listen(db: Db, message_ids: Sequence[int]) -> None:
    """Of messages that have just been inserted, and never of what we wrote ourselves. In the order in which they were said."""
    # Twice the length of a word leaves room for what people put around it.
    short = await db.many(q.short_messages, Heard, ids=list(message_ids), longest=2 * LONGEST)
    if short:
        words = await opt_out_words.current(db)
        meanings = words.meanings()
        for heard in short:
            meaning = meanings.get(plain(heard.text))
            if meaning and await _note(db, heard, meaning) and words.confirms:
                await _confirm(db, heard, words.answer(meaning))


async def _note(db: Db, heard: Heard, meaning: Meaning) -> bool:
    """Whether there is something to confirm: not what changed nothing, nor what WhatsApp itself has told them."""
    said = [Said(heard.contact_id, heard.at, heard.wamid, heard.text)]
    if meaning == "back":
        return heard.contact_id in await consent.opt_in(db, said, "keyword")
    scope: consent.Scope = "all" if meaning == "everything" else "marketing"
    reason = (await consent.opt_out(db, said, "keyword", scope=scope)).get(heard.contact_id)
    return reason is not None and reason not in SILENT


async def _confirm(db: Db, heard: Heard, text: str) -> None:
    """Leaves unread what is unread: nobody of the team has looked."""
    talk = await conversations.find(db, heard.conversation_id)
    if talk.window.is_open and not talk.disconnected:
        written, _ = await sending.write(db, talk, Draft(text=text, payload={"automatic": True}), by=None)
        await dispatch.deliver.later(db, message_id=written.key)
