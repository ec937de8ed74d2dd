"""Who takes care of a conversation, and when it is done. Each step is noted in the thread."""

from __future__ import annotations

from app.access.viewer import Viewer
from app.core import live
from app.core.db import Db
from app.core.statements import statements
from app.inbox import handing_out, sending
from app.inbox.conversation import CHANGED, HANDLED, TOPIC, Conversation
from app.inbox.message import Message
from app.inbox.sending import Draft
from app.teams import person as people
from app.teams.team import Team

q = statements("conversations")


async def assign(db: Db, conversation: Conversation, person_id: int | None, *, by: Viewer, anyway: bool = False) -> str:
    """To a colleague, to oneself, or back to where it waits. Raises NotFound, or Full unless they are to have it anyway.

    The note comes first: afterwards the giver may not see the thread. So the answer is the name of who has it now.
    """
    if person_id == conversation.assignee_id:
        return conversation.assignee
    name = ""
    if person_id is None:
        await _note(db, conversation, "unassigned", by=by)
    else:
        person = await (people.find if anyway else people.with_room)(db, person_id)
        name = person.name
        await _note(db, conversation, "taken" if person_id == by.id else "assigned", name, by=by)
    await _hand_over(db, conversation, person_id, conversation.team_id)
    return name


async def give_to_team(db: Db, conversation: Conversation, team: Team, *, by: Viewer) -> None:
    """Into its queue, where its people take from."""
    await _note(db, conversation, "to_team", team.name, by=by)
    await _hand_over(db, conversation, None, team.id)
    await handing_out.soon(db)


async def give_to_whoever_is_free(db: Db, conversation: Conversation, team: Team, *, by: Viewer) -> str | None:
    """The one who is online and has the fewest: their name. With nobody free it waits in the team's queue: None."""
    free = await db.maybe(q.whoever_is_free, people.Name, team=team.id, id=conversation.id)
    if free is None:
        await give_to_team(db, conversation, team, by=by)
        return None
    await _note(db, conversation, "assigned", free.name, by=by)
    await _hand_over(db, conversation, free.id, team.id)
    return free.name


async def take_from_team(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    """It belongs to no team from now on; who has it keeps it."""
    if conversation.team_id is not None:
        await _note(db, conversation, "from_team", conversation.team, by=by)
        await _hand_over(db, conversation, conversation.assignee_id, None)


async def resolve(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    if await db.value(q.resolve, id=conversation.id):
        await _note(db, conversation, "resolved", by=by)
        await _announce(db, conversation)
        await handing_out.soon(db)


async def reopen(db: Db, conversation: Conversation, *, by: Viewer) -> None:
    if await db.value(q.reopen, id=conversation.id):
        await _note(db, conversation, "reopened", by=by)
        await _announce(db, conversation)


async def write_note(db: Db, conversation: Conversation, draft: Draft, *, by: Viewer) -> Message:
    """Only the team sees it: no job is made for it, so nothing could send it."""
    note = Draft(kind="note", text=draft.text, public_id=draft.public_id, status="received", direction="note")
    written, _ = await sending.write(db, conversation, note, by=by)
    return written


async def _hand_over(db: Db, conversation: Conversation, person_id: int | None, team_id: int | None) -> None:
    await _announce(db, conversation)
    await db.rows(q.hand_over, id=conversation.id, person=person_id, team=team_id)


async def _note(db: Db, conversation: Conversation, kind: str, text: str = "", *, by: Viewer) -> None:
    await sending.write(db, conversation, Draft(kind=kind, text=text, status="received", direction="event"), by=by)


async def _announce(db: Db, conversation: Conversation) -> None:
    await live.announce(db, conversation.topic, HANDLED, conversation.id)
    await live.announce(db, TOPIC, CHANGED)
