"""Whether a difference between texts is more than chance: Wilson intervals, and a z-test of the best against the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from typing import Literal

import msgspec

Z = 1.959964  # two-sided 95 %
SURE = 0.05
LEAST_PEOPLE = 30  # fewer than that in a text, and the normal approximation of the test says nothing


class Share(msgspec.Struct, frozen=True):
    """So many of so many people, for the text in this place."""

    place: int
    n: int
    of: int

    @property
    def rate(self) -> float:
        return self.n / self.of if self.of else 0.0


class Verdict(msgspec.Struct, frozen=True):
    """`place` leads. early: too few people to tell; tie: nobody is ahead, so the first text; unsure: it may be chance."""

    place: int
    state: Literal["early", "tie", "unsure", "sure"]
    p: float


def wilson(share: Share) -> tuple[float, float]:
    """Where the true rate lies, 19 times of 20; honest for few people and for rates near 0 and 1."""
    if not share.of:
        return 0.0, 1.0
    weight = Z * Z / share.of
    middle = (share.rate + weight / 2) / (1 + weight)
    reach = Z * sqrt(share.rate * (1 - share.rate) / share.of + weight / (4 * share.of)) / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def p_value(one: Share, other: Share) -> float:
    """How often chance alone makes a difference like this, were both texts equally good. Two-sided."""
    if not one.of or not other.of:
        return 1.0
    pooled = (one.n + other.n) / (one.of + other.of)
    spread = sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of))
    return erfc(abs(one.rate - other.rate) / spread / sqrt(2)) if spread else 1.0


def judge(shares: Sequence[Share]) -> Verdict:
    """The first text is at the front, and stays there unless another one is better."""
    best = max(shares, key=lambda share: (share.rate, -share.place))
    others = [share for share in shares if share.place != best.place]
    if any(share.rate == best.rate for share in others):
        return Verdict(best.place, "tie" if all(share.of >= LEAST_PEOPLE for share in shares) else "early", 1.0)
    # Each further text is one more chance to be lucky (Bonferroni).
    p = min(1.0, max((p_value(best, share) for share in others), default=1.0) * len(others))
    if any(share.of < LEAST_PEOPLE for share in shares):
        return Verdict(best.place, "early", p)
    return Verdict(best.place, "sure" if p < SURE else "unsure", p)
