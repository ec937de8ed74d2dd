"""Which feature reacts to which event, on one page."""

from __future__ import annotations


def register() -> None:
    """Called once by every process that serves or works."""
