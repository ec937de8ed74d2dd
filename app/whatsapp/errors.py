"""How a call to WhatsApp can fail, and what to do about it: branch on the action, never on an HTTP status."""

from enum import StrEnum

from msgspec import Struct

from app.core.outbound import NotSent, OutcomeUnknown
from app.whatsapp.error_table import (
    MAYBE_ACCEPTED,
    RANGES,
    ROWS,
    UNCONFIRMED,
    UNKNOWN_ADVICE,
    UNKNOWN_TITLE,
    WAIT_SECONDS,
)

__all__ = ["Action", "Failure", "NotSent", "OutcomeUnknown", "ProviderError", "WrongField", "classify"]


class Action(StrEnum):
    """What a failure asks of the sender."""

    RETRY = "retry"
    SLOW_NUMBER = "slow_number"
    DELAY_PERSON = "delay_person"
    STOP_NUMBER = "stop_number"
    STOP_TEMPLATE = "stop_template"
    FINAL_PERSON = "final_person"
    FINAL_MESSAGE = "final_message"
    FIX = "fix"


class Failure(Struct, frozen=True):
    """One row of the error table; title and advice are translation keys.

    `outcome_unknown` matters when the code answers a send: the message may have been accepted all the same. In a
    status webhook the outcome is certain. `wait` is in seconds.
    """

    code: int | None
    action: Action
    title: str
    advice: str
    outcome_unknown: bool = False
    wait: int = 0
    confirmed: bool = True

    @property
    def safe_to_repeat(self) -> bool:
        return not self.outcome_unknown


FAILURES = {
    code: Failure(
        code=code,
        action=Action(action),
        title=title,
        advice=advice,
        outcome_unknown=code in MAYBE_ACCEPTED,
        wait=WAIT_SECONDS.get(code, 0),
        confirmed=code not in UNCONFIRMED,
    )
    for action, codes, title, advice in ROWS
    for code in codes
}


def classify(code: int | None, subcode: int | None = None) -> Failure:
    """The row for Meta's error code. An unknown code means `fix`: park the message, tell somebody, never loop."""
    if code == 100 and subcode is not None:
        code = subcode if subcode in FAILURES else code
    if code in FAILURES:
        return FAILURES[code]
    for first, last, like in RANGES:
        if code is not None and first <= code <= last:
            return FAILURES[like]
    return Failure(code=code, action=Action.FIX, title=UNKNOWN_TITLE, advice=UNKNOWN_ADVICE, confirmed=False)


class ProviderError(Exception):
    """The provider answered and refused. `detail` is its own wording, for those who look behind the title."""

    def __init__(self, failure: Failure, detail: str = "", *, trace: str = "") -> None:
        super().__init__(f"{failure.code}: {detail or failure.title}")
        self.failure = failure
        self.detail = detail
        self.trace = trace


class WrongField(Exception):
    """A credential that does not work: the name of its field, and a translation key that says what to do."""

    def __init__(self, field: str, message: str, *, detail: str = "") -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.detail = detail
