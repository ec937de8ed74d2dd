"""Meta's rate limits, each as the time at which an empty queue would be reached (GCRA: one float per limit)."""

from __future__ import annotations

PAIR_INTERVAL = 6.0  # seconds between messages to one person, in the long run
PAIR_BURST = 45
THROUGHPUT_BURST = 1.5  # seconds' worth of messages that may come at once; Meta is a little elastic as well
PER_SECOND = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE_PER_SECOND = 20
PAIRS_WORTH_PRUNING = 50_000
DAY = 24 * 3600.0
PEOPLE = {"TIER_50": 50, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000}


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


class Portfolio:
    """A business portfolio: the messaging limit that all its accounts share, and whom they began to write to in 24 hours."""

    def __init__(self, portfolio_id: str, name: str, tier: str) -> None:
        self.id = portfolio_id
        self.name = name
        self.tier = tier
        self.people: dict[str, float] = {}  # by the time of the last message, the oldest first

    def take(self, person: str, now: float) -> bool:
        """Whether this person may be begun with. Whoever was begun with already counts from now."""
        while self.people and (oldest := next(iter(self.people))) and self.people[oldest] <= now - DAY:
            del self.people[oldest]
        if self.people.pop(person, None) is None and len(self.people) >= PEOPLE.get(self.tier, len(self.people) + 1):
            return False
        self.people[person] = now
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
