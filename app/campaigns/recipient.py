"""The people of a campaign: who got it, who did not and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements
from app.whatsapp.errors import Action, Failure, classify

# What people look for, and the states that it means.
FILTERS = {
    "": ("pending", "retry", "sending", "uncertain", "sent", "failed", "delivered", "read", "skipped", "cancelled"),
    "waiting": ("pending", "retry", "sending", "uncertain"),
    "sent": ("sent", "delivered", "read"),
    "delivered": ("delivered", "read"),
    "read": ("read",),
    "failed": ("failed",),
    "skipped": ("skipped", "cancelled"),
}

# What `error_detail` says where WhatsApp gave no code, in the engine's words.
LEFT_UNKNOWN = "outcome unknown"
UNCONFIRMED = Failure(
    None,
    Action.FINAL_MESSAGE,
    N_("Nobody knows whether it arrived"),
    N_("The connection broke while sending and no confirmation came. It was not sent again, so that nobody gets it twice."),
)
UNREACHED = Failure(
    None,
    Action.RETRY,
    N_("WhatsApp could not be reached"),
    N_("Several attempts failed. Write to these people with another campaign once the connection is stable."),
)

q = statements("campaign_recipients")


def reason(code: int | None, detail: str) -> Failure:
    """Why it failed, in plain words."""
    if code is None:
        return UNCONFIRMED if detail == LEFT_UNKNOWN else UNREACHED
    return classify(code)


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

    @property
    def at(self) -> datetime | None:
        """When it last changed."""
        return self.answered_at or self.read_at or self.delivered_at or self.failed_at or self.sent_at

    @property
    def failure(self) -> Failure | None:
        return reason(self.error_code, self.error_detail) if self.status == "failed" else None


class FailureGroup(msgspec.Struct, frozen=True):
    """Everybody who did not get it for one reason; codes that say the same are one."""

    failure: Failure
    codes: tuple[int, ...]
    n: int

    @property
    def final(self) -> bool:
        return self.failure.action is Action.FINAL_PERSON


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


async def failures(db: Db, campaign_id: int) -> list[FailureGroup]:
    """The largest group first."""
    groups: dict[str, dict[str, Any]] = {}
    for row in await db.rows(q.failures, id=campaign_id):
        failure = reason(row["code"], LEFT_UNKNOWN if row["left_unknown"] else "")
        group = groups.setdefault(failure.title, {"failure": failure, "codes": (), "n": 0})
        group["n"] += row["n"]
        group["codes"] += (row["code"],) if row["code"] else ()
    return sorted((FailureGroup(**group) for group in groups.values()), key=lambda group: -group.n)


async def pace(db: Db, campaign_id: int) -> Pace:
    return await db.one(q.pace, Pace, id=campaign_id)
