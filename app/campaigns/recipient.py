"""The people of a campaign: who got it, who did not and why."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from app.campaigns.campaign import CHANGED, TOPIC
from app.campaigns.failing import reason
from app.core import live
from app.core.clock import now
from app.core.db import Db, NotFound
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements
from app.whatsapp.errors import Failure, classify

# What people look for, and the states that it means.
FILTERS = {
    "": ("pending", "retry", "sending", "uncertain", "held", "sent", "failed", "delivered", "read", "skipped", "cancelled"),
    "waiting": ("pending", "retry", "sending", "uncertain", "held"),
    "sent": ("sent", "delivered", "read"),
    "delivered": ("delivered", "read"),
    "read": ("read",),
    "failed": ("failed",),
    "skipped": ("skipped", "cancelled"),
}

EXCLUDED = "excluded"  # the skip reason of whoever a person took out on the way

q = statements("campaign_recipients")


class CannotExclude(Exception):
    message = N_("This person has the message already, or it is on its way.")


class Recipient(msgspec.Struct, frozen=True):
    id: int
    contact_id: int | None
    name: str
    address: str
    status: str
    attempt: int
    next_attempt_at: datetime | None
    error_code: int | None
    error_detail: str
    skip_reason: str
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    answered_at: datetime | None
    variant: int | None

    @property
    def at(self) -> datetime | None:
        """When it last changed."""
        return self.answered_at or self.read_at or self.delivered_at or self.failed_at or self.sent_at

    @property
    def failure(self) -> Failure | None:
        return reason(self.error_code, self.error_detail) if self.status == "failed" else None


class Attempt(msgspec.Struct, frozen=True):
    """An earlier try: outcome is retry, unknown, failed, capped or held."""

    attempt: int
    at: datetime
    outcome: str
    code: int | None = None
    wamid: str | None = None

    @property
    def failure(self) -> Failure | None:
        return classify(self.code) if self.code else None


class Detail(Recipient, frozen=True):
    """One person with everything that was tried."""

    campaign_id: int
    wamid: str | None
    story: list[Attempt]

    @property
    def excludable(self) -> bool:
        return self.status in ("pending", "retry")


class Pace(msgspec.Struct, frozen=True):
    """Messages per second in the last minute, and the last two minutes in slices of five seconds."""

    per_second: float
    series: list[float] | None

    def end(self, people: int) -> datetime | None:
        """When the last of so many people has it, at this pace."""
        return now() + timedelta(seconds=people / self.per_second) if self.per_second > 0 else None


async def search(db: Db, campaign_id: int, state: str = "", *, page: str | None = None) -> Page[Recipient]:
    """In the order of sending. An unknown state means all."""
    (last,) = after(page, int)
    statuses = list(FILTERS.get(state, FILTERS[""]))
    found = await db.many(q.search, Recipient, id=campaign_id, statuses=statuses, last=last or 0)
    return page_of(found, lambda recipient: (recipient.id,))


async def find(db: Db, campaign_id: int, recipient_id: int) -> Detail:
    """Raises NotFound for somebody of another campaign, as for nobody."""
    for row in await db.rows(q.find, campaign_id=campaign_id, id=recipient_id):
        return msgspec.convert(row, Detail)
    raise NotFound


async def exclude(db: Db, found: Detail) -> None:
    """They get nothing, though the campaign goes on. Raises CannotExclude once it is on its way."""
    if not await db.run(q.exclude, id=found.id, reason=EXCLUDED):
        raise CannotExclude
    await live.announce(db, TOPIC, CHANGED, found.campaign_id)


async def pace(db: Db, campaign_id: int) -> Pace:
    return await db.one(q.pace, Pace, id=campaign_id)
