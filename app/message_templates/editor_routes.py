"""The form of a template: what is typed comes back as a preview with WhatsApp's checks, and is saved or sent for review."""

from __future__ import annotations

from typing import Any

from litestar import get, post, put
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.core.db import Db, Tenant
from app.core.forms import SubmittedForm
from app.core.i18n import N_, gettext
from app.core.pages import Page, fragment, page, redirect
from app.message_templates import message_template, submission, writing
from app.message_templates.message_template import MessageTemplate, NameTaken, UnderReview
from app.message_templates.preview import COPY_CODE, bubble
from app.numbers import phone_number
from app.whatsapp.errors import NotSent
from app.whatsapp.template_draft import TemplateDraft
from app.whatsapp.template_languages import TEMPLATE_LANGUAGES
from app.whatsapp.template_rules import problems, warnings
from app.whatsapp.template_text import in_order

LIST = "/message-templates"
EDITOR = "message_templates/editor.html"
REVIEW = "review"  # what the second button of the form sends as its action
CHOOSE_ACCOUNT = N_("Choose the number whose account the template belongs to.")


@get("/new", guards=[needs(Permission.EDIT_TEMPLATES)])
async def new(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer) -> Page:
    draft = writing.blank(viewer.language)
    return page(request, EDITOR, "form", **_editor(draft), accounts=await _accounts(db), template=None)


@get("/{template_id:int}/draft", guards=[needs(Permission.EDIT_TEMPLATES)])
async def edit(request: CurrentRequest, db: TenantDb, template_id: FromPath[int]) -> Page:
    template = await message_template.find(db, template_id)
    if not template.is_editable:
        return redirect(request, f"{LIST}/{template.id}")
    return page(request, EDITOR, "form", **_editor(template.draft), accounts=await _accounts(db), template=template)


@post("/preview", guards=[needs(Permission.EDIT_TEMPLATES)])
async def preview(
    request: CurrentRequest, data: SubmittedForm, add: FromQuery[str] = "", remove: FromQuery[int | None] = None
) -> Page:
    draft = writing.read(data)
    if add:
        draft = writing.with_button(draft, add)
    if remove is not None:
        draft = writing.without_button(draft, remove)
    return fragment(request, EDITOR, "answer", **_editor(draft), buttons_changed=bool(add) or remove is not None)


@post("/", guards=[needs(Permission.EDIT_TEMPLATES)])
async def create(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    return await _save(request, viewer, data, None)


@put("/{template_id:int}", guards=[needs(Permission.EDIT_TEMPLATES)])
async def change(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm, template_id: FromPath[int]) -> Page:
    return await _save(request, viewer, data, template_id)


async def _save(request: CurrentRequest, viewer: Viewer, data: SubmittedForm, template_id: int | None) -> Page:
    """Saved in its own transaction, so that nothing typed is lost whatever WhatsApp answers."""
    for_review, detail = data.get("action") == REVIEW, ""
    if for_review:
        require(viewer, Permission.SUBMIT_TEMPLATES)
    async with viewer.tx() as db:
        template = await message_template.find(db, template_id) if template_id else None
        draft, accounts = writing.read(data, template), await _accounts(db)
        errors = problems(draft) if for_review else writing.missing_for_draft(draft)
        if not errors:
            template, errors = await _keep(db, template, draft, _chosen(data, accounts), by=viewer)
    if template and not errors and for_review:
        errors, detail = await _submit(viewer, template)
    if template and not errors:
        return redirect(request, f"{LIST}/{template.id}")
    context = _editor(draft, errors, waba=data.get("waba", "")) | {"accounts": accounts, "template": template, "detail": detail}
    return page(request, EDITOR, "form", status=422, **context)


async def _keep(
    db: Db, template: MessageTemplate | None, draft: TemplateDraft, waba: int | None, *, by: Viewer
) -> tuple[MessageTemplate | None, dict[str, str]]:
    """The template as it is now, and what kept it from being saved."""
    try:
        if template:
            return await message_template.change(db, template, draft), {}
        if waba is None:
            return None, {"waba": CHOOSE_ACCOUNT}
        return await message_template.create(db, waba, draft, by=by), {}
    except NameTaken as taken:
        return template, {"name": taken.message}
    except UnderReview as busy:
        return template, {"submission": busy.message}


async def _submit(viewer: Viewer, template: MessageTemplate) -> tuple[dict[str, str], str]:
    """What WhatsApp refused, by field, and its own words for it."""
    try:
        await submission.submit(Tenant(viewer.tenant_id), template.id)
    except submission.Refused as refused:
        return {refused.field: refused.message}, refused.detail
    except NotSent:
        return {"submission": submission.NO_ANSWER}, ""
    return {}, ""


async def _accounts(db: Db) -> dict[int, str]:
    """Accounts by their first number; numbers of one account share its templates."""
    numbers = await phone_number.all(db)
    return {number.waba: f"{number.verified_name} {number.display}".strip() for number in reversed(numbers)}


def _chosen(data: SubmittedForm, accounts: dict[int, str]) -> int | None:
    if len(accounts) == 1:
        return next(iter(accounts))
    wish = str(data.get("waba", ""))
    return int(wish) if wish.isdecimal() and int(wish) in accounts else None


def _editor(draft: TemplateDraft, errors: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    found = problems(draft)
    return {
        "form": writing.form_of(draft, errors, **more),
        "draft": draft,
        "bubble": bubble(draft, copy_code=gettext(COPY_CODE)),
        "variables": [] if draft.category == "AUTHENTICATION" else in_order(draft.body),
        "checks": dict.fromkeys(found.values()),
        "warnings": warnings(draft).values(),
        "template_languages": TEMPLATE_LANGUAGES.items(),
        "detail": "",
    }


handlers = [new, edit, preview, create, change]
