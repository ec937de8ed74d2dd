"""Message templates over the API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.api.listing import Listing, listed
from app.api.problems import Invalid
from app.core.db import Db, NotFound, Tenant
from app.core.forms import NOT_POSSIBLE
from app.core.i18n import N_
from app.message_templates import message_template, submission
from app.message_templates.message_template import MessageTemplate
from app.numbers import phone_number
from app.whatsapp.template_draft import Button, Header, TemplateDraft
from app.whatsapp.template_rules import problems

TAGS = [N_("Message templates")]


class NewButton(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    text: str = ""
    value: str = ""
    example: str = ""


class NewTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`number_id` says whose account it belongs to; `submit` hands it to WhatsApp for review at once."""

    number_id: int
    name: str
    language: str
    category: str
    body: Annotated[str, Meta(min_length=1)]
    header: str = ""
    header_example: str = ""
    footer: str = ""
    buttons: list[NewButton] = []
    examples: dict[str, str] = {}
    submit: bool = True

    @property
    def draft(self) -> TemplateDraft:
        buttons = tuple(Button(**msgspec.structs.asdict(button)) for button in self.buttons)
        header = Header("TEXT", self.header, self.header_example) if self.header else None
        return TemplateDraft(self.name, self.language, self.category, self.body, header, self.footer, buttons, self.examples)


@get(
    "/message-templates", operation_id="list_message_templates", summary=N_("Find templates"), tags=TAGS,
    guards=[needs(Permission.VIEW_TEMPLATES)],
)  # fmt: skip
async def index(
    db: TenantDb, q: FromQuery[str] = "", status: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Listing[MessageTemplate]:
    return listed(await message_template.search(db, q, status=status, page=after))


@get(
    "/message-templates/{template_id:int}", operation_id="show_message_template", summary=N_("One template and its review"),
    tags=TAGS, guards=[needs(Permission.VIEW_TEMPLATES)],
)  # fmt: skip
async def show(db: TenantDb, template_id: FromPath[int]) -> MessageTemplate:
    return await message_template.find(db, template_id)


# Saved in a transaction of its own; none is open while WhatsApp is asked.
@post(
    "/message-templates", operation_id="create_message_template", summary=N_("Write a template and submit it"), tags=TAGS,
    guards=[needs(Permission.EDIT_TEMPLATES)],
)  # fmt: skip
async def create(viewer: CurrentViewer, data: JSONBody[NewTemplate]) -> MessageTemplate:
    if data.submit:
        require(viewer, Permission.SUBMIT_TEMPLATES)
    if errors := problems(data.draft):
        raise Invalid(**errors)
    async with viewer.tx() as db:
        template = await message_template.create(db, await _waba(db, data.number_id), data.draft, by=viewer)
    if data.submit:
        await submission.submit(Tenant(viewer.tenant_id), template.id)
    async with viewer.tx() as db:
        return await message_template.find(db, template.id)


async def _waba(db: Db, number_id: int) -> int:
    try:
        return (await phone_number.find(db, number_id)).waba
    except NotFound:
        raise Invalid(number_id=NOT_POSSIBLE) from None


handlers = [index, show, create]
