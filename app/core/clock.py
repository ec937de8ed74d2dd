"""The only clock: wall time in UTC, and seconds that never jump."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic as seconds

__all__ = ["now", "seconds"]


def now() -> datetime:
    """Aware, in UTC."""
    return datetime.now(UTC)
