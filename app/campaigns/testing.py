"""A test message: the template with real values, to one number, outside any campaign and counted nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.campaigns import audience, links
from app.campaigns.campaign import Campaign
from app.core.db import Db, Tenant
from app.message_templates import message_template, places
from app.message_templates.message_template import MessageTemplate
from app.numbers import credentials
from app.numbers.provider import provider
from app.whatsapp.contract import Sent
from app.whatsapp.template_sending import template_request

CALLBACK = "test"


class Message(msgspec.Struct, frozen=True):
    template: MessageTemplate
    number_id: int
    values: Sequence[str]


async def message(db: Db, campaign: Campaign) -> Message:
    """What the first person would get; with the template's own examples when nobody gets it yet. Its links count nobody."""
    template = await message_template.find(db, campaign.template_id)
    seen = await audience.examples(db, template, campaign.audience, campaign.variables)
    own = await links.register(db, campaign.id)
    fixed = {key: value.get("text", "") for key, value in campaign.variables.items()}
    values = [seen[0].values[place.key] if seen else place.example or fixed.get(place.key, "") for place in places.of(template)]
    return Message(template, campaign.number_id, own.fill(values, links.NOBODY))


async def send(tenant: Tenant, message: Message, to: str) -> Sent:
    """While somebody waits, and with no transaction open meanwhile. Raises NotSent, OutcomeUnknown or ProviderError."""
    async with tenant.tx() as db:
        keys = await credentials.of_number(db, message.number_id)
    shape = places.shape_of(message.template)
    return await provider().send(keys, template_request(shape.template, to, shape.fill(message.values), CALLBACK))
