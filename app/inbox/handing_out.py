"""What waits in a team's queue goes to whoever is free, where the team wishes so: round by load, the longest wait first."""

from __future__ import annotations

from typing import Any

from app.core import live
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.inbox import conversation as conversations
from app.inbox import sending
from app.inbox.conversation import CHANGED, HANDLED, TOPIC
from app.inbox.sending import Draft
from app.teams import person as people

MOST = 500  # conversations in one run; what is left waits for the next reason to look

q = statements("conversations")


async def soon(db: Db, **_: Any) -> None:
    """Somebody has come back, has resolved one, takes more than before, or is gone for good."""
    if await db.value(q.hands_out):
        await hand_out.later(db, once=f"hand-out:{db.tenant_id}")


@job(queue="chat", priority=-1)
async def hand_out(tenant: Tenant) -> None:
    """One at a time, so that nobody's turn is held for long. Running twice gives nothing twice."""
    async with tenant.tx() as db:
        queues = [row["id"] for row in await db.rows(q.queues)]
    for team_id in queues:
        for _ in range(MOST):
            async with tenant.tx() as db:
                if not await _next(db, team_id):
                    break


async def _next(db: Db, team_id: int) -> bool:
    """False when nobody waits, or nobody has room."""
    conversation_id = await db.value(q.next_waiting, team=team_id)
    if conversation_id is None:
        return False
    free = await db.maybe(q.whoever_is_free, people.Name, team=team_id, id=conversation_id)
    if free is None:
        return False
    if await db.run(q.give, id=conversation_id, person=free.id, team=team_id):
        found = await conversations.find(db, conversation_id)
        await sending.write(db, found, Draft(kind="handed_out", text=free.name, status="received", direction="event"), by=None)
        await live.announce(db, found.topic, HANDLED, found.id)
        await live.announce(db, TOPIC, CHANGED)
    return True
