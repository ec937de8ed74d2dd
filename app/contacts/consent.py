"""Who wants no advertising, or nothing at all any more, and what proves it. Asked again at send time, by the claim itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from app.access.viewer import Viewer
from app.contacts import identities
from app.contacts.identities import Sender
from app.core import events, live
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import Statement, statements
from app.whatsapp.updates import PreferenceUpdate

How = Literal["keyword", "whatsapp", "131050", "manual", "api", "import"]
Scope = Literal["marketing", "all"]

REFUSED_MARKETING = 131050  # Meta's code for a person who switched marketing off
SILENT: tuple[How, ...] = ("whatsapp", "131050")  # said to WhatsApp, not to us

q = statements("consent")


class OptedOut(Exception):
    """Nobody may decide otherwise but the person."""

    message = N_("This person does not want this. You can answer freely while the 24-hour window is open.")


class Said(msgspec.Struct, frozen=True):
    """What one person said, and what proves it: their message, or a reason that somebody wrote down. `at` if not now."""

    contact_id: int
    at: datetime | None = None
    wamid: str = ""
    text: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One line of the ledger; `by` is the colleague's name."""

    id: int
    what: str
    scope: str
    how: str
    wamid: str
    text: str
    by: str
    at: datetime


async def opt_out(
    db: Db, said: Sequence[Said], how: How, *, scope: Scope = "marketing", by: Viewer | None = None
) -> dict[int, str]:
    """Whom it changed, and why they had been out before: '' for most. Widens what somebody is out of, never narrows it."""
    changed = await _change(db, q.opt_out, said, how=how, scope=scope, by=by)
    if changed:
        await events.record(db, "opted_out", contact_ids=sorted(changed), reason=how)
    return changed


async def opt_in(db: Db, said: Sequence[Said], how: How, *, by: Viewer | None = None) -> dict[int, str]:
    """They want it again. Whom it changed, and why they had been out."""
    return await _change(db, q.opt_in, said, how=how, by=by)


async def ledger(db: Db, contact_id: int) -> list[Entry]:
    """The latest first."""
    return await db.many(q.ledger, Entry, id=contact_id)


def refuses(scope: str, *, marketing: bool, window_open: bool) -> bool:
    """Whether a template may not go out; `scope` is '' for whoever has not opted out."""
    return bool(scope) and (marketing or (scope == "all" and not window_open))


async def refused_marketing(db: Db, refusals: Sequence[Said]) -> None:
    """WhatsApp answered 131050: they switched marketing off there, and we were not told."""
    await opt_out(db, refusals, "131050")


async def apply_preferences(db: Db, updates: Sequence[PreferenceUpdate]) -> None:
    """WhatsApp's own switch for marketing. Of several updates for one person the last counts."""
    found = await db.rows(q.portfolios, wabas=[each.waba_id for each in updates])
    portfolios = {row["waba_id"]: row["portfolio"] for row in found}
    people = await identities.resolve(db, [Sender.of(each.person, portfolios.get(each.waba_id, "")) for each in updates])
    latest = {person: update for update, person in sorted(zip(updates, people, strict=True), key=lambda pair: pair[0].at)}
    said = [(update.wants_marketing, Said(person, update.at, text=update.detail or "")) for person, update in latest.items()]
    await opt_out(db, [each for wants, each in said if not wants], "whatsapp")
    await opt_in(db, [each for wants, each in said if wants], "whatsapp")


async def _change(db: Db, statement: Statement, said: Sequence[Said], *, by: Viewer | None, **facts: Any) -> dict[int, str]:
    if not said:
        return {}
    given = {
        "ids": [each.contact_id for each in said], "moments": [each.at for each in said],
        "wamids": [each.wamid for each in said], "texts": [each.text for each in said],
    }  # fmt: skip
    rows = await db.rows(statement, **given, **facts, by=by.id if by else None)
    if rows:
        await live.announce(db, "contacts", "contacts_changed")
    return {row["id"]: row["reason"] for row in rows}
