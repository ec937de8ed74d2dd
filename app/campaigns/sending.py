"""One message to one person, and what became of it in the engine's words."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import structlog

from app.campaigns import links
from app.core import events
from app.core.db import Db
from app.core.outbound import NotSent, OutcomeUnknown
from app.core.statements import statements
from app.message_templates import places
from app.numbers import pacing
from app.whatsapp.contract import Credentials, Provider
from app.whatsapp.errors import Action, Failure, ProviderError, classify
from app.whatsapp.template_sending import Parameters, template_request

CAPPED = 131049  # this person gets enough marketing already
CAPPED_TIMES = 3
PAIR_STEP = 4.0  # seconds to the power of the try: Meta's advice after 131056
MOST_PAIR_TRIES = 6
LONGEST_PAIR_WAIT = 600.0  # seconds
OF_ALL = (Action.STOP_NUMBER, Action.STOP_TEMPLATE, Action.SLOW_NUMBER)  # not of one person
HELD_FOR = 48 * 3600.0  # seconds; then a message that waits for WhatsApp's quality check counts as dropped

log = structlog.get_logger()
q = statements("campaign_sending")


class Recipient(msgspec.Struct, frozen=True):
    """`tries` are the attempts that count against what the campaign allows, this one included."""

    id: int
    campaign_id: int
    address: str
    parameters: Any
    attempt: int
    variant: int | None
    tries: int
    capped_times: int

    @property
    def values(self) -> list[str]:
        """Frozen at launch; of campaigns that try several texts, one list for each."""
        found = self.parameters
        values: list[str] = found[str(self.variant or 0)] if isinstance(found, dict) else found
        return values


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes of a recipient's row, if no webhook has raised it meanwhile. `wait` is in seconds, `free` an attempt that
    does not count, `story` what its history says of it."""

    id: int
    attempt: int
    status: str
    wamid: str | None = None
    code: int | None = None
    detail: str | None = None
    wait: float | None = None
    free: bool = False
    story: str | None = None


class Outcome(msgspec.Struct):
    """`fine` says how the provider did: None when it was not asked; `asked` is when, on the process' own clock."""

    campaign_id: int
    row: Row
    template_id: int = 0
    failure: Failure | None = None
    fine: bool | None = True
    asked: float = 0.0


class Letter(msgspec.Struct, frozen=True):
    """One text of a campaign, ready to be filled, and how patient the campaign is."""

    template_id: int
    shape: places.Shape
    links: links.Tracked
    marketing: bool
    grace: float
    attempts: int
    base_wait: float
    longest_wait: float
    ladder: bool

    def fill(self, recipient: Recipient) -> Parameters:
        """The frozen values, in the order of the template's places, with this person's own links among them."""
        return self.shape.fill(self.links.fill(recipient.values, recipient.id))

    def wait(self, tries: int) -> float:
        """Seconds, with decorrelated jitter."""
        return min(self.longest_wait, random.uniform(self.base_wait, self.base_wait * 3**tries))  # noqa: S311 - jitter


class Sender:
    """A number's credentials and the texts of the campaigns that it sends in this slice."""

    def __init__(self, provider: Provider, credentials: Credentials) -> None:
        self.provider, self.credentials = provider, credentials
        self.letters: dict[tuple[int, int | None], Letter] = {}

    async def learn(self, db: Db, texts: set[tuple[int, int | None]]) -> None:
        """Campaigns and variants not met before in this slice."""
        for campaign_id, variant in texts - self.letters.keys():
            (row,) = await db.rows(q.letter, id=campaign_id, variant=variant)
            shape = places.shape(row["name"], row["language"], body=row["body"], header=row["header"], buttons=row["buttons"])
            self.letters[campaign_id, variant] = Letter(
                row["template_id"], shape, await links.of(db, campaign_id), row["category"] == "MARKETING",
                float(row["grace_seconds"]), row["attempts"], row["base_wait"], row["longest_wait"], row["ladder"],
            )  # fmt: skip

    async def send(self, recipient: Recipient) -> Outcome:
        """Never raises: a fault of ours costs this person's message, not the lane, and is told."""
        letter = self.letters[recipient.campaign_id, recipient.variant]
        callback = f"c:{recipient.id}:{recipient.attempt}"
        try:
            body = template_request(letter.shape.template, recipient.address, letter.fill(recipient), callback)
        except (ValueError, LookupError) as problem:
            return _outcome(recipient, "failed", fine=None, detail=str(problem)[:500])
        try:
            sent = await self.provider.send(self.credentials, body)
        except NotSent as problem:
            # The breaker sees to it that this ends: what has not left is nobody's attempt.
            return _outcome(recipient, "retry", fine=False, free=True, detail=str(problem)[:500], wait=letter.wait(1))
        except OutcomeUnknown as problem:
            return _outcome(recipient, "uncertain", fine=False, detail=str(problem)[:500], wait=letter.grace)
        except ProviderError as refusal:
            return _refused(recipient, letter, refusal)
        except Exception as problem:
            log.exception("send failed", recipient_id=recipient.id)
            return _outcome(recipient, "uncertain", fine=None, detail=repr(problem)[:500], wait=letter.grace)
        held: dict[str, Any] = {"wait": HELD_FOR, "story": "held"} if sent.held else {}
        return _outcome(recipient, "held" if sent.held else "sent", wamid=sent.wamid, **held)


