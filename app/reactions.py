"""Which feature reacts to which event, on one page."""

from __future__ import annotations

from app.campaigns import upkeep
from app.core import events
from app.message_templates import syncing


def register() -> None:
    """Called once by every process that serves or works."""
    # A campaign shows who answered it.
    events.on("messages_received", upkeep.note_answers)
    # An account that was used elsewhere brings its templates.
    events.on("number_connected", syncing.after_connecting)
