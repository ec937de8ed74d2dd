"""Meta's rate limits, each as the time at which an empty queue would be reached (GCRA: one float per limit)."""

from __future__ import annotations

PAIR_INTERVAL = 6.0  # seconds between messages to one person, in the long run
PAIR_BURST = 45
THROUGHPUT_BURST = 1.5  # seconds' worth of messages that may come at once; Meta is a little elastic as well
PER_SECOND = {"STANDARD": 80, "HIGH": 1000}
PAIRS_WORTH_PRUNING = 50_000


class Throughput:
    """Messages per second of one number."""

    __slots__ = ("free_at", "per_second")

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self.free_at = 0.0

    def take(self, now: float) -> bool:
        free_at = max(self.free_at, now)
        if free_at - now > THROUGHPUT_BURST - 1 / self.per_second:
            return False
        self.free_at = free_at + 1 / self.per_second
        return True


class Pairs:
    """Messages from one number to each person. A burst is borrowed: it has to be waited off."""

    __slots__ = ("free_at", "prune_at")

    def __init__(self) -> None:
        self.free_at: dict[str, float] = {}
        self.prune_at = PAIRS_WORTH_PRUNING

    def take(self, person: str, now: float) -> bool:
        free_at = max(self.free_at.get(person, 0.0), now)
        if free_at - now > PAIR_INTERVAL * (PAIR_BURST - 1):
            return False
        self.free_at[person] = free_at + PAIR_INTERVAL
        if len(self.free_at) > self.prune_at:
            self.free_at = {name: free for name, free in self.free_at.items() if free > now}
            self.prune_at = len(self.free_at) + PAIRS_WORTH_PRUNING
        return True
