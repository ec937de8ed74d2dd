"""Who was refused at the door: counted in the same time for somebody and for nobody, told to the log a little later."""

from __future__ import annotations

from typing import Literal

from app.core.acting import actor
from app.core.db import platform_tx
from app.core.statements import statements

MOST_ADDRESSES = 20  # of one person in an hour that have an entry each; all others share one

Step = Literal["password", "code"]

q = statements("accounts")


async def count(email: str, step: Step) -> None:
    """Committed at once. Nobody is looked up here, or the time that it takes would tell who has an account."""
    who = actor()
    known = {"address": who.address, "agent": who.agent[:300]} if who else {"address": "", "agent": ""}
    async with platform_tx() as db:
        await db.run(q.count_refusal, email=email.lower()[:254], step=step, most=MOST_ADDRESSES, **known)


async def tell() -> None:
    """What the logs have not heard of yet; unknown addresses are told to nobody, and forgotten with their hour."""
    async with platform_tx() as db:
        await db.value(q.tell_refusals)
        await db.run(q.forget_refusals)
