"""The end of a campaign, told to whoever is to know: on the campaigns page, by mail, and on phones whose window is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from app.accounts import letter
from app.accounts.letter import Words
from app.campaigns import campaign, failing, variants
from app.campaigns.campaign import Campaign, Counts
from app.campaigns.failing import Group
from app.campaigns.variants import Results
from app.core import i18n, live, mail, phone
from app.core.clock import now
from app.core.db import Db, Tenant
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.pages import number, percent, when
from app.core.statements import statements
from app.inbox import conversation, sending
from app.inbox.sending import Draft, NumberGone
from app.inbox.window import WindowClosed
from app.settings import settings
from app.tenants import brand

# Most deliveries, reads and first answers come within it; right at the end a report would say that nobody has read it.
ARRIVES_WITHIN = timedelta(minutes=15)
MOST_PHONES = 10
NOT_A_PHONE = N_("One of these is not a phone number. Example: +34 611 482 903")
TOO_MANY = N_("At most ten phones can be told.")

q = statements("campaign_reports")


class Colleague(msgspec.Struct, frozen=True):
    id: int
    name: str
    # Nothing is mailed to an address that may be somebody else's.
    confirmed: bool


class Wish(msgspec.Struct, frozen=True):
    """Ids of people of the workspace, and phones as +34…"""

    report_to: list[int] = []
    report_phones: list[str] = []


class Summary(msgspec.Struct, frozen=True):
    campaign: Campaign
    counts: Counts
    results: Results
    failures: list[Group]


class New(msgspec.Struct, frozen=True):
    """A report that somebody has not seen yet."""

    id: int
    name: str


async def colleagues(db: Db) -> list[Colleague]:
    return await db.many(q.colleagues, Colleague)


async def wish_of(db: Db, campaign_id: int) -> Wish:
    return await db.one(q.wish, Wish, id=campaign_id)


def read(data: Mapping[str, Any], country: str) -> tuple[Wish, dict[str, str]]:
    """What was chosen, and what is wrong with it by field."""
    chosen = data.get("report_to") or []
    people = [int(each) for each in ([chosen] if isinstance(chosen, str) else chosen) if str(each).isdigit()]
    typed = [each for each in str(data.get("report_phones") or "").replace(";", ",").split(",") if each.strip()]
    phones = [known for each in typed if (known := phone.normalise(each, country))]
    if len(phones) < len(typed):
        return Wish(), {"report_phones": NOT_A_PHONE}
    return (Wish(), {"report_phones": TOO_MANY}) if len(phones) > MOST_PHONES else (Wish(people, phones), {})


def filled(wish: Wish) -> dict[str, Any]:
    return {"report_to": [str(each) for each in wish.report_to], "report_phones": ", ".join(wish.report_phones)}


async def save(db: Db, campaign_id: int, wish: Wish) -> None:
    await db.run(q.save, id=campaign_id, people=wish.report_to, phones=wish.report_phones)


async def summary(db: Db, campaign_id: int) -> Summary:
    found = await campaign.find(db, campaign_id)
    counts, results = await campaign.counts(db, found.id), await variants.results(db, found.id)
    return Summary(found, counts, results, await failing.groups(db, found.id))


async def on_completed(db: Db, campaign_id: int) -> None:
    """A reaction: everything is sent, and now it has to arrive."""
    await make.later(db, at=now() + ARRIVES_WITHIN, campaign_id=campaign_id)


@job(queue="maintenance")
async def make(tenant: Tenant, *, campaign_id: int) -> None:
    """Told once; mails and messages leave with this transaction or not at all."""
    async with tenant.tx() as db:
        for row in await db.rows(q.begin, id=campaign_id):
            told = await summary(db, campaign_id)
            (workspace,) = await db.rows(q.workspace)
            for reader in await db.rows(q.readers, id=campaign_id):
                await db.run(q.keep, id=campaign_id, user_id=reader["id"])
                if reader["email"] and mail.is_possible():
                    await _mail(db, reader, told, workspace["time_zone"])
            with i18n.speaking(workspace["language"]):
                said = words(told, workspace["time_zone"])
            text = "\n".join([said.subject, "", *said.points, "", said.url])
            await _to_phones(db, row["number_id"], row["report_phones"], text)
            await live.announce(db, campaign.TOPIC, campaign.CHANGED, campaign_id)


async def _mail(db: Db, reader: dict[str, Any], told: Summary, zone: str) -> None:
    with i18n.speaking(reader["language"]):
        said = words(told, zone)
        text, html = letter.laid_out(said, await brand.letterhead(db))
    await mail.send(db, reader["email"], said.subject, text, html=html)


async def _to_phones(db: Db, number_id: int, phones: Sequence[str], text: str) -> None:
    for row in await db.rows(q.open_conversations, number_id=number_id, phones=list(phones)):
        try:
            await sending.send_text(db, await conversation.find(db, row["id"]), Draft(text=text))
        except (WindowClosed, NumberGone):
            continue


async def unseen(db: Db, user_id: int) -> list[New]:
    return await db.many(q.unseen, New, user_id=user_id)


async def see(db: Db, campaign_id: int, user_id: int) -> None:
    await db.run(q.see, id=campaign_id, user_id=user_id)


def words(told: Summary, zone: str) -> Words:
    subject = gettext(N_("“%(name)s” has ended")) % {"name": told.campaign.name}
    url = f"{settings().public_url}/campaigns/{told.campaign.id}/report"
    return Words(subject, points=_points(told, zone), action=gettext(N_("See the report")), url=url)


def _points(told: Summary, zone: str) -> list[str]:
    counts, sent = told.counts, told.counts.gone_out
    shares = [
        (N_("Sent: %(n)s of %(total)s"), {"n": number(sent), "total": number(counts.total)}),
        (N_("Delivered: %(n)s (%(share)s)"), _of(counts.arrived, sent)),
        (N_("Read: %(n)s (%(share)s)"), _of(counts.read, sent)),
        (N_("Answered: %(n)s (%(share)s)"), _of(told.results.answered, sent)),
    ]
    if told.results.clicked:
        shares.append((N_("Pressed a link: %(n)s (%(share)s)"), _of(told.results.clicked, sent)))
    lines = [gettext(text) % values for text, values in shares]
    if told.results.test.test_share:
        lines.append(
            gettext(N_("Best text: %(letter)s")) % {"letter": "ABCD"[told.results.test.winner or told.results.verdict.place]}
        )
    if counts.failed:
        lines.append(gettext(N_("Did not arrive: %(n)s")) % {"n": number(counts.failed)})
        lines += [f"{number(group.n)} × {gettext(group.failure.title)}" for group in told.failures[:3]]
    if told.campaign.launched_at and told.campaign.finished_at:
        span = {"since": when(told.campaign.launched_at, zone), "until": when(told.campaign.finished_at, zone)}
        lines.append(gettext(N_("From %(since)s to %(until)s")) % span)
    return lines


def _of(n: int, whole: int) -> dict[str, str]:
    return {"n": number(n), "share": percent(n / whole if whole else 0, 1)}
