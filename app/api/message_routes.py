"""Conversations and messages over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import Viewer
from app.api.listing import Listing, listed
from app.api.problems import Invalid
from app.contacts import contact, identities
from app.contacts.identities import Sender
from app.core.db import Db, NotFound
from app.core.forms import NOT_POSSIBLE, REQUIRED
from app.core.i18n import N_
from app.inbox import conversation, message, sending
from app.inbox.conversation import Conversation, Filter
from app.inbox.message import Message
from app.inbox.sending import Draft
from app.message_templates import message_template
from app.message_templates.message_template import MessageTemplate
from app.numbers import phone_number

CONVERSATIONS, MESSAGES = [N_("Conversations")], [N_("Messages")]


class TemplateWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its approved template by `id`, or by `name` and `language`; `variables` by the names in its text."""

    id: int | None = None
    name: str = ""
    language: str = ""
    variables: dict[str, str] = {}


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To a phone number (`to`) or a contact. `text` goes out while the 24-hour window is open, `template` at any time; with
    both, the template is the way out when the window is closed. The same `id` again sends nothing new.
    """

    to: str = ""
    contact_id: int | None = None
    number_id: int | None = None
    text: Annotated[str, Meta(max_length=4096)] = ""
    template: TemplateWish | None = None
    id: UUID | None = None


class SentMessage(msgspec.Struct, frozen=True):
    id: str
    conversation_id: int
    direction: str
    kind: str
    text: str
    status: str
    error_code: int | None
    author: str
    at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


@get("/conversations", operation_id="list_conversations", summary=N_("The conversations, latest first"), tags=CONVERSATIONS,
     guards=[needs(Permission.VIEW_CONVERSATIONS)])  # fmt: skip
async def index(
    db: TenantDb, status: FromQuery[Literal["open", "resolved"]] = "open", q: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Listing[Conversation]:
    return listed(await conversation.search(db, Filter(status=status, q=q), page=after))


@get("/conversations/{conversation_id:int}/messages", operation_id="list_messages", summary=N_("What was said, latest first"),
     tags=CONVERSATIONS, guards=[needs(Permission.VIEW_CONVERSATIONS)])  # fmt: skip
async def messages(db: TenantDb, conversation_id: FromPath[int], after: FromQuery[str] = "") -> Listing[SentMessage]:
    found = await message.thread(db, (await conversation.find(db, conversation_id)).id, page=after)
    return Listing([_shown(each) for each in found], found.next or None)


@post("/messages", operation_id="send_message", summary=N_("Send a message to one person"), tags=MESSAGES,
      guards=[needs(Permission.SEND_MESSAGES, Permission.SEND_TEMPLATES)])  # fmt: skip
async def send(db: TenantDb, viewer: CurrentViewer, data: JSONBody[NewMessage]) -> SentMessage:
    if not data.text and not data.template:
        raise Invalid(text=REQUIRED)
    talk = await conversation.open_for(db, await _person(db, data, viewer), await _number(db, data))
    if talk.is_new:
        require(viewer, Permission.START_CONVERSATIONS)
    if data.text and (talk.window.is_open or not data.template):
        require(viewer, Permission.SEND_MESSAGES)
        return _shown(await sending.send_text(db, talk, Draft(text=data.text, public_id=data.id), by=viewer))
    require(viewer, Permission.SEND_TEMPLATES)
    template, values = await _template(db, data.template or TemplateWish(), talk.number_id)
    return _shown(await sending.send_template(db, talk, template, values, by=viewer, public_id=data.id))


async def _person(db: Db, wish: NewMessage, viewer: Viewer) -> int:
    """Somebody new becomes a contact. Raises Invalid or BadPhone."""
    if wish.contact_id is not None:
        try:
            return (await contact.find(db, wish.contact_id)).id
        except NotFound:
            raise Invalid(contact_id=NOT_POSSIBLE) from None
    if not wish.to:
        raise Invalid(to=REQUIRED)
    try:
        number = contact.normalised(wish.to, viewer.country)
    except contact.BadPhone as bad:
        raise Invalid(to=bad.message) from None
    return (await identities.resolve(db, [Sender(phone=number)]))[0]


async def _number(db: Db, wish: NewMessage) -> int:
    """The one that was chosen, or the only one there is."""
    connected = [number.id for number in await phone_number.all(db)]
    if wish.number_id is None and len(connected) == 1:
        return connected[0]
    if wish.number_id not in connected:
        raise Invalid(number_id=REQUIRED if wish.number_id is None else NOT_POSSIBLE)
    return wish.number_id


async def _template(db: Db, wish: TemplateWish, number_id: int) -> tuple[MessageTemplate, dict[str, str]]:
    for template in await message_template.approved(db, number_id):
        by_name = template.name == wish.name and wish.language in ("", template.language)
        if template.id == wish.id or (wish.id is None and by_name):
            # A variable of the body is called as in its text; others by the part they stand in: header, button.0
            values = {
                name if name.startswith(("header", "button.")) else f"body.{name}": text
                for name, text in wish.variables.items()
            }
            return template, values
    raise Invalid(template=NOT_POSSIBLE)


def _shown(found: Message) -> SentMessage:
    same = {name: getattr(found, name) for name in SentMessage.__struct_fields__ if name not in ("id", "text")}
    return SentMessage(id=found.public_id, text=message.filled(found.text, found.payload), **same)


handlers = [index, messages, send]
