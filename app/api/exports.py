"""A list of people that is written into a file, as the API tells of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.core import export


class Export(msgspec.Struct, frozen=True):
    """`status` is running, done or failed; the file can be fetched from done until `expires_at`."""

    id: int
    name: str
    status: str
    rows: int
    created_at: datetime
    expires_at: datetime | None


def told(found: export.Export) -> Export:
    return Export(found.id, found.name, found.status, found.rows, found.created_at, found.expires_at)
