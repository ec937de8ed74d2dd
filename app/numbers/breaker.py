"""The breaker of a number: after five failures of the provider in a row it opens, rests, and lets three probes through.

Open means wait: nobody's message fails because the provider is down. All processes share the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from app.core import events, live
from app.core.clock import now
from app.core.db import Db
from app.core.statements import statements

FAILURES = 5  # in a row
REST = timedelta(seconds=30)  # as in sql/functions/campaign_sending.sql
PROBES = 3

q = statements("breakers")


class Breaker(msgspec.Struct, frozen=True):
    """`times` it has opened in all; `until` is when it lets its probes through."""

    failures: int = 0
    opened_at: datetime | None = None
    resting: bool = False
    probes: int = 0
    passed: int = 0
    times: int = 0
    reason: str = ""

    @property
    def state(self) -> Literal["closed", "open", "trying"]:
        if self.opened_at is None:
            return "closed"
        return "open" if self.resting else "trying"

    @property
    def until(self) -> datetime | None:
        return self.opened_at + REST if self.opened_at else None


async def of(db: Db, number_id: int) -> Breaker:
    return await db.maybe(q.of, Breaker, number_id=number_id, rest=REST) or Breaker()


async def note(db: Db, number_id: int, fine: Sequence[bool], reason: str = "") -> Breaker:
    """What came back from the provider, in order. Records breaker_opened or breaker_closed when that changes it."""
    before = await db.maybe(q.lock, Breaker, number_id=number_id, rest=REST)
    if before is None:
        if all(fine):
            return Breaker()
        await db.run(q.begin, number_id=number_id)
        before = await db.one(q.lock, Breaker, number_id=number_id, rest=REST)
    after = _after(before, fine, reason)
    if after.times > before.times:
        after = msgspec.structs.replace(after, opened_at=now(), resting=True)
    if after == before:
        return before
    await db.run(q.save, number_id=number_id, opens=after.times > before.times, **_columns(after))
    if after.times > before.times or (before.opened_at and not after.opened_at):
        await live.announce(db, "numbers", "numbers_changed", number_id)
        # A probe that fails only prolongs what is known.
        if before.state == "closed":
            await events.record(db, "breaker_opened", number_id=number_id)
        elif after.opened_at is None:
            await events.record(db, "breaker_closed", number_id=number_id)
    return after


async def reset(db: Db, number_id: int) -> None:
    """A person knows better: closed at once."""
    if await db.run(q.reset, number_id=number_id):
        await live.announce(db, "numbers", "numbers_changed", number_id)
        await events.record(db, "breaker_closed", number_id=number_id)


def _after(breaker: Breaker, fine: Sequence[bool], reason: str) -> Breaker:
    change = msgspec.structs.replace
    if breaker.state == "open":
        return breaker  # answers to what had left before it opened
    if breaker.state == "trying":
        if not all(fine):
            return change(breaker, passed=0, probes=0, times=breaker.times + 1, reason=reason)
        passed = breaker.passed + len(fine)
        return Breaker(times=breaker.times) if passed >= PROBES else change(breaker, passed=passed, probes=0)
    failures = breaker.failures
    for each in fine:
        failures = 0 if each else failures + 1
        if failures >= FAILURES:
            return change(breaker, failures=failures, passed=0, probes=0, times=breaker.times + 1, reason=reason)
    return change(breaker, failures=failures)


def _columns(breaker: Breaker) -> dict[str, object]:
    kept = ("failures", "opened_at", "probes", "passed", "times", "reason")
    return {name: getattr(breaker, name) for name in kept}
