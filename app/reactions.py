"""Which feature reacts to which event, on one page."""

from __future__ import annotations

from app.campaigns import upkeep
from app.core import events


def register() -> None:
    """Called once by every process that serves or works."""
    # A campaign shows who answered it.
    events.on("messages_received", upkeep.note_answers)
