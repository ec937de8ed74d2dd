"""Whom WhatsApp refused to reach because they switched marketing off there: they have opted out, and we know it now."""

from __future__ import annotations

from collections.abc import Iterable

from app.contacts import consent
from app.contacts.consent import REFUSED_MARKETING, Said
from app.core.db import Db
from app.core.statements import statements

q = statements("campaign_recipients")


async def heed(db: Db, codes: Iterable[tuple[int, int | None]]) -> None:
    """Pairs of recipient id and code, after their rows say that they failed. Told again, it changes nothing."""
    if ids := [recipient_id for recipient_id, code in codes if code == REFUSED_MARKETING]:
        rows = await db.rows(q.refused_marketing, ids=ids, code=REFUSED_MARKETING)
        await consent.refused_marketing(db, [Said(**row) for row in rows])
