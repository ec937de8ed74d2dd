"""What may be said of two shares: figures that other calculators give as well."""

from __future__ import annotations

import pytest

from app.campaigns.significance import Share, judge, p_value, wilson


def test_wilson_intervals() -> None:
    assert wilson(Share(0, 10, 100)) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(Share(0, 0, 20)) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(Share(0, 0, 0)) == (0.0, 1.0)


def test_two_proportions() -> None:
    # 45 of 200 against 25 of 200: z = 2.6319
    assert p_value(Share(0, 45, 200), Share(1, 25, 200)) == pytest.approx(0.0085, abs=1e-4)
    assert p_value(Share(0, 5, 50), Share(1, 5, 50)) == 1.0
    assert p_value(Share(0, 0, 50), Share(1, 0, 50)) == 1.0


@pytest.mark.parametrize(
    ("shares", "place", "state"),
    [
        ([(45, 200), (25, 200)], 0, "sure"),
        ([(25, 200), (45, 200)], 1, "sure"),
        ([(30, 200), (33, 200)], 1, "unsure"),
        ([(30, 200), (30, 200)], 0, "tie"),
        ([(20, 200), (30, 200), (30, 200)], 1, "tie"),
        ([(0, 5), (5, 5)], 1, "early"),
        ([(0, 0), (0, 0)], 0, "early"),
        # With two texts this would be sure; with four the best is more often lucky.
        ([(38, 200), (24, 200), (24, 200), (24, 200)], 0, "unsure"),
        ([(38, 200), (24, 200)], 0, "unsure"),
        ([(40, 200), (24, 200)], 0, "sure"),
    ],
)
def test_verdicts(shares: list[tuple[int, int]], place: int, state: str) -> None:
    verdict = judge([Share(at, n, of) for at, (n, of) in enumerate(shares)])
    assert (verdict.place, verdict.state) == (place, state)
