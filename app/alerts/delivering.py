"""Handing news over to a channel. What fails is written on the channel, never in the log: an address is a secret."""

from __future__ import annotations

from datetime import timedelta

import httpx
import msgspec

from app.accounts import letter
from app.alerts import alert, channel, payloads
from app.alerts.channel import Channel, Target
from app.alerts.channel_form import TELEGRAM, url_error
from app.alerts.payloads import Event, News
from app.core import i18n, mail, outbound
from app.core.clock import now
from app.core.db import NotFound, Tenant
from app.core.i18n import N_, gettext
from app.core.jobs import job
from app.core.secrets import Unreadable
from app.settings import settings
from app.tenants import brand
from app.tenants import tenant as workspaces
from app.tenants.brand import Letterhead

TRIES = 3
WAITS = (timedelta(seconds=10), timedelta(minutes=2))  # before the second and the third

UNREACHABLE = N_("Nobody answers at this address, or it is inside a private network. Check it, then send a test.")
NO_ANSWER = N_("It did not answer in time. Perhaps it arrived; send a test to see.")
GONE = N_("The address is no longer valid there (%(code)s). Make a new webhook and paste its address here.")
REFUSES = N_("It refused the message (%(code)s). Check the address and what it allows.")
BUSY = N_("It is out of order or asks us to wait (%(code)s). The next alert tries again.")
SEALED = N_("Its address cannot be opened, because an encryption key is missing. Paste it again.")
TRIAL = N_("This is a test of the channel %(name)s")
TRIAL_ADVICE = N_("It works. Alerts will look like this.")


class NotDelivered(Exception):
    """`reason` is an English sentence with its `code`, if it has one; `again` says whether a later try may work."""

    def __init__(self, reason: str, *, code: int = 0, again: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.code, self.again = reason, code, again


@job(queue="webhooks")
async def deliver(tenant: Tenant, *, channel_id: int, alert_id: int, event: Event, attempt: int = 1) -> None:
    """Fails on its channel and not in the queue: a wrong address is no fault of the house."""
    async with tenant.tx() as db:
        try:
            to = await channel.find(db, channel_id)
            about = await alert.find(db, alert_id) if alert_id else None
        except NotFound:
            return
        language, head = (await workspaces.current(db)).language, await brand.letterhead(db)
    failure: NotDelivered | None = None
    with i18n.speaking(language):
        news = _news(about, event) if about else _trial(to)
        try:
            await hand_over(to, await _target(tenant, to), news, head)
        except NotDelivered as problem:
            failure = problem
    async with tenant.tx() as db:
        await channel.note_delivery(db, to, failure.reason if failure else "", failure.code if failure else 0)
        if failure and failure.again and attempt < TRIES and event != "test":
            wait = now() + WAITS[attempt - 1]
            await deliver.later(db, at=wait, channel_id=channel_id, alert_id=alert_id, event=event, attempt=attempt + 1)


async def hand_over(to: Channel, target: Target, news: News, head: Letterhead) -> None:
    """For whoever speaks the workspace's language already. Raises NotDelivered."""
    match to.kind:
        case "email":
            await _mail(target, news, head)
        case "slack":
            await _post(target.address, msgspec.json.encode(payloads.slack(news)))
        case "discord":
            await _post(target.address, msgspec.json.encode(payloads.discord(news)))
        case "telegram":
            url = f"{(target.server or TELEGRAM).rstrip('/')}/bot{target.secret}/sendMessage"
            await _post(url, msgspec.json.encode(payloads.telegram(news, target.address)))
        case "url":
            body, proof = payloads.signed(news, target.secret, int(now().timestamp()))
            await _post(target.address, body, proof)


async def _mail(target: Target, news: News, head: Letterhead) -> None:
    text, html = letter.laid_out(payloads.mailed(news), head)
    try:
        await mail.deliver(mail.Letter(target.addresses, news.head, text, html))
    except mail.NoMailServer as problem:
        raise NotDelivered(problem.message) from None
    except mail.Refused as problem:
        raise NotDelivered(problem.message, again=problem.again) from None


async def _post(url: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    """No redirects, and in production no private address, neither written nor behind a name."""
    if reason := url_error(url):
        raise NotDelivered(reason)
    request = outbound.request_to(
        "POST", url, headers={"Content-Type": "application/json", "User-Agent": "Recado", **(headers or {})}, content=body
    )
    async with outbound.open_client(connections=1, public_only=settings().production) as client:
        try:
            answer = await outbound.exchange(client, request, stream=True)
            await answer.aclose()
        except outbound.NotSent:
            raise NotDelivered(UNREACHABLE, again=True) from None
        except outbound.OutcomeUnknown:
            raise NotDelivered(NO_ANSWER, again=True) from None
    _judge(answer)


def _judge(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    code = answer.status_code
    if code in (401, 403, 404, 410):
        raise NotDelivered(GONE, code=code)
    again = code == 429 or code >= 500
    raise NotDelivered(BUSY if again else REFUSES, code=code, again=again)


async def _target(tenant: Tenant, to: Channel) -> Target:
    """Without addresses that somebody here has since given as theirs, and not proven."""
    try:
        target = to.opened(tenant.id)
    except Unreadable:
        raise NotDelivered(SEALED) from None
    if to.kind != "email":
        return target
    async with tenant.tx() as db:
        silent = await channel.unconfirmed(db, target)
    if not (left := [each for each in target.addresses if each.lower() not in silent]):
        raise NotDelivered(channel.Unconfirmed.message)
    return msgspec.structs.replace(target, address=", ".join(left))


def _news(about: alert.Alert, event: Event) -> News:
    advice = "" if event == "resolved" else about.advice
    return News(
        event, about.outside_title, advice, about.severity, f"{settings().public_url}/ops/alerts", about.kind,
        about.subject, about.key, about.id, about.times, about.first_at, about.last_at,
    )  # fmt: skip


def _trial(to: Channel) -> News:
    title = gettext(TRIAL) % {"name": to.name}
    return News("test", title, gettext(TRIAL_ADVICE), "info", f"{settings().public_url}/settings/alerts")
