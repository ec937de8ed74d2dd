"""Campaigns over the API: written, launched, paused, followed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs, require
from app.access.permissions import Permission
from app.api import campaign_rules, campaign_texts
from app.api.campaign_rules import CampaignRules
from app.api.campaign_texts import NewTest, Value
from app.api.listing import Listing, listed
from app.api.problems import Invalid
from app.campaigns import campaign, canary, control, forecast, launch, recipient, report, variants
from app.campaigns.campaign import Counts, Status, Wish
from app.campaigns.draft import NO_LABEL
from app.campaigns.forecast import Forecast
from app.campaigns.recipient import Recipient
from app.core.db import Db
from app.core.i18n import N_, gettext

TAGS = [N_("Campaigns")]
SENDS = [needs(Permission.SEND_CAMPAIGNS)]
ONE_OF_BOTH = N_("It repeats, so it has no single time. Leave one of the two out.")


class Everyone(msgspec.Struct, frozen=True, tag_field="kind", tag="everyone"):
    pass


class Labelled(msgspec.Struct, frozen=True, tag_field="kind", tag="labels"):
    ids: list[int]


class Imported(msgspec.Struct, frozen=True, tag_field="kind", tag="import"):
    id: int


class NewCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft to launch; with `scheduled_at`, or a `cron` line in its rules, it starts by itself."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    number_id: int
    template_id: int
    audience: Everyone | Labelled | Imported = Everyone()
    variables: dict[str, Value] = {}
    scheduled_at: Annotated[datetime, Meta(tz=True)] | None = None
    uncertain_rule: Literal["retry", "ask"] = "retry"
    rules: CampaignRules = CampaignRules()
    test: NewTest | None = None
    report_to: list[int] = []
    report_phones: list[str] = []


class Campaign(msgspec.Struct, frozen=True):
    """`counts` say how many people are in each state; `total` is everybody it is for. `paused_by` says who paused it, and
    `stop_reason` why, when Recado did. `forecast` is there while it sends. `series` is the repeating campaign it belongs to."""

    id: int
    name: str
    status: str
    number_id: int
    template_id: int
    audience: dict[str, Any]
    variables: dict[str, dict[str, str]]
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    paused_by: str
    canary_state: str
    canary_until: datetime | None
    series: int | None
    stop_reason: str
    rules: CampaignRules
    forecast: Forecast | None
    total: int
    counts: Counts


APART = ("stop_reason", "rules", "forecast", "total", "counts")
SAME = [name for name in Campaign.__struct_fields__ if name not in APART]


class Line(msgspec.Struct, frozen=True):
    id: int
    name: str
    status: str
    scheduled_at: datetime | None
    launched_at: datetime | None
    total: int
    counts: Counts


@get("/campaigns", operation_id="list_campaigns", summary=N_("The campaigns, newest first"), tags=TAGS,
     guards=[needs(Permission.VIEW_CAMPAIGNS)])  # fmt: skip
async def index(db: TenantDb, status: FromQuery[str] = "", after: FromQuery[str] = "") -> Listing[Line]:
    found = await campaign.search(db, status, page=after)
    lines = [
        Line(each.id, each.name, each.status, each.scheduled_at, each.launched_at, each.counts.total, each.counts)
        for each in found
    ]
    return Listing(lines, found.next or None)


@get("/campaigns/{campaign_id:int}", operation_id="show_campaign", summary=N_("One campaign and how far it is"), tags=TAGS,
     guards=[needs(Permission.VIEW_CAMPAIGNS)])  # fmt: skip
async def show(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    return await _shown(db, campaign_id)


@get("/campaigns/{campaign_id:int}/recipients", operation_id="list_campaign_recipients", summary=N_("The people of a campaign"),
     tags=TAGS, guards=[needs(Permission.VIEW_RECIPIENTS)])  # fmt: skip
async def recipients(
    db: TenantDb, campaign_id: FromPath[int], only: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Listing[Recipient]:
    found = await campaign.find(db, campaign_id)
    return listed(await recipient.search(db, found.id, only, page=after))


@post("/campaigns", operation_id="create_campaign", summary=N_("Write a campaign"), tags=TAGS,
      guards=[needs(Permission.EDIT_CAMPAIGNS)])  # fmt: skip
async def create(db: TenantDb, viewer: CurrentViewer, data: JSONBody[NewCampaign]) -> Campaign:
    await _check(db, data)
    made = await campaign.create(db, _wish(data, viewer.time_zone), by=viewer)
    await variants.save(db, made.id, data.test.plan() if data.test else variants.Plan())
    if data.report_to or data.report_phones:
        require(viewer, Permission.REPORT_CAMPAIGNS)
        await report.save(db, made.id, _readers(data, viewer.country))
    if made.starts_at:
        require(viewer, Permission.SEND_CAMPAIGNS)
        await launch.schedule(db, made.id, made.starts_at)
    return await _shown(db, made.id)


@put("/campaigns/{campaign_id:int}/launch", operation_id="launch_campaign", summary=N_("Send a campaign now"), tags=TAGS,
     guards=SENDS)  # fmt: skip
async def start(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    await launch.launch(db, (await campaign.find(db, campaign_id)).id)
    return await _shown(db, campaign_id)


@put("/campaigns/{campaign_id:int}/pause", operation_id="pause_campaign", summary=N_("Pause a campaign"), tags=TAGS,
     guards=[needs(Permission.PAUSE_CAMPAIGNS)])  # fmt: skip
async def pause(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    await control.pause(db, (await campaign.find(db, campaign_id)).id)
    return await _shown(db, campaign_id)


@delete("/campaigns/{campaign_id:int}/pause", operation_id="resume_campaign", summary=N_("Resume a campaign"), tags=TAGS,
        status_code=200, guards=[needs(Permission.PAUSE_CAMPAIGNS)])  # fmt: skip
async def resume(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    await control.resume(db, (await campaign.find(db, campaign_id)).id)
    return await _shown(db, campaign_id)


@delete("/campaigns/{campaign_id:int}/canary", operation_id="release_campaign", summary=N_("Send to everybody without waiting"),
        tags=TAGS, status_code=200, guards=SENDS)  # fmt: skip
async def release(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    await canary.release(db, (await campaign.find(db, campaign_id)).id)
    return await _shown(db, campaign_id)


@put("/campaigns/{campaign_id:int}/cancellation", operation_id="cancel_campaign", summary=N_("Cancel what is not sent yet"),
     tags=TAGS, guards=[needs(Permission.CANCEL_CAMPAIGNS)])  # fmt: skip
async def cancel(db: TenantDb, campaign_id: FromPath[int]) -> Campaign:
    await control.cancel(db, (await campaign.find(db, campaign_id)).id)
    return await _shown(db, campaign_id)


async def _shown(db: Db, campaign_id: int) -> Campaign:
    found = await campaign.find(db, campaign_id)
    counts = await campaign.counts(db, campaign_id)
    running = found.status is Status.SENDING and counts.waiting
    same = {name: getattr(found, name) for name in SAME}
    return Campaign(
        **same,
        stop_reason=gettext(found.stop_reason) if found.stop_reason else "",
        rules=campaign_rules.shown(found.rules),
        forecast=await forecast.of(db, found, counts.waiting) if running else None,
        total=counts.total,
        counts=counts,
    )


async def _check(db: Db, wish: NewCampaign) -> None:
    """What the form of the page makes sure of. Raises Invalid or CannotUse."""
    if isinstance(wish.audience, Labelled) and not wish.audience.ids:
        raise Invalid(audience=NO_LABEL)
    await campaign_texts.check(db, wish.template_id, wish.variables)
    if wish.test:
        await campaign_texts.check_test(db, wish.test)


def _readers(wish: NewCampaign, country: str) -> report.Wish:
    """Raises Invalid."""
    told = {"report_to": [str(each) for each in wish.report_to], "report_phones": ",".join(wish.report_phones)}
    readers, errors = report.read(told, country)
    if errors:
        raise Invalid(**errors)
    return readers


def _wish(wish: NewCampaign, zone: str) -> Wish:
    rules = wish.rules.read(zone)
    if rules.cron and wish.scheduled_at:
        raise Invalid(scheduled_at=ONE_OF_BOTH)
    people, variables = msgspec.to_builtins(wish.audience), msgspec.to_builtins(wish.variables)
    return Wish(wish.name, wish.number_id, wish.template_id, people, variables, wish.scheduled_at, wish.uncertain_rule, rules)


handlers = [index, show, recipients, create, start, pause, resume, release, cancel]
