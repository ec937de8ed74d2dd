"""What came of a campaign, over the API: texts and links, failures and who is tried again, single people, files, a new text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api import campaign_texts
from app.api.campaign_texts import NewText
from app.api.exports import Export, told
from app.api.listing import Listing
from app.campaigns import campaign, clicks, export, failing, recipient, remaining, significance, story, variants
from app.campaigns.campaign import Campaign
from app.campaigns.clicks import Link
from app.campaigns.significance import Verdict
from app.campaigns.variants import Figures
from app.core import export as exports
from app.core.db import Db
from app.core.download import attachment
from app.core.i18n import N_, gettext
from app.message_templates import message_template

TAGS = [N_("Campaigns")]
SEES = [needs(Permission.VIEW_CAMPAIGNS)]
SEES_PEOPLE = [needs(Permission.VIEW_RECIPIENTS)]
RETRIES = [needs(Permission.RETRY_CAMPAIGNS)]
CHANGES = [needs(Permission.CHANGE_RUNNING_CAMPAIGNS)]
EXPORTS = [needs(Permission.EXPORT_CAMPAIGNS)]
MOST_CHOSEN = 10_000


class Text(msgspec.Struct, frozen=True):
    """`tested` are the people of the test, `all` everybody who got it; `low` and `high` are where the true share lies."""

    place: int
    template_id: int
    template: str
    tested: Figures
    all: Figures
    low: float
    high: float


class Results(msgspec.Struct, frozen=True):
    """`verdict` is about the test: early, tie, unsure or sure; `winner` is the text that everybody else gets."""

    answered: int
    clicked: int
    winner: int | None
    decided_at: datetime | None
    verdict: Verdict | None
    texts: list[Text]
    links: list[Link]


class Winner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    place: Annotated[int, Meta(ge=0, le=32767)]


class FailureGroup(msgspec.Struct, frozen=True):
    """`chance` is what another attempt promises: good, mended (once its cause was mended), slight or none."""

    id: str
    title: str
    advice: str
    codes: tuple[int, ...]
    people: int
    chance: str


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Groups by their id, or single people."""

    groups: list[str] = []
    recipient_ids: Annotated[list[int], Meta(max_length=MOST_CHOSEN)] = []


class Tried(msgspec.Struct, frozen=True):
    people: int


class Happened(msgspec.Struct, frozen=True):
    at: datetime
    kind: str
    text: str
    attempt: int
    code: int | None


class Person(msgspec.Struct, frozen=True):
    id: int
    contact_id: int | None
    name: str
    address: str
    status: str
    variant: int | None
    attempt: int
    story: list[Happened]


class Remaining(msgspec.Struct, frozen=True):
    """How many get the new text, and how many are skipped because it does not fit them."""

    people: int
    skipped: int


class NewExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["csv", "xlsx"] = "csv"
    only: str = ""


@get("/campaigns/{campaign_id:int}/results", operation_id="show_campaign_results", tags=TAGS, guards=SEES,
     summary=N_("Answers, links, and the texts side by side"))  # fmt: skip
async def results(db: TenantDb, campaign_id: FromPath[int]) -> Results:
    return await _results(db, await campaign.find(db, campaign_id))


@put("/campaigns/{campaign_id:int}/winner", operation_id="choose_campaign_winner", tags=TAGS, guards=CHANGES,
     summary=N_("Choose the text for everybody else"))  # fmt: skip
async def choose(db: TenantDb, campaign_id: FromPath[int], data: JSONBody[Winner]) -> Results:
    found = await campaign.find(db, campaign_id)
    await variants.decide(db, found.id, data.place)
    return await _results(db, found)


@get("/campaigns/{campaign_id:int}/failures", operation_id="list_campaign_failures", tags=TAGS, guards=SEES,
     summary=N_("What failed, by reason"))  # fmt: skip
async def failures(db: TenantDb, campaign_id: FromPath[int]) -> Listing[FailureGroup]:
    groups = await failing.groups(db, (await campaign.find(db, campaign_id)).id)
    return Listing([_failure(group) for group in groups])


@post("/campaigns/{campaign_id:int}/retries", operation_id="retry_campaign_failures", tags=TAGS, guards=RETRIES,
      summary=N_("Try failed messages again"))  # fmt: skip
async def retry(db: TenantDb, campaign_id: FromPath[int], data: JSONBody[Again]) -> Tried:
    found = await campaign.find(db, campaign_id)
    if data.recipient_ids:
        return Tried(await failing.retry_people(db, found.id, data.recipient_ids))
    return Tried(await failing.retry(db, found.id, data.groups))


