"""Campaigns: one approved template from one number to many people; here to be written, found and counted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.access.viewer import Viewer
from app.campaigns import repeating
from app.campaigns import rules as campaign_rules
from app.campaigns.rules import Rules
from app.core import live
from app.core.clock import now
from app.core.db import Db
from app.core.i18n import N_
from app.core.paging import Page, after, page_of
from app.core.statements import statements

TOPIC = "campaigns"
CHANGED = "campaigns_changed"

q = statements("campaigns")


class Status(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LATE = "late"
    LAUNCHING = "launching"
    SENDING = "sending"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Campaign(Rules, frozen=True, kw_only=True):
    """`series` is the repeating campaign of which this is one time; `stop_facts` is what the guard had counted."""

    id: int
    name: str
    number_id: int
    template_id: int
    audience: dict[str, Any]
    variables: dict[str, dict[str, str]]
    status: Status
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    uncertain_rule: Literal["retry", "ask"]
    grace_seconds: int
    stop_reason: str
    announced_at: datetime | None
    created_by: int | None
    created_at: datetime
    author: str | None
    number_display: str
    number_name: str
    number_tier: str
    number_connected: bool
    per_second: float
    template_name: str
    template_language: str
    template_category: str
    template_status: str
    template_body: str
    canary_state: str
    canary_until: datetime | None
    paused_by: str
    stop_facts: dict[str, Any] | None
    ignored_guard: bool
    series: int | None

    @property
    def editable(self) -> bool:
        return self.status in (Status.DRAFT, Status.SCHEDULED, Status.LATE)

    @property
    def starts_at(self) -> datetime | None:
        """When it goes out, or goes out next."""
        return self.dates[0] if self.cron else self.scheduled_at

    @property
    def dates(self) -> list[datetime]:
        """The next times of a repeating one."""
        return repeating.upcoming(self.cron, self.cron_zone, now()) if self.cron else []

    @property
    def rules(self) -> Rules:
        return Rules(**{name: getattr(self, name) for name in Rules.__struct_fields__})

    @property
    def repeats(self) -> repeating.Words | None:
        return repeating.in_words(self.cron) if self.cron else None


class Wish(msgspec.Struct, frozen=True):
    """What somebody fills in; audience and variables as the table keeps them."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    number_id: int
    template_id: int
    audience: dict[str, Any]
    variables: dict[str, dict[str, str]]
    scheduled_at: datetime | None = None
    uncertain_rule: Literal["retry", "ask"] = "retry"
    rules: Rules = Rules()


class Counts(msgspec.Struct, frozen=True):
    """How many people are in each state."""

    pending: int = 0
    retry: int = 0
    sending: int = 0
    uncertain: int = 0
    held: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def waiting(self) -> int:
        return self.pending + self.retry + self.sending + self.held

    @property
    def gone_out(self) -> int:
        """What people call sent: delivered and read ones were sent as well."""
        return self.sent + self.delivered + self.read

    @property
    def arrived(self) -> int:
        return self.delivered + self.read

    @property
    def total(self) -> int:
        """Everybody the campaign is for; who is skipped never was."""
        return self.waiting + self.uncertain + self.gone_out + self.failed + self.cancelled

    @property
    def done(self) -> int:
        return self.gone_out + self.failed


class Listed(msgspec.Struct, frozen=True):
    """A line of the list."""

    id: int
    name: str
    status: Status
    created_at: datetime
    scheduled_at: datetime | None
    launched_at: datetime | None
    number_display: str
    template_name: str
    cron: str
    series: int | None
    counted: dict[str, int]

    @property
    def repeats(self) -> repeating.Words | None:
        return repeating.in_words(self.cron) if self.cron else None

    @property
    def counts(self) -> Counts:
        return Counts(**self.counted)


class CannotUse(Exception):
    """Number and template do not fit together, or one of them has gone."""

    message = N_("This template is not approved for this number any more. Choose another one.")


class CannotChange(Exception):
    message = N_("It has started already, so it cannot be changed any more.")


class CannotDelete(Exception):
    message = N_("Only drafts can be deleted. Others are kept, so that you can see later what was sent.")


async def find(db: Db, campaign_id: int) -> Campaign:
    return await db.one(q.find, Campaign, id=campaign_id)


async def search(db: Db, status: str = "", *, page: str | None = None) -> Page[Listed]:
    """The newest first, of one status or of all."""
    (last,) = after(page, int)
    found = await db.many(q.search, Listed, status=status, last=last)
    return page_of(found, lambda campaign: (campaign.id,))


async def create(db: Db, wish: Wish, *, by: Viewer) -> Campaign:
    """A draft. Raises CannotUse."""
    made = await db.value(q.create, by=by.id, **_columns(wish))
    if made is None:
        raise CannotUse
    await campaign_rules.save(db, made, wish.rules)
    await live.announce(db, TOPIC, CHANGED, made)
    return await find(db, made)


async def change(db: Db, campaign: Campaign, wish: Wish) -> Campaign:
    """Without a time a scheduled campaign is a draft again. Raises CannotChange or CannotUse."""
    if not campaign.editable:
        raise CannotChange
    if not await db.run(q.change, id=campaign.id, seen=campaign.status, **_columns(wish)):
        raise CannotUse if (await find(db, campaign.id)).status == campaign.status else CannotChange
    await campaign_rules.save(db, campaign.id, wish.rules)
    await live.announce(db, TOPIC, CHANGED, campaign.id)
    return await find(db, campaign.id)


async def delete(db: Db, campaign: Campaign) -> None:
    """Raises CannotDelete for anything but a draft."""
    if not await db.run(q.delete, id=campaign.id):
        raise CannotDelete
    await live.announce(db, TOPIC, CHANGED, campaign.id)


async def counts(db: Db, campaign_id: int) -> Counts:
    return Counts(**await db.value(q.counts, id=campaign_id))


def _columns(wish: Wish) -> dict[str, Any]:
    columns = msgspec.structs.asdict(wish)
    del columns["rules"]
    return columns | {name: msgspec.json.encode(columns[name]).decode() for name in ("audience", "variables")}
