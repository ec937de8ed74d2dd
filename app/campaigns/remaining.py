"""A text that changes on the way: whoever has the old one keeps it, everybody who waits gets the new one."""

from __future__ import annotations

from typing import Any

import msgspec

from app.campaigns import audience, links, variants
from app.campaigns.audience import Reach
from app.campaigns.campaign import CHANGED, TOPIC, Campaign
from app.campaigns.variants import Text
from app.core import live
from app.core.db import Db, Tenant
from app.core.i18n import N_
from app.core.jobs import job
from app.core.statements import statements
from app.message_templates import message_template, places
from app.message_templates.message_template import MessageTemplate

q = statements("campaign_variants")


class CannotChangeText(Exception):
    """It is not paused, its test is not over, or WhatsApp no longer allows the template."""

    message = N_("The text can be changed while the campaign is paused, once a test of texts is over, to an approved template.")


def audience_of(campaign: Campaign) -> dict[str, Any]:
    """Those who wait, as `audience` understands it."""
    return {"kind": "remaining", "id": campaign.id}


async def current(db: Db, campaign: Campaign) -> Text:
    """What those who wait would get as it is: the latest change, the winner, or the campaign's own."""
    known = await variants.texts(db, campaign.id)
    test = await variants.test_of(db, campaign.id)
    last = known[-1]
    if last.place >= variants.MOST_TEXTS or test.winner is None:
        return last if last.place >= variants.MOST_TEXTS else known[0]
    return next(text for text in known if text.place == test.winner)


async def reach(db: Db, campaign: Campaign, template: MessageTemplate, variables: dict[str, Any]) -> Reach:
    """How many of them get the new text, and whom it does not fit."""
    return await audience.reach(db, template, audience_of(campaign), variables)


async def change(db: Db, campaign: Campaign, template_id: int, variables: dict[str, dict[str, str]]) -> None:
    """The rows change in a job, since they may be a million; who is sent to meanwhile gets one text or the other, whole.

    Raises CannotChangeText.
    """
    wish = msgspec.json.encode(variables).decode()
    place = await db.value(q.add_changed, id=campaign.id, template_id=template_id, variables=wish)
    if place is None:
        raise CannotChangeText
    await links.register(db, campaign.id)
    await freeze.later(db, campaign_id=campaign.id, place=place, template_id=template_id)
    await live.announce(db, TOPIC, CHANGED, campaign.id)


@job(queue="campaigns", priority=5)
async def freeze(tenant: Tenant, *, campaign_id: int, place: int, template_id: int) -> None:
    """One statement: all of them, or none yet."""
    async with tenant.tx() as db:
        template = await message_template.find(db, template_id)
        await db.run(q.freeze_changed, id=campaign_id, place=place, names=places.keys(template))
        await live.announce(db, TOPIC, CHANGED, campaign_id)