@get("/campaigns/{campaign_id:int}/recipients/{recipient_id:int}", operation_id="show_campaign_recipient", tags=TAGS,
     guards=SEES_PEOPLE, summary=N_("One person and everything that was tried"))  # fmt: skip
async def person(db: TenantDb, campaign_id: FromPath[int], recipient_id: FromPath[int]) -> Person:
    return await _person(db, campaign_id, recipient_id)


@put("/campaigns/{campaign_id:int}/recipients/{recipient_id:int}/exclusion", operation_id="exclude_campaign_recipient",
     tags=TAGS, guards=CHANGES, summary=N_("Leave somebody out"))  # fmt: skip
async def exclude(db: TenantDb, campaign_id: FromPath[int], recipient_id: FromPath[int]) -> Person:
    await recipient.exclude(db, await recipient.find(db, campaign_id, recipient_id))
    return await _person(db, campaign_id, recipient_id)


@put("/campaigns/{campaign_id:int}/text", operation_id="change_campaign_text", tags=TAGS, guards=CHANGES,
     summary=N_("Change the text for those who wait"))  # fmt: skip
async def change_text(db: TenantDb, campaign_id: FromPath[int], data: JSONBody[NewText]) -> Remaining:
    found = await campaign.find(db, campaign_id)
    await campaign_texts.check(db, data.template_id, data.variables)
    template, variables = await message_template.find(db, data.template_id), msgspec.to_builtins(data.variables)
    reach = await remaining.reach(db, found, template, variables)
    await remaining.change(db, found, template.id, variables)
    return Remaining(reach.people, reach.skipped)


@post("/campaigns/{campaign_id:int}/exports", operation_id="create_campaign_export", tags=TAGS, guards=EXPORTS,
      summary=N_("Write the people into a file"))  # fmt: skip
async def begin_export(db: TenantDb, viewer: CurrentViewer, campaign_id: FromPath[int], data: JSONBody[NewExport]) -> Export:
    found = await campaign.find(db, campaign_id)
    return told(await export.begin(db, found, export.Wish(data.kind, data.only), by=viewer))


@get("/campaigns/{campaign_id:int}/exports/{export_id:int}", operation_id="show_campaign_export", tags=TAGS, guards=EXPORTS,
     summary=N_("How far a file is"))  # fmt: skip
async def show_export(db: TenantDb, campaign_id: FromPath[int], export_id: FromPath[int]) -> Export:
    return told(await export.find(db, campaign_id, export_id))


@get("/campaigns/{campaign_id:int}/exports/{export_id:int}/file", operation_id="download_campaign_export", tags=TAGS,
     guards=EXPORTS, summary=N_("The file itself"))  # fmt: skip
async def download(db: TenantDb, viewer: CurrentViewer, campaign_id: FromPath[int], export_id: FromPath[int]) -> Stream:
    found = await export.find(db, campaign_id, export_id)
    return attachment(await exports.file_of(db, found), viewer.tx)


async def _results(db: Db, found: Campaign) -> Results:
    tried = await variants.results(db, found.id)
    by, texts = tried.test.winner_by or "read", []
    for each in tried.variants:
        low, high = significance.wilson(each.tested.share(each.text.place, by))
        texts.append(Text(each.text.place, each.text.template_id, each.text.name, each.tested, each.all, low, high))
    verdict = tried.verdict if tried.test.test_share else None
    links = await clicks.totals(db, found.id)
    return Results(tried.answered, tried.clicked, tried.test.winner, tried.test.decided_at, verdict, texts, links)


def _failure(group: failing.Group) -> FailureGroup:
    said = gettext(group.failure.title), gettext(group.failure.advice)
    return FailureGroup(group.id, *said, group.codes, group.n, group.chance)


async def _person(db: Db, campaign_id: int, recipient_id: int) -> Person:
    one = await recipient.find(db, campaign_id, recipient_id)
    events = [
        Happened(each.at, each.kind, gettext(each.text), each.attempt, each.failure.code if each.failure else None)
        for each in story.of(one, await clicks.of_recipient(db, one.id))
    ]
    return Person(one.id, one.contact_id, one.name, one.address, one.status, one.variant, one.attempt, events)


handlers = [
    results, choose, failures, retry, person, exclude, change_text, begin_export, show_export, download,
]  # fmt: skip
