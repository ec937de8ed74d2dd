"""The pages of message templates: the list, and one template with what became of it. The form is in editor_routes.py."""

from __future__ import annotations

from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest
from app.core.db import Tenant
from app.core.i18n import N_, gettext
from app.core.pages import Page, page, redirect
from app.message_templates import editor_routes, message_template, submission, syncing
from app.message_templates.message_template import MessageTemplate
from app.message_templates.preview import COPY_CODE, bubble
from app.message_templates.submission import Refused
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError
from app.whatsapp.template_languages import TEMPLATE_LANGUAGES

LIST = editor_routes.LIST
NOT_SYNCED = N_("WhatsApp did not answer, so the list is as it was. Try again in a moment.")
NOT_DELETED = N_("WhatsApp did not confirm, so the template is still here. Try again in a moment.")


@get("/", guards=[needs(Permission.VIEW_TEMPLATES)])
async def index(
    request: CurrentRequest, db: TenantDb, q: FromQuery[str] = "", status: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Page:
    return await _list(request, db, q=q, status=status, after=after)


@post("/syncs", guards=[needs(Permission.SYNC_TEMPLATES)])
async def sync(request: CurrentRequest, viewer: CurrentViewer) -> Page:
    trouble = ""
    try:
        await syncing.sync_all(Tenant(viewer.tenant_id))
    except (ProviderError, NotSent, OutcomeUnknown):
        trouble = NOT_SYNCED
    async with viewer.tx() as db:
        return await _list(request, db, trouble=trouble)


@get("/{template_id:int}", guards=[needs(Permission.VIEW_TEMPLATES)])
async def show(request: CurrentRequest, db: TenantDb, template_id: FromPath[int]) -> Page:
    return _show(request, await message_template.find(db, template_id))


@delete("/{template_id:int}", status_code=200, guards=[needs(Permission.DELETE_TEMPLATES)])
async def remove(request: CurrentRequest, viewer: CurrentViewer, template_id: FromPath[int]) -> Page:
    async with viewer.tx() as db:
        template = await message_template.find(db, template_id)
    try:
        await submission.withdraw(Tenant(viewer.tenant_id), template)
    except Refused as refused:
        return _show(request, template, trouble=refused.message)
    except (NotSent, OutcomeUnknown):
        return _show(request, template, trouble=NOT_DELETED)
    return redirect(request, LIST)


async def _list(
    request: CurrentRequest, db: TenantDb, *, q: str = "", status: str = "", after: str = "", trouble: str = ""
) -> Page:
    found = await message_template.search(db, q, status=status, page=after)
    return page(
        request, "message_templates/index.html", "rows", found=found, words=q, chosen=status, trouble=trouble,
        template_languages=TEMPLATE_LANGUAGES,
    )  # fmt: skip


def _show(request: CurrentRequest, template: MessageTemplate, trouble: str = "") -> Page:
    seen = bubble(template.draft, copy_code=gettext(COPY_CODE))
    return page(
        request, "message_templates/show.html", "template", template=template, bubble=seen, trouble=trouble,
        template_languages=TEMPLATE_LANGUAGES,
    )  # fmt: skip


router = Router(LIST, route_handlers=[index, sync, show, remove, *editor_routes.handlers])
