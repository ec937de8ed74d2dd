"""One message to one person, and what became of it in the engine's words."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import structlog

from app.core.db import Db
from app.core.outbound import NotSent, OutcomeUnknown
from app.core.statements import statements
from app.whatsapp.contract import Credentials, Provider
from app.whatsapp.errors import Action, Failure, ProviderError, classify
from app.whatsapp.template_sending import Parameters, Template, of_body, template_request

ATTEMPTS = 3
BASE_WAIT = 2.0  # seconds
LONGEST_WAIT = 30.0  # seconds
GRACE = 600.0  # seconds; the campaign's own value replaces it once the lease is over

log = structlog.get_logger()
q = statements("campaign_sending")


class Recipient(msgspec.Struct, frozen=True):
    id: int
    campaign_id: int
    address: str
    parameters: list[str]
    attempt: int


class Outcome(msgspec.Struct):
    """`status` is the row's next one, if no webhook has raised it meanwhile; `wait` is in seconds."""

    id: int
    campaign_id: int
    attempt: int
    status: str
    wamid: str = ""
    code: int = 0
    detail: str = ""
    wait: float = 0.0
    failure: Failure | None = None


class Letter(msgspec.Struct, frozen=True):
    """The template of a campaign, ready to be filled, and how long to wait for news of an unknown outcome."""

    template: Template
    grace: float

    def fill(self, values: list[str]) -> Parameters:
        """A person's frozen values, in the order of the template's places."""
        return Parameters(body=values)


class Sender:
    """A number's credentials and the templates of the campaigns that it sends in this slice."""

    def __init__(self, provider: Provider, credentials: Credentials) -> None:
        self.provider, self.credentials = provider, credentials
        self.letters: dict[int, Letter] = {}

    async def learn(self, db: Db, campaign_ids: set[int]) -> None:
        """Templates of campaigns not met before in this slice."""
        for campaign_id in campaign_ids - self.letters.keys():
            (row,) = await db.rows(q.letter, id=campaign_id)
            self.letters[campaign_id] = Letter(of_body(row["name"], row["language"], row["body"]), float(row["grace_seconds"]))

    async def send(self, recipient: Recipient) -> Outcome:
        """Never raises: a fault of ours costs this person's message, not the lane, and is told."""
        letter = self.letters[recipient.campaign_id]
        callback = f"c:{recipient.id}:{recipient.attempt}"
        try:
            body = template_request(letter.template, recipient.address, letter.fill(recipient.parameters), callback)
        except ValueError as problem:
            return _outcome(recipient, "failed", detail=str(problem)[:500])
        try:
            sent = await self.provider.send(self.credentials, body)
        except NotSent as problem:
            return _later(recipient, str(problem))
        except OutcomeUnknown as problem:
            return _outcome(recipient, "uncertain", detail=str(problem)[:500], wait=letter.grace)
        except ProviderError as refusal:
            return _refused(recipient, refusal)
        except Exception as problem:
            log.exception("send failed", recipient_id=recipient.id)
            return _outcome(recipient, "uncertain", detail=repr(problem)[:500], wait=letter.grace)
        return _outcome(recipient, "sent", wamid=sent.wamid)


def unsent(recipient: Recipient) -> Outcome:
    """Claimed, and given back as it was: the attempt did not happen."""
    return _outcome(recipient, "pending")


def _outcome(recipient: Recipient, status: str, **more: Any) -> Outcome:
    return Outcome(recipient.id, recipient.campaign_id, recipient.attempt, status, **more)


def _refused(recipient: Recipient, refusal: ProviderError) -> Outcome:
    failure = refusal.failure
    known: dict[str, Any] = {"code": failure.code or 0, "detail": refusal.detail[:500], "failure": failure}
    match failure.action:
        case Action.STOP_NUMBER | Action.STOP_TEMPLATE:
            # The trouble is not this person's: the campaign stops and they keep their place.
            return _outcome(recipient, "pending", **known)
        case Action.SLOW_NUMBER:
            return _outcome(recipient, "retry", wait=random.uniform(1, 3), **known)  # noqa: S311 - jitter
        case Action.RETRY | Action.DELAY_PERSON:
            return _later(recipient, refusal.detail, failure)
        case Action.FINAL_PERSON | Action.FINAL_MESSAGE | Action.FIX:
            return _outcome(recipient, "failed", **known)


def _later(recipient: Recipient, detail: str, failure: Failure | None = None) -> Outcome:
    code, least = (failure.code or 0, float(failure.wait)) if failure else (0, 0.0)
    if recipient.attempt >= ATTEMPTS:
        return _outcome(recipient, "failed", detail=detail[:500], code=code)
    wait = min(LONGEST_WAIT, random.uniform(BASE_WAIT, BASE_WAIT * 3**recipient.attempt))  # noqa: S311 - jitter
    return _outcome(recipient, "retry", detail=detail[:500], code=code, wait=max(wait, least))


async def heed(db: Db, outcomes: list[Outcome]) -> None:
    """What a batch of refusals asks of the number and its campaigns."""
    for campaign_id, failure in {(each.campaign_id, each.failure) for each in outcomes if each.failure}:
        if failure.action in (Action.STOP_NUMBER, Action.STOP_TEMPLATE):
            await db.run(q.pause, id=campaign_id, reason=failure.title)
        elif failure.action is Action.SLOW_NUMBER:
            await db.run(q.slow_down, id=campaign_id, seconds=1.0)


async def heed_codes(db: Db, codes: set[tuple[int, int]]) -> None:
    """The same for failures that came as statuses: pairs of campaign id and code."""
    for campaign_id, code in codes:
        failure = classify(code)
        if failure.action in (Action.STOP_NUMBER, Action.STOP_TEMPLATE):
            await db.run(q.pause, id=campaign_id, reason=failure.title)
