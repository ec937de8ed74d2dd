"""Pause, resume, cancel: guarded changes of one row. The lanes see it at their next claim, within a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from app.campaigns import lanes, progress, rules
from app.core import events, live
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements

NUMBER_GONE = N_("The number is no longer connected")
NUMBER_STOPPED = N_("WhatsApp has stopped the number")
TEMPLATE_STOPPED = N_("WhatsApp has stopped this template")

PausedBy: TypeAlias = Literal["person", "guard", "number", "template", "canary"]

q = statements("campaign_sending")


class CannotPause(Exception):
    """It is not sending."""

    message = N_("Only a campaign that is sending can be paused.")


class CannotResume(Exception):
    """It is not paused."""

    message = N_("Only a paused campaign can be resumed.")


class CannotRetry(Exception):
    """Cancelled, or not begun: nobody in it is to get anything."""

    message = N_("A cancelled campaign sends nothing more. Write to these people with another one.")


class CannotCancel(Exception):
    """It is over."""

    message = N_("This campaign is already over.")


async def pause(db: Db, campaign_id: int, *, reason: str = "", by: PausedBy = "person") -> None:
    """`reason` is an English sentence when Recado pauses it by itself. Raises CannotPause."""
    if not await db.value(q.pause, id=campaign_id, reason=reason, by=by):
        raise CannotPause
    if by != "person":
        await events.record(db, "campaign_paused", campaign_id=campaign_id, by=by, reason=reason)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def stop_number(db: Db, number_id: int, reason: str = "") -> None:
    """Every running campaign of a number waits; nobody in it fails. `reason` is WhatsApp's own word, if it was WhatsApp."""
    said = NUMBER_STOPPED if reason else NUMBER_GONE
    for row in await db.rows(q.pause_of_number, number_id=number_id, reason=said):
        await live.announce(db, "campaigns", "campaigns_changed", row["id"])


async def stop_template(db: Db, template_id: int) -> None:
    """Every running campaign of a template waits until WhatsApp allows it again."""
    for row in await db.rows(q.pause_of_template, template_id=template_id, reason=TEMPLATE_STOPPED):
        await live.announce(db, "campaigns", "campaigns_changed", row["id"])


async def resume(db: Db, campaign_id: int) -> None:
    """To the person: whoever has it does not get it again. Raises CannotResume."""
    await rules.forgive(db, campaign_id)
    number_id = await db.value(q.resume, id=campaign_id)
    if number_id is None:
        raise CannotResume
    await lanes.wake(db, number_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def cancel(db: Db, campaign_id: int) -> None:
    """What is out is out; the rest will not go. Raises CannotCancel."""
    if not await db.value(q.cancel, id=campaign_id):
        raise CannotCancel
    await drop_remaining.later(db, campaign_id=campaign_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


@job(queue="campaigns")
async def drop_remaining(tenant: Tenant, *, campaign_id: int) -> None:
    """Up to a million rows, so not while somebody waits for a page."""
    async with tenant.tx() as db:
        await db.run(q.drop_remaining, id=campaign_id)
        await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def resend_uncertain(db: Db, campaign_id: int, number_id: int) -> None:
    """A person has decided: once more."""
    await db.run(q.resend_uncertain, id=campaign_id)
    await lanes.wake(db, number_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def leave_uncertain(db: Db, campaign_id: int) -> None:
    """A person has decided: rather nobody twice."""
    await db.run(q.leave_uncertain, id=campaign_id)
    await progress.complete(db, campaign_id)
    await live.announce(db, "campaigns", "campaigns_changed", campaign_id)


async def retry_failed(
    db: Db, campaign_id: int, *, codes: Sequence[int] | None = None, recipient_ids: Sequence[int] | None = None
) -> int:
    """A new attempt for everybody who failed, or for some; how many. Code 0 is a failure without one. Raises CannotRetry."""
    if await db.value(q.may_retry, id=campaign_id) is None:
        raise CannotRetry
    n = await db.run(
        q.retry_failed,
        id=campaign_id,
        codes=None if codes is None else list(codes),
        recipient_ids=None if recipient_ids is None else list(recipient_ids),
    )
    if n:
        await lanes.reopen(db, {campaign_id})
        await live.announce(db, "campaigns", "campaigns_changed", campaign_id)
    return n
