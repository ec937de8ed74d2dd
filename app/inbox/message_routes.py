"""The composer: answers, notes, templates, files, reactions, and another try of what did not arrive."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.contacts.consent import OptedOut
from app.core import files
from app.core.db import Db
from app.core.forms import Form, SubmittedForm, parse
from app.core.pages import Page, fragment
from app.inbox import conversation as conversations
from app.inbox import handling, media, quick_reply, reacting, sending, template_message
from app.inbox import message as messages
from app.inbox.conversation import Conversation
from app.inbox.media import FileRefused
from app.inbox.message import Message
from app.inbox.routes import SEES, composer
from app.inbox.sending import CannotTryAgain, Draft, NumberGone
from app.inbox.template_message import MissingValue
from app.inbox.window import WindowClosed
from app.message_templates import message_template
from app.message_templates.message_template import MessageTemplate

WRITES = [needs(Permission.SEND_MESSAGES, Permission.NOTE_CONVERSATIONS)]


class Writing(msgspec.Struct, frozen=True):
    """`kind` is reply or note; `public_id` is minted by the browser, so that pressing twice sends once."""

    text: Annotated[str, Meta(min_length=1, max_length=4096)]
    kind: Annotated[str, Meta(pattern="^(reply|note)$")] = "reply"
    public_id: UUID | None = None
    quoted: Annotated[str, Meta(max_length=300)] | None = None


class Attached(msgspec.Struct, frozen=True):
    caption: Annotated[str, Meta(max_length=1024)] = ""
    public_id: UUID | None = None


@get("/", guards=SEES)
async def older(
    request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int], *, before: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:  # fmt: skip
    """What was said before, or last, for a page that missed something; `day` is the one that follows it on the page."""
    found = await conversations.find(db, conversation_id)
    said = await messages.thread(db, found.id, page=before)
    return fragment(
        request, "inbox/inbox.html", "older", conversation=found, said=said, following=day, divider=None, catching_up=not before
    )


@post("/", guards=WRITES)
async def write(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, conversation_id: FromPath[int]
) -> Page:
    found, form = await conversations.find(db, conversation_id), parse(Writing, data)
    kind = str(data.get("kind", "reply"))
    require(viewer, Permission.NOTE_CONVERSATIONS if kind == "note" else Permission.SEND_MESSAGES)
    if form.errors:
        return await _composer(request, db, found, form, kind=kind, status=422)
    draft = Draft(text=form.value.text, public_id=form.value.public_id, quoted=form.value.quoted)
    try:
        verb = handling.write_note if kind == "note" else sending.send_text
        return await _written(request, db, found, await verb(db, found, draft, by=viewer), kind=kind)
    except (WindowClosed, NumberGone) as refused:
        form.errors["text"] = refused.message
        return await _composer(request, db, found, form, kind=kind, status=422)


@post("/templates", guards=[needs(Permission.SEND_TEMPLATES)])
async def send_template(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, conversation_id: FromPath[int]
) -> Page:
    found, template = await conversations.find(db, conversation_id), await _template(db, data)
    form: Form[Any] = Form({name: value for name, value in data.items() if isinstance(value, str)})
    try:
        sent = await sending.send_template(db, found, template, form.raw, by=viewer, public_id=_minted(form))
        return await _written(request, db, found, sent)
    except MissingValue as missing:
        form.errors = missing.errors
    except (NumberGone, OptedOut) as refused:
        form.errors["template_id"] = refused.message
    return _template_form(request, found, template, form, status=422)


@get("/templates", guards=[needs(Permission.SEND_TEMPLATES)])
async def templates(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int]) -> Page:
    """The fields of a template and how it will look, while it is being filled in."""
    found, given = await conversations.find(db, conversation_id), dict(request.query_params)
    template = await _template(db, given)
    guesses = template_message.guesses(template, found.name)
    return _template_form(request, found, template, Form(guesses | given))


@get("/quick-replies", guards=[needs(Permission.VIEW_QUICK_REPLIES)])
async def quick_replies(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int], q: FromQuery[str] = "") -> Page:
    found = await conversations.find(db, conversation_id)
    return fragment(request, "inbox/composer.html", "quick_replies", conversation=found, found=await quick_reply.search(db, q))


@post("/files", guards=[needs(Permission.SEND_MEDIA)], request_max_body_size=media.MOST + media.MB)
async def attach(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, conversation_id: FromPath[int],
    data: MultipartBody[dict[str, Any]],
) -> Page:  # fmt: skip
    found, file = await conversations.find(db, conversation_id), data.get("file")
    form = parse(Attached, {name: value for name, value in data.items() if isinstance(value, str)})
    try:
        draft = await _file_draft(db, file if isinstance(file, UploadFile) else None, form.value)
        return await _written(request, db, found, await sending.send_text(db, found, draft, by=viewer))
    except (FileRefused, WindowClosed, NumberGone) as refused:
        form.errors["file"] = refused.message
    return fragment(request, "inbox/composer.html", "attachment", status=422, conversation=found, form=form)


@post("/{public_id:uuid}/attempts", guards=[needs(Permission.RETRY_MESSAGES)])
async def try_again(request: CurrentRequest, db: TenantDb, conversation_id: FromPath[int], public_id: FromPath[UUID]) -> Page:
    found = await conversations.find(db, conversation_id)
    failed = await messages.by_public_id(db, found.id, public_id)
    try:
        shown, refused = await sending.try_again(db, found, failed), ""
    except (CannotTryAgain, OptedOut, WindowClosed, NumberGone) as problem:
        shown, refused = failed, problem.message
    return fragment(request, "inbox/live.html", "message", message=shown, conversation=found, refused=refused)


@put("/{public_id:uuid}/reaction", guards=[needs(Permission.REACT_TO_MESSAGES)])
async def react(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, conversation_id: FromPath[int],
    *, public_id: FromPath[UUID],
) -> Page:  # fmt: skip
    found = await conversations.find(db, conversation_id)
    message = await messages.by_public_id(db, found.id, public_id)
    try:
        message, refused = await reacting.react(db, found, message, str(data.get("emoji", "")), by=viewer), ""
    except (WindowClosed, NumberGone) as problem:
        refused = problem.message
    return fragment(request, "inbox/live.html", "message", message=message, conversation=found, refused=refused)


def _minted(form: Form[Any]) -> UUID | None:
    """The id from the browser; without one, or with a mangled one, we make our own."""
    try:
        return UUID(form.raw.get("public_id", ""))
    except ValueError:
        return None


async def _template(db: Db, data: dict[str, Any]) -> MessageTemplate:
    """Raises NotFound, also for what is no number at all."""
    chosen = str(data.get("template_id", ""))
    return await message_template.find(db, int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)


async def _file_draft(db: Db, file: UploadFile | None, wish: Attached) -> Draft:
    content = await file.read() if file else b""
    mime = (file.content_type if file else "") or "application/octet-stream"
    kind = media.kind_of(mime, len(content))
    name = media.safe_name(file.filename if file else "", mime)
    kept = await files.store_bytes(db, name, mime, content)
    payload = {"mime": mime, "filename": name, "size": len(content)}
    return Draft(kind=kind, text=wish.caption, payload=payload, file_id=kept.id, public_id=wish.public_id)


async def _composer(
    request: CurrentRequest, db: Db, found: Conversation, form: Form[Any], *, kind: str = "reply", status: int = 200
) -> Page:
    parts = await composer(db, found, form, kind=kind)
    return fragment(request, "inbox/live.html", "written", status=status, conversation=found, composer=parts, message=None)


async def _written(request: CurrentRequest, db: Db, found: Conversation, message: Message, *, kind: str = "reply") -> Page:
    """An empty composer in the same mode, and the bubble at once; its broadcast will meet the same element."""
    parts = await composer(db, found, kind=kind)
    return fragment(request, "inbox/live.html", "written", conversation=found, composer=parts, message=message)


def _template_form(
    request: CurrentRequest,
    found: Conversation,
    template: message_template.MessageTemplate,
    form: Form[Any],
    *,
    status: int = 200,
) -> Page:
    return fragment(
        request, "inbox/composer.html", "template", status=status, conversation=found, template=template, form=form,
        fields=template_message.fields(template), shown=template_message.preview(template, form.raw),
    )  # fmt: skip


router = Router(
    "/inbox/{conversation_id:int}/messages",
    route_handlers=[older, write, send_template, templates, quick_replies, attach, try_again, react],
)