def unsent(recipient: Recipient) -> Outcome:
    """Claimed, and given back as it was: the attempt did not happen."""
    return _outcome(recipient, "pending", fine=None)


def _outcome(recipient: Recipient, status: str, *, fine: bool | None = True, **more: Any) -> Outcome:
    return Outcome(recipient.campaign_id, Row(recipient.id, recipient.attempt, status, **more), fine=fine)


def _refused(recipient: Recipient, letter: Letter, refusal: ProviderError) -> Outcome:
    failure = refusal.failure
    known: dict[str, Any] = {"code": failure.code or None, "detail": refusal.detail[:500]}
    match failure.action:
        case Action.STOP_NUMBER | Action.STOP_TEMPLATE:
            # The trouble is not this person's: the campaign stops and they keep their place.
            outcome = _outcome(recipient, "pending", **known)
        case Action.SLOW_NUMBER:
            wait = random.uniform(1, 3)  # noqa: S311 - jitter
            outcome = _outcome(recipient, "retry", wait=wait, free=True, **known)
        case Action.DELAY_PERSON if recipient.attempt < MOST_PAIR_TRIES:
            wait = min(LONGEST_PAIR_WAIT, max(failure.wait, PAIR_STEP**recipient.attempt))
            outcome = _outcome(recipient, "retry", wait=wait, free=True, story="retry", **known)
        case Action.RETRY | Action.DELAY_PERSON if recipient.tries < letter.attempts:
            wait = max(float(failure.wait), letter.wait(recipient.tries))
            outcome = _outcome(recipient, "retry", wait=wait, story="retry", fine=False, **known)
        case _ if failure.code == CAPPED and letter.ladder and letter.marketing and recipient.capped_times < CAPPED_TIMES:
            wait = failure.wait * (recipient.capped_times + 1) + random.uniform(0, 3600)  # noqa: S311 - jitter
            outcome = _outcome(recipient, "retry", wait=wait, free=True, story="capped", **known)
        case _:
            outcome = _outcome(recipient, "failed", **known)
            outcome.fine = failure.action is not Action.RETRY
    outcome.failure, outcome.template_id = failure, letter.template_id
    return outcome


def verdicts(outcomes: list[Outcome], well: float) -> tuple[list[bool], float]:
    """How the provider did, in the order in which it was asked, and when it was last asked something that went `well`.

    Answers of a burst come back with its failures in one row behind the others, which says nothing; nor does a failure that was
    asked for before something went well: five lost answers in a hundred are no outage.
    """
    known = [each for each in outcomes if each.fine or (each.fine is False and each.asked >= well)]
    known.sort(key=lambda each: each.asked)
    return [bool(each.fine) for each in known], max([well, *(each.asked for each in known if each.fine)])


def excuse(outcomes: list[Outcome]) -> None:
    """The breaker is open, so these did not fail by themselves: they wait, and the attempt does not count."""
    for outcome in outcomes:
        if outcome.fine is False and outcome.row.status in ("failed", "retry"):
            outcome.row = msgspec.structs.replace(outcome.row, status="retry", free=True, wait=outcome.row.wait or 2.0)


def wait_after(code: int) -> float | None:
    """Seconds until a message that failed with it, as a status told, may be tried again; None for never."""
    failure = classify(code)
    if code == CAPPED or failure.action in (Action.RETRY, Action.SLOW_NUMBER, Action.DELAY_PERSON):
        return max(2.0, float(failure.wait))
    return None


def asks_something(outcomes: list[Outcome]) -> bool:
    """Whether a refusal among them is about the number or a template, so that nothing should be claimed meanwhile."""
    return any(each.failure and each.failure.action in OF_ALL for each in outcomes)


async def heed(db: Db, number_id: int, outcomes: list[Outcome]) -> None:
    """What a batch of refusals asks of the number and of templates."""
    asked = {(each.template_id, each.failure) for each in outcomes if each.failure}
    # Paces before campaigns, as everywhere: two orders of locking would be a deadlock.
    for template_id, failure in sorted(asked, key=lambda pair: pair[1].action is not Action.SLOW_NUMBER):
        await _heed(db, number_id, template_id, failure)


async def heed_codes(db: Db, codes: set[tuple[int, int | None, int]]) -> None:
    """The same for failures that came as statuses: campaign id, variant and code."""
    for campaign_id, variant, code in sorted(codes, key=lambda each: classify(each[2]).action is not Action.SLOW_NUMBER):
        failure = classify(code)
        if failure.action in OF_ALL:
            for row in await db.rows(q.means, id=campaign_id, variant=variant):
                await _heed(db, row["number_id"], row["template_id"], failure)


async def _heed(db: Db, number_id: int, template_id: int, failure: Failure) -> None:
    match failure.action:
        case Action.STOP_NUMBER:
            await db.run(q.pause_of_number, number_id=number_id, reason=failure.title)
            await events.record(db, "number_stopped", number_id=number_id, reason=failure.title)
        case Action.STOP_TEMPLATE:
            await db.run(q.pause_of_template, template_id=template_id, reason=failure.title)
            await events.record(db, "template_stopped", template_id=template_id)
        case Action.SLOW_NUMBER:
            await pacing.slow_down(db, number_id)
