"""One message to one person, and what became of it in the engine's words."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from app.core.db import Db
from app.core.outbound import NotSent, OutcomeUnknown
from app.core.statements import statements
from app.whatsapp.contract import Credentials, Provider
from app.whatsapp.errors import Action, Failure, ProviderError, classify
from app.whatsapp.template_sending import Parameters, Template, template_request
from app.whatsapp.template_text import in_order, is_named

ATTEMPTS = 3
BASE_WAIT = 2.0  # seconds
LONGEST_WAIT = 30.0  # seconds
GRACE = 600.0  # seconds; the campaign's own value replaces it once the lease is over

q = statements("campaign_sending")


class Recipient(msgspec.Struct):
    id: int
    campaign_id: int
    address: str
    parameters: list[str]
    attempt: int
    sendable_until: float = 0.0


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


class Sender:
    """A number's credentials and the templates of the campaigns that it sends in this slice."""

    def __init__(self, provider: Provider, credentials: Credentials) -> None:
        self.provider, self.credentials = provider, credentials
        self.letters: dict[int, Letter] = {}

    async def learn(self, db: Db, campaign_ids: set[int]) -> None:
        """Templates of campaigns not met before in this slice."""
        for campaign_id in campaign_ids - self.letters.keys():
            (row,) = await db.rows(q.letter, id=campaign_id)
            self.letters[campaign_id] = Letter(_template(row), float(row["grace_seconds"]))

    async def send(self, recipient: Recipient) -> Outcome:
        """Never raises what a provider or a network can do; anything else is a fault of ours and stops the lane."""
        letter = self.letters[recipient.campaign_id]
        outcome = Outcome(recipient.id, recipient.campaign_id, recipient.attempt, "sent")
        body = template_request(
            letter.template, recipient.address, Parameters(body=recipient.parameters), f"c:{recipient.id}:{recipient.attempt}"
        )
        try:
            outcome.wamid = (await self.provider.send(self.credentials, body)).wamid
        except NotSent as problem:
            _retry(outcome, str(problem))
        except OutcomeUnknown as problem:
            outcome.status, outcome.wait, outcome.detail = "uncertain", letter.grace, str(problem)[:500]
        except ProviderError as refusal:
            _refused(outcome, refusal)
        return outcome


def unsent(recipient: Recipient) -> Outcome:
    """Claimed, and given back as it was: the attempt did not happen."""
    return Outcome(recipient.id, recipient.campaign_id, recipient.attempt, "pending")


def _refused(outcome: Outcome, refusal: ProviderError) -> None:
    failure = outcome.failure = refusal.failure
    outcome.code, outcome.detail = failure.code or 0, refusal.detail[:500]
    match failure.action:
        case Action.STOP_NUMBER | Action.STOP_TEMPLATE:
            # The trouble is not this person's: the campaign stops and they keep their place.
            outcome.status = "pending"
        case Action.SLOW_NUMBER:
            outcome.status, outcome.wait = "retry", random.uniform(1, 3)  # noqa: S311 - jitter
        case Action.RETRY | Action.DELAY_PERSON:
            _retry(outcome, refusal.detail)
            outcome.wait = max(outcome.wait, float(failure.wait))
        case Action.FINAL_PERSON | Action.FINAL_MESSAGE | Action.FIX:
            outcome.status = "failed"


def _retry(outcome: Outcome, detail: str) -> None:
    outcome.detail = detail[:500]
    if outcome.attempt >= ATTEMPTS:
        outcome.status = "failed"
        return
    outcome.status = "retry"
    outcome.wait = min(LONGEST_WAIT, random.uniform(BASE_WAIT, BASE_WAIT * 3**outcome.attempt))  # noqa: S311 - jitter


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


def _template(row: dict[str, Any]) -> Template:
    names = tuple(in_order(row["body"])) if is_named(row["body"]) else ()
    return Template(row["name"], row["language"], body_names=names)
