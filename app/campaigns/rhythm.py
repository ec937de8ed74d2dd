"""How much a lane claims at a time: enough that sending never waits, little enough that nothing grows old in its hands."""

from __future__ import annotations

from app.core.clock import seconds
from app.numbers.pacing import Pace

TICK = 0.25  # seconds between two rounds of settle and claim
CLAIM = 0.5  # seconds of sending in one claim
LARGEST_CLAIM = 500
SMALLEST_CLAIM = 16


class Rhythm:
    """How much a lane claims: half a second of what the number may do, but no more than a second of what it really does.

    A hundred numbers on one machine are each far below their rate, and what is claimed too early must be given back.
    """

    def __init__(self, pace: Pace) -> None:
        self.most = int(min(LARGEST_CLAIM, max(1, pace.per_second * CLAIM)))
        self.batch = min(self.most, 4 * SMALLEST_CLAIM)
        self.last = seconds()

    def beat(self, done: int) -> None:
        """So many were settled since the last beat."""
        took, self.last = max(seconds() - self.last, TICK / 10), seconds()
        if done:
            self.batch = int(min(self.most, max(SMALLEST_CLAIM, (self.batch + done / took) / 2 + SMALLEST_CLAIM)))
