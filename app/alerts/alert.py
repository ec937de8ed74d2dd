"""An alert as people read it: its sentences in their language, and where its subject is looked at."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

import msgspec

from app.alerts.kinds import KINDS, PLACES, QUALITIES, Kind
from app.core.db import Db
from app.core.i18n import gettext
from app.core.pages import day
from app.core.paging import Page, after, page_of
from app.core.statements import statements

q = statements("alerts")


class Alert(msgspec.Struct, frozen=True):
    """`key` is the id of its subject; a `resolved_by` of nobody and `by_itself` is the house's own doing."""

    id: int
    kind: str
    severity: str
    subject: str
    key: str
    facts: dict[str, Any]
    first_at: datetime
    last_at: datetime
    times: int
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    by_itself: bool
    acknowledged_by: str | None
    resolved_by: str | None
    named: str

    @property
    def about(self) -> Kind:
        return KINDS[self.kind]

    @property
    def title(self) -> str:
        """In the language of this context, with the name that people gave to its subject."""
        return gettext(self.about.title) % self._words(self.named or self._id)

    @property
    def advice(self) -> str:
        """Why, if somebody said so in words, and what to do."""
        reason = self.facts.get("reason", "")
        why = f"{gettext(reason).rstrip('.')}. " if " " in reason else ""
        return why + gettext(self.about.advice) % self._words(self._id)

    @property
    def outside_title(self) -> str:
        """As channels say it: names stay in the house, ids may leave it."""
        return gettext(self.about.title) % self._words(self._id)

    @property
    def href(self) -> str:
        return PLACES[self.subject].format(self.key)

    @property
    def _id(self) -> str:
        return self.key if self.subject in ("queue", "worker") else f"#{self.key}"

    def _words(self, name: str) -> dict[str, Any]:
        words = defaultdict(lambda: "…", self.facts, name=name)  # a better wording must not break on older facts
        if "quality" in words:
            words["quality"] = gettext(QUALITIES.get(words["quality"], words["quality"]))
        if "day" in words:
            words["day"] = day(date.fromisoformat(words["day"]))
        return words


class Open(msgspec.Struct, frozen=True):
    count: int
    critical: bool


async def find(db: Db, alert_id: int) -> Alert:
    return await db.one(q.find, Alert, id=alert_id)


async def search(db: Db, *, only: str = "", kind: str = "", severity: str = "", page: str | None = None) -> Page[Alert]:
    """Open ones first, each part with the newest first."""
    resolved, last = after(page, bool, int)
    found = await db.many(q.search, Alert, only=only, kind=kind, severity=severity, resolved=bool(resolved), last=last)
    return page_of(found, lambda alert: (alert.resolved_at is not None, alert.id))


async def open_now(db: Db) -> Open:
    """How many wait for somebody, and whether one of them is critical."""
    return await db.one(q.open, Open)


async def template_status(db: Db, template_id: int) -> str | None:
    found: str | None = await db.value(q.template_status, id=template_id)
    return found


async def is_told(db: Db, kind: str, key: str, *, severity: str, day: str) -> bool:
    """Whether there was one that grave about this end already, be it open or put away by hand."""
    return bool(await db.value(q.is_told, kind=kind, key=key, severity=severity, day=day))
