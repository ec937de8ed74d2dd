"""Campaigns before they run: the list, the form that counts as one fills it in, the review and the test message."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.access.viewer import CurrentRequest, Viewer
from app.campaigns import (
    audience,
    campaign,
    draft,
    export_routes,
    forecast,
    recipient_routes,
    report,
    result_routes,
    rules_form,
    run_routes,
    testing,
    text_routes,
    variants,
    variants_form,
)
from app.campaigns.campaign import Campaign, CannotChange, CannotDelete, CannotUse
from app.core import phone
from app.core.db import Db, Tenant
from app.core.forms import Form, SubmittedForm, parse
from app.core.i18n import N_
from app.core.pages import Page, fragment, page, redirect
from app.message_templates import message_template
from app.message_templates.message_template import MessageTemplate
from app.message_templates.preview import bubble
from app.whatsapp.errors import NotSent, OutcomeUnknown, ProviderError

LIST = "/campaigns"
FORM = "campaigns/form.html"
REVIEW = "campaigns/review.html"
# What the list can be narrowed to.
STATES = {
    "drafts": "draft",
    "planned": "scheduled,late",
    "running": "launching,sending,paused",
    "over": "completed,cancelled,failed",
}
BAD_PHONE = N_("This is not a phone number. Example: +34 611 482 903")
NOT_REACHED = N_("WhatsApp could not be reached, so nothing was sent. Try again in a moment.")
PERHAPS = N_("WhatsApp did not answer in time. Perhaps it was sent: look at the phone before you try again.")


class TestWish(msgspec.Struct, frozen=True):
    phone: Annotated[str, Meta(max_length=40)]


@get("/", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def index(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, only: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Page:
    found = await campaign.search(db, STATES.get(only, ""), page=after)
    reports = [] if after else await report.unseen(db, viewer.id)
    return page(request, "campaigns/index.html", "rows", found=found, only=only, reports=reports)


@get("/new", guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def new(request: CurrentRequest, db: TenantDb) -> Page:
    form: Form[draft.Fields] = Form(draft.untouched())
    return await _form(request, db, form)


@post("/fields", status_code=200, guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def fields(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    offer = await draft.offer(db, data)
    form: Form[draft.Fields] = Form(data | draft.guessed(data, offer.names, offer.choices.keys))
    texts = variants_form.chosen(form.raw, offer)
    form.raw |= variants_form.guessed(form.raw, texts)
    dates = rules_form.dates(data, viewer.time_zone)
    return fragment(request, FORM, "fields", form=form, offer=offer, texts=texts, dates=dates)


@post("/reach", status_code=200, guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def reach(request: CurrentRequest, db: TenantDb, data: SubmittedForm) -> Page:
    offer = await draft.offer(db, data)
    if offer.template is None:
        return fragment(request, FORM, "reach", template=None)
    names = offer.names + [key for text in variants_form.chosen(data, offer) for key in text.keys]
    chosen = draft.audience_of(data), draft.variables_of(data, names)
    return fragment(request, FORM, "reach", **await _reach(db, offer.template, *chosen, names=names))


@post("/", guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def create(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm) -> Page:
    form, made = await _saved(db, viewer, data)
    return redirect(request, f"{LIST}/{made.id}") if made else await _form(request, db, form, status=422)


@get("/{campaign_id:int}/edit", guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def edit(request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    if not found.editable:
        return redirect(request, f"{LIST}/{found.id}")
    form = draft.filled(found, viewer.time_zone)
    form.raw |= variants_form.filled(await variants.test_of(db, found.id), await variants.texts(db, found.id))
    form.raw |= report.filled(await report.wish_of(db, found.id))
    return await _form(request, db, form, found)


@put("/{campaign_id:int}", guards=[needs(Permission.EDIT_CAMPAIGNS)])
async def change(
    request: CurrentRequest, db: TenantDb, viewer: CurrentViewer, data: SubmittedForm, campaign_id: FromPath[int]
) -> Page:
    found = await campaign.find(db, campaign_id)
    form, made = await _saved(db, viewer, data, found)
    return redirect(request, f"{LIST}/{found.id}") if made else await _form(request, db, form, found, status=422)


@delete("/{campaign_id:int}", status_code=200, guards=[needs(Permission.DELETE_CAMPAIGNS)])
async def remove(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    try:
        await campaign.delete(db, found)
    except CannotDelete:
        return redirect(request, f"{LIST}/{found.id}")
    return redirect(request, LIST)


@get("/{campaign_id:int}/reach", guards=[needs(Permission.VIEW_CAMPAIGNS)])
async def review_reach(request: CurrentRequest, db: TenantDb, campaign_id: FromPath[int]) -> Page:
    found = await campaign.find(db, campaign_id)
    template = await message_template.find(db, found.template_id)
    tried = await variants.texts(db, found.id)
    names, variables = await variants.keys(db, found.id), variants.merged(tried)
    context = await _reach(db, template, found.audience, variables, names=names)
    ahead = await forecast.of(db, found, context["reach"].people)
    return page(request, "campaigns/go.html", "go", campaign=found, forecast=ahead, **context)


@post("/{campaign_id:int}/tests", status_code=200, guards=[needs(Permission.TEST_CAMPAIGNS)])
async def test(request: CurrentRequest, viewer: CurrentViewer, data: SubmittedForm, campaign_id: FromPath[int]) -> Page:
    form = parse(TestWish, data)
    to = phone.normalise(str(form.raw.get("phone", "")), viewer.country)
    if to is None:
        form.errors.setdefault("phone", BAD_PHONE)
    async with viewer.tx() as db:
        found = await campaign.find(db, campaign_id)
        message = await testing.message(db, found)
    if to:
        await _test(Tenant(viewer.tenant_id), message, to, form)
    status = 422 if form.errors else 200
    return fragment(request, REVIEW, "test", status=status, campaign=found, form=form, sent_to="" if form.errors else to)


async def _test(tenant: Tenant, message: testing.Message, to: str, form: Form[TestWish]) -> None:
    """Says beside the field why it did not go out."""
    try:
        await testing.send(tenant, message, to)
    except NotSent:
        form.errors["phone"] = NOT_REACHED
    except OutcomeUnknown:
        form.errors["phone"] = PERHAPS
    except ProviderError as refusal:
        form.errors["phone"] = refusal.failure.title


async def _saved(
    db: Db, viewer: Viewer, data: dict[str, Any], found: Campaign | None = None
) -> tuple[Form[draft.Fields], Campaign | None]:
    """The campaign, written or changed; none, and errors in the form, when something does not fit."""
    offer = await draft.offer(db, data)
    form, wish = draft.read(data, offer.names, viewer.time_zone)
    plan, wrong = variants_form.read(data, offer)
    told, unfit = report.read(data, viewer.country)
    form.errors |= wrong | unfit
    if wish is None or form.errors:
        return form, None
    try:
        async with db.conn.transaction():
            made = await (campaign.change(db, found, wish) if found else campaign.create(db, wish, by=viewer))
            await variants.save(db, made.id, plan)
            if viewer.can(Permission.REPORT_CAMPAIGNS):
                await report.save(db, made.id, told)
    except (CannotUse, CannotChange) as problem:
        form.errors["template_id"] = problem.message
        return form, None
    return form, made


async def _form(
    request: CurrentRequest, db: Db, form: Form[draft.Fields], found: Campaign | None = None, *, status: int = 200
) -> Page:
    offer = await draft.offer(db, form.raw)
    context: dict[str, Any] = {
        "campaign": found,
        "template": offer.template,
        "texts": variants_form.chosen(form.raw, offer),
        "colleagues": await report.colleagues(db),
        "dates": rules_form.dates(form.raw, request.user.time_zone),
    }
    return page(request, FORM, "form", status=status, form=form, offer=offer, **context)


async def _reach(db: Db, template: MessageTemplate, *chosen: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """How many, who not, and what the first of them will read."""
    seen = await audience.examples(db, template, *chosen)
    return {
        "template": template,
        "reach": await audience.reach(db, template, *chosen, names=names),
        "examples": seen,
        "sample": None if seen else bubble(template.draft, copy_code=""),
    }


router = Router(
    LIST,
    route_handlers=[
        index, new, fields, reach, create, edit, change, remove, review_reach, test,
        *run_routes.handlers, *result_routes.handlers, *recipient_routes.handlers, *export_routes.handlers,
        *text_routes.handlers,
    ],
)  # fmt: skip
