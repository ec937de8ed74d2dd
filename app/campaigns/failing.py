"""Who did not get it and why, in groups that say what to do, and whether another attempt can help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from app.campaigns import control
from app.core.db import Db
from app.core.i18n import N_
from app.core.statements import statements
from app.whatsapp.errors import Action, Failure, classify

# What `error_detail` says where WhatsApp gave no code, in the engine's words.
LEFT_UNKNOWN = "outcome unknown"
UNCONFIRMED = Failure(
    None,
    Action.FINAL_MESSAGE,
    N_("Nobody knows whether it arrived"),
    N_("The connection broke while sending and no confirmation came. It was not sent again, so that nobody gets it twice."),
)
UNREACHED = Failure(
    None,
    Action.RETRY,
    N_("WhatsApp could not be reached"),
    N_("Several attempts failed. Write to these people with another campaign once the connection is stable."),
)

# Of groups without a code: what they are called in forms.
UNKNOWN, UNSENT = "unknown", "unsent"

q = statements("campaign_recipients")


def reason(code: int | None, detail: str) -> Failure:
    """Why it failed, in plain words."""
    if code is None:
        return UNCONFIRMED if detail == LEFT_UNKNOWN else UNREACHED
    return classify(code)


class Group(msgspec.Struct, frozen=True):
    """Everybody who did not get it for one reason; codes that say the same are one."""

    failure: Failure
    codes: tuple[int, ...]
    n: int

    @property
    def id(self) -> str:
        """What a form calls it."""
        return ",".join(map(str, self.codes)) or (UNKNOWN if self.failure is UNCONFIRMED else UNSENT)

    @property
    def chance(self) -> Literal["good", "mended", "slight", "none"]:
        """What another attempt promises: after something was mended; slight, or with a risk; or nothing at all."""
        match self.failure.action:
            case Action.RETRY | Action.SLOW_NUMBER | Action.DELAY_PERSON:
                return "good"
            case Action.FIX | Action.STOP_NUMBER | Action.STOP_TEMPLATE:
                return "mended"
            case Action.FINAL_MESSAGE:
                return "slight"
            case Action.FINAL_PERSON:
                return "none"


async def groups(db: Db, campaign_id: int) -> list[Group]:
    """The largest first."""
    found: dict[str, dict[str, Any]] = {}
    for row in await db.rows(q.failures, id=campaign_id):
        failure = reason(row["code"], LEFT_UNKNOWN if row["left_unknown"] else "")
        group = found.setdefault(failure.title, {"failure": failure, "codes": (), "n": 0})
        group["n"] += row["n"]
        group["codes"] += (row["code"],) if row["code"] else ()
    return sorted((Group(**group) for group in found.values()), key=lambda group: -group.n)


async def retry(db: Db, campaign_id: int, ids: Sequence[str]) -> int:
    """A new attempt for everybody in these groups, except where none can help; how many. Raises CannotRetry."""
    chosen = [group for group in await groups(db, campaign_id) if group.id in ids and group.chance != "none"]
    tried = 0
    if codes := [code for group in chosen for code in group.codes]:
        tried += await control.retry_failed(db, campaign_id, codes=codes)
    for group in chosen:
        if not group.codes:
            people = await db.value(q.failed_without_code, id=campaign_id, unknown=group.id == UNKNOWN)
            tried += await control.retry_failed(db, campaign_id, recipient_ids=people)
    return tried


async def retry_people(db: Db, campaign_id: int, recipient_ids: Sequence[int]) -> int:
    """The same for single people, whatever the reason: whoever chose them by hand has read it. Raises CannotRetry."""
    return await control.retry_failed(db, campaign_id, recipient_ids=recipient_ids)
