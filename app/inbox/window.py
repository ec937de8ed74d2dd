"""The customer service window: for 24 hours after somebody wrote, they may be answered freely; then only by template."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from app.core.clock import now
from app.core.i18n import N_

REPLY_WINDOW = timedelta(hours=24)
CLOSING = timedelta(hours=1)


class WindowClosed(Exception):
    """WhatsApp would refuse it minutes later; we say so at once."""

    message = N_("The 24-hour window is closed. WhatsApp only allows an approved template now.")


class Window(msgspec.Struct, frozen=True):
    """`closes_at` is None for somebody who has never written."""

    closes_at: datetime | None

    @property
    def left(self) -> timedelta:
        return max(self.closes_at - now(), timedelta()) if self.closes_at else timedelta()

    @property
    def is_open(self) -> bool:
        return self.left > timedelta()

    @property
    def state(self) -> str:
        """open, closing or closed: the tone of its chip."""
        if not self.is_open:
            return "closed"
        return "closing" if self.left < CLOSING else "open"

    @property
    def hours(self) -> int:
        return int(self.left.total_seconds() // 3600)

    @property
    def minutes(self) -> int:
        """What is left beside the hours; never 0 while it is open."""
        return int(self.left.total_seconds() % 3600 // 60) or (1 if self.is_open and not self.hours else 0)


def window_of(last_inbound_at: datetime | None) -> Window:
    return Window(last_inbound_at + REPLY_WINDOW if last_inbound_at else None)
