"""Handing a template to WhatsApp for review, and taking it away there. No transaction stays open during a call."""

from __future__ import annotations

from app.core import live
from app.core.db import Tenant
from app.core.i18n import N_
from app.core.statements import statements
from app.message_templates import message_template, review
from app.message_templates.message_template import CHANGED, STATUSES, TOPIC, MessageTemplate
from app.numbers import credentials as vault
from app.numbers.provider import provider
from app.whatsapp.contract import Credentials
from app.whatsapp.errors import Failure, NotSent, OutcomeUnknown, ProviderError
from app.whatsapp.template_draft import definition

NO_ANSWER = N_("WhatsApp could not be reached, so the template is still a draft. Try again in a moment.")
NOT_ACCEPTED = N_("Something in it is not as WhatsApp wants it. Its own words are below; your text is saved as a draft.")

# Which field of the form a code of Meta's is about; the others are about the template as a whole.
FIELDS = {2388024: "name", 2388047: "header", 2388072: "body", 2388073: "footer", 2388293: "body", 2388299: "body"}
INVALID = 100  # any parameter; only the wording tells which
GONE = 2593002  # the subcode for a template that does not exist

q = statements("message_templates")


class Refused(Exception):
    """Meta did not even take it to review: the field it is about, the reason, and Meta's own wording."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail

    @property
    def message(self) -> str:
        return NOT_ACCEPTED if self.failure.code == INVALID else self.failure.title

    @property
    def field(self) -> str:
        return FIELDS.get(self.failure.code or 0, "submission")


async def submit(tenant: Tenant, template_id: int) -> None:
    """Draft to pending. Without a clear answer it stays pending, and the next look at WhatsApp's list says what it is.

    Raises Refused or NotSent, and it is a draft again.
    """
    async with tenant.tx() as db:
        if await db.value(q.submit, id=template_id) is None:
            return
        template = await message_template.find(db, template_id)
        credentials = await vault.of_account(db, template.waba)
        await live.announce(db, TOPIC, CHANGED, template_id)
    try:
        await _hand_over(tenant, credentials, template)
    except ProviderError as error:
        if error.failure.outcome_unknown:
            return
        await _take_back(tenant, template)
        raise Refused(error.failure, error.detail) from error
    except NotSent:
        await _take_back(tenant, template)
        raise
    except OutcomeUnknown:
        return


async def _hand_over(tenant: Tenant, credentials: Credentials, template: MessageTemplate) -> None:
    wanted = definition(template.draft)
    if template.provider_id:
        await provider().edit_template(credentials, template.provider_id, wanted)
        return
    made = await provider().create_template(credentials, wanted)
    reason = review.category_changed(template.category) if made.category != template.category else ""
    async with tenant.tx() as db:
        status = STATUSES.get(made.status) or "pending"
        await db.run(q.accepted, id=template.id, provider_id=made.id, category=made.category, status=status, reason=reason)
        await live.announce(db, TOPIC, CHANGED, template.id)


async def _take_back(tenant: Tenant, template: MessageTemplate) -> None:
    async with tenant.tx() as db:
        await db.run(q.take_back, id=template.id)
        await live.announce(db, TOPIC, CHANGED, template.id)


async def withdraw(tenant: Tenant, template: MessageTemplate) -> None:
    """Deletes it at WhatsApp, then here. Raises Refused, NotSent or OutcomeUnknown."""
    if template.provider_id:
        async with tenant.tx() as db:
            credentials = await vault.of_account(db, template.waba)
        try:
            await provider().delete_template(credentials, template.name, template_id=template.provider_id)
        except ProviderError as error:
            if error.failure.code not in (INVALID, GONE):
                raise Refused(error.failure, error.detail) from error
    async with tenant.tx() as db:
        await message_template.delete(db, template)
