"""What holds for all teams: how much a person takes, and where new conversations go."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.core import events, live
from app.core.db import Db
from app.core.statements import statements
from app.teams import team as teams
from app.teams.team import CHANGED, TOPIC

Capacity = Annotated[int, Meta(ge=1, le=999)]

q = statements("teams")


class Rules(msgspec.Struct, frozen=True):
    capacity: Capacity | None = None
    incoming_team: int | None = None


async def find(db: Db) -> Rules:
    return await db.maybe(q.rules, Rules) or Rules()


async def change(db: Db, wish: Rules) -> None:
    """Raises NotFound for a team of somebody else."""
    if wish.incoming_team is not None:
        await teams.find(db, wish.incoming_team)
    await db.run(q.change_rules, **msgspec.structs.asdict(wish))
    await live.announce(db, TOPIC, CHANGED)
    await events.record(db, "somebody_is_free")
