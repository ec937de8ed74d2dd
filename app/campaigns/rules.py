"""What a campaign decides about its own pace and safety: a canary, a guard, quiet hours, lateness, repetition."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from app.core.db import Db
from app.core.statements import statements

# Shares of people. WhatsApp acts on a number when people block it or fail to be there, so each limit is well below the trouble.
MOST_FAILED = 0.1  # a list of which a tenth fails has something wrong with it, not with single people
MOST_CAPPED = 0.3  # 131049: these people get enough marketing already, and each further try prolongs it
MOST_OPTED_OUT = 0.03  # good campaigns stay under one in a hundred
MOST_BLOCKED = 0.15  # 131026: not on WhatsApp, or they have blocked the number; only bought or old lists come so far
CANARY_WAIT = timedelta(minutes=30)  # reads, answers and opt-outs of most people come within it
LATE_AFTER = timedelta(hours=1)

Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)] | None

q = statements("campaign_guard")


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As the table keeps them. A share of None never pauses; at the number's quality `quality_stop` or worse it waits."""

    canary: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    canary_wait: timedelta = CANARY_WAIT
    guarded: bool = True
    most_failed: Share = MOST_FAILED
    most_capped: Share = MOST_CAPPED
    most_opted_out: Share = MOST_OPTED_OUT
    most_blocked: Share = MOST_BLOCKED
    quality_stop: Literal["", "YELLOW", "RED"] = "RED"
    quiet_from: time | None = None
    quiet_to: time | None = None
    late_policy: Literal["ask", "send", "skip"] = "ask"
    late_after: timedelta = LATE_AFTER
    cron: str = ""
    cron_zone: str = ""


async def save(db: Db, campaign_id: int, rules: Rules) -> None:
    await db.run(q.save, id=campaign_id, **msgspec.structs.asdict(rules))


async def forgive(db: Db, campaign_id: int) -> None:
    """A person goes on although the guard or the canary stopped it: the same reason must not stop it again at once."""
    await db.run(q.forgive, id=campaign_id)
