"""A test message: the template with real values, to one number, outside any campaign and counted nowhere."""

from __future__ import annotations

import msgspec

from app.campaigns import audience
from app.campaigns.campaign import Campaign
from app.core.db import Db, Tenant
from app.message_templates import message_template
from app.message_templates.message_template import MessageTemplate
from app.numbers import credentials
from app.numbers.provider import provider
from app.whatsapp.contract import Sent
from app.whatsapp.template_sending import Parameters, of_body, template_request
from app.whatsapp.template_text import in_order

CALLBACK = "test"


class Message(msgspec.Struct, frozen=True):
    template: MessageTemplate
    number_id: int
    values: list[str]


async def message(db: Db, campaign: Campaign) -> Message:
    """What the first person would get; with the template's own examples when nobody gets it yet."""
    template = await message_template.find(db, campaign.template_id)
    seen = await audience.examples(db, template, campaign.audience, campaign.variables)
    values = seen[0].values if seen else template.examples
    return Message(template, campaign.number_id, [values.get(name, "") for name in in_order(template.body)])


async def send(tenant: Tenant, message: Message, to: str) -> Sent:
    """While somebody waits, and with no transaction open meanwhile. Raises NotSent, OutcomeUnknown or ProviderError."""
    async with tenant.tx() as db:
        keys = await credentials.of_number(db, message.number_id)
    template = message.template
    letter = of_body(template.name, template.language, template.body)
    return await provider().send(keys, template_request(letter, to, Parameters(body=message.values), CALLBACK))
