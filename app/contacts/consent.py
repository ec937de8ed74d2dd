"""Who wants no advertising any more. Asked again at send time, by the claim itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.contacts import identities
from app.contacts.identities import Sender
from app.core import live
from app.core.db import Db
from app.core.statements import statements
from app.whatsapp.updates import PreferenceUpdate

Reason = Literal["manual", "keyword", "whatsapp"]

q = statements("consent")


async def opt_out(db: Db, contact_ids: Sequence[int], reason: Reason, *, at: Sequence[datetime | None] = ()) -> None:
    """`at`: when each of them said so, if not now."""
    moments = list(at) or [None] * len(contact_ids)
    if await db.run(q.opt_out, ids=list(contact_ids), moments=moments, reason=reason):
        await live.announce(db, "contacts", "contacts_changed")


async def opt_in(db: Db, contact_ids: Sequence[int], *, at: Sequence[datetime | None] = ()) -> None:
    """They want it again."""
    moments = list(at) or [None] * len(contact_ids)
    if await db.run(q.opt_in, ids=list(contact_ids), moments=moments):
        await live.announce(db, "contacts", "contacts_changed")


async def apply_preferences(db: Db, updates: Sequence[PreferenceUpdate]) -> None:
    """WhatsApp's own switch for marketing. Of several updates for one person the last counts."""
    found = await db.rows(q.portfolios, wabas=[each.waba_id for each in updates])
    portfolios = {row["waba_id"]: row["portfolio"] for row in found}
    people = await identities.resolve(db, [Sender.of(each.person, portfolios.get(each.waba_id, "")) for each in updates])
    latest = {person: update for update, person in sorted(zip(updates, people, strict=True), key=lambda pair: pair[0].at)}
    stopped = {person: update.at for person, update in latest.items() if not update.wants_marketing}
    resumed = {person: update.at for person, update in latest.items() if update.wants_marketing}
    await opt_out(db, list(stopped), "whatsapp", at=list(stopped.values()))
    await opt_in(db, list(resumed), at=list(resumed.values()))
