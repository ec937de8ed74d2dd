"""The people of a campaign: who got it, what was tried for each, what failed and who is tried again."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.campaigns import campaign, clicks, control, failing, recipient, story
from app.campaigns.campaign import Campaign
from app.core.db import Db
from app.core.forms import SubmittedForm, parse
from app.core.pages import Page, page

PEOPLE = "campaigns/recipients.html"
PERSON = "campaigns/recipient.html"
FAILURES = "campaigns/failures.html"


class Again(msgspec.Struct, frozen=True):
    """Groups of failures, or single people."""

    groups: list[str] = []
    recipient_ids: list[int] = []


@get("/{campaign_id:int}/failures", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def failures(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    return await _failures(request, db, await campaign.find(db, campaign_id))


@post("/{campaign_id:int}/retries", status_code=200, guards=[needs(Permission.RETRY_CAMPAIGNS)])
async def retry(request: CurrentRequest, db: TenantDb, data: SubmittedForm, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    form = parse(Again, data)
    tried, trouble = (0, "") if form.errors else await _tried_again(db, found, form.value)
    return await _failures(request, db, found, tried=tried, trouble=trouble)


@get("/{campaign_id:int}/recipients", guards=[needs(Permission.VIEW_RECIPIENTS)])
async def people(
    request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int],
    *, only: FromQuery[str] = "", after: FromQuery[str] = "", live: FromQuery[bool] = False,
) -> Page:  # fmt: skip
    found = await campaign.find(db, campaign_id)
    rows = await recipient.search(db, found.id, only, page=after)
    counts = await campaign.counts(db, found.id)
    block = "rows" if after else "people"
    return page(request, PEOPLE, block, campaign=found, found=rows, only=only, live=live, counts=counts)


@get("/{campaign_id:int}/recipients/{recipient_id:int}", guards=[needs(Permission.VIEW_RECIPIENTS)])
async def person(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int], recipient_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    return await _person(request, db, found, recipient_id)


@put("/{campaign_id:int}/recipients/{recipient_id:int}/exclusion", guards=[needs(Permission.CHANGE_RUNNING_CAMPAIGNS)])
async def exclude(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int], recipient_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    one, trouble = await recipient.find(db, found.id, recipient_id), ""
    try:
        await recipient.exclude(db, one)
    except recipient.CannotExclude as refusal:
        trouble = refusal.message
    return await _person(request, db, found, recipient_id, trouble=trouble)


@put("/{campaign_id:int}/recipients/{recipient_id:int}/retry", guards=[needs(Permission.RETRY_CAMPAIGNS)])
async def retry_one(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int], recipient_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    one = await recipient.find(db, found.id, recipient_id)
    _, trouble = await _tried_again(db, found, Again(recipient_ids=[one.id]))
    return await _person(request, db, found, recipient_id, trouble=trouble)


async def _tried_again(db: Db, found: Campaign, wish: Again) -> tuple[int, str]:
    """How many, and why not."""
    try:
        if wish.recipient_ids:
            return await failing.retry_people(db, found.id, wish.recipient_ids), ""
        return await failing.retry(db, found.id, wish.groups), ""
    except control.CannotRetry as refusal:
        return 0, refusal.message


async def _failures(request: CurrentRequest, db: Db, found: Campaign, *, tried: int = 0, trouble: str = "") -> Page:
    context: dict[str, Any] = {"campaign": found, "tried": tried, "trouble": trouble}
    return page(request, FAILURES, "groups", **context, groups=await failing.groups(db, found.id))


async def _person(request: CurrentRequest, db: Db, found: Campaign, recipient_id: int, *, trouble: str = "") -> Page:
    one = await recipient.find(db, found.id, recipient_id)
    pressed = await clicks.of_recipient(db, one.id)
    return page(
        request, PERSON, "person", campaign=found, one=one, events=story.of(one, pressed), links=pressed, trouble=trouble
    )


handlers = [failures, retry, people, person, exclude, retry_one]
