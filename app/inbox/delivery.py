"""What became of our messages: statuses in any order and as often as the provider likes; they only ever rise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from app.contacts import consent
from app.contacts.consent import REFUSED_MARKETING, Said
from app.core import live
from app.core.db import Db
from app.core.statements import statements
from app.inbox.conversation import CHANGED, TOPIC
from app.whatsapp.updates import StatusUpdate

STATUSES = ("sent", "delivered", "read", "played", "failed")
MESSAGE = re.compile(r"m:(\d{1,18})")
REACTION = "r:"  # of a reaction, which has no ticks

q = statements("receiving")


async def apply(db: Db, statuses: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """The ones that are about nothing of ours. In the caller's transaction."""
    ours = [each for each in statuses if not (each.callback or "").startswith(REACTION)]
    asked = [_question(place, status) for place, status in enumerate(ours)]
    matched = {row["place"]: row["id"] for row in await db.rows(q.match_statuses, statuses=Jsonb(asked))} if asked else {}
    known = [(matched[place], status) for place, status in enumerate(ours) if place in matched]
    news = [_news(message_id, status) for message_id, status in known if status.status in STATUSES]
    if news:
        changed = [row["id"] for row in await db.rows(q.raise_statuses, statuses=Jsonb(news))]
        if changed:
            await db.rows(q.announce, added=[], changed=changed)
            await live.announce(db, TOPIC, CHANGED)
            if any(each["code"] == REFUSED_MARKETING for each in news):
                await _heed_refusals(db, changed)
    return [status for place, status in enumerate(ours) if place not in matched]


async def _heed_refusals(db: Db, message_ids: list[int]) -> None:
    """Whom WhatsApp did not let us reach because they switched marketing off there."""
    rows = await db.rows(q.refused_marketing, ids=message_ids, code=REFUSED_MARKETING)
    await consent.refused_marketing(db, [Said(**row) for row in rows])


def _question(place: int, status: StatusUpdate) -> dict[str, Any]:
    ours = MESSAGE.fullmatch(status.callback or "")
    people = [person for person in (status.recipient_id, status.recipient_user_id) if person]
    return {"place": place, "message_id": int(ours[1]) if ours else None, "wamid": status.wamid, "people": people}


def _news(message_id: int, status: StatusUpdate) -> dict[str, Any]:
    trouble = status.trouble
    return {
        "id": message_id, "wamid": status.wamid, "status": status.status, "at": status.at,
        "code": trouble.code if trouble else None, "detail": (trouble.details or trouble.title or "") if trouble else None,
    }  # fmt: skip
