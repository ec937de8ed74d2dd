"""Faults of the provider and of a person's hand: they need no process of their own, so tests run them as well."""

from __future__ import annotations

import asyncio
import random

from app.bench.receiving import behave, callbacks, send_webhook
from app.bench.trial import LARGE, Fault, Trial

SHARE = 0.05
STORMS, STORM, CALM = 3, 1.0, 1.5  # how many, and seconds
REFUSED = 0.7  # of the messages in a storm
PAUSES = 20
TOO_LATE = 20_000  # milliseconds: longer than anybody waits for an answer
AT_ONCE = {"sent": [0, 100], "delivered": [0, 200], "read": [0, 400]}  # milliseconds; rows are settled four times a second
REPEATED = 10
NEIGHBOURS = 999  # of a poisoned update


async def storms(trial: Trial) -> None:
    """The first one rages from the beginning."""
    count = STORMS if trial.people >= LARGE else 1
    for turn in range(count):
        await asyncio.sleep(STORM)
        await behave(trial.place, trial.number, refuse_share=0)
        if turn < count - 1:
            await asyncio.sleep(CALM)
            await behave(trial.place, trial.number, refuse_share=REFUSED)


async def pauses(trial: Trial) -> None:
    """At random moments, for a random while."""
    browser, path = trial.place.browser, f"/campaigns/{trial.campaign_id}/pause"
    if browser is None:
        raise RuntimeError("nobody is signed in who could pause it")
    count = PAUSES if trial.people >= LARGE else PAUSES // 4
    for share in sorted(random.uniform(0, 0.9) for _ in range(count)):
        await trial.until_reached(share)
        await browser.put(path)
        await asyncio.sleep(random.uniform(0, 0.5))
        # Begun or ended meanwhile, it may not be paused; then there is nothing to resume either.
        await browser.delete(path)


async def poison(trial: Trial) -> None:
    """One update that cannot be read among 999 that can, and one that can be read and not be kept."""
    await trial.until_reached(0.5)
    known = (await callbacks(trial.place, trial.number))[:NEIGHBOURS]
    good = [_status(callback) for callback in known]
    good.insert(len(good) // 2, {**_status("c:1:1"), "timestamp": "not a time"})
    await send_webhook(trial.place, trial.number, {"statuses": good}, repeat=REPEATED)
    await send_webhook(trial.place, trial.number, {"statuses": [_status(f"c:{10**30}:1")]})


def _status(callback: str) -> dict[str, str]:
    return {
        "id": f"wamid.{callback}", "status": "sent", "timestamp": "1795000000", "recipient_id": "34600000000",
        "biz_opaque_callback_data": callback,
    }  # fmt: skip


FAULTS = (
    Fault("connection lost after acceptance", {"accept_but_drop_answer_share": SHARE}),
    Fault("accepted and never answered", {"late_answer_share": SHARE, "late_answer_ms": [TOO_LATE, TOO_LATE]}),
    Fault("5xx after acceptance", {"error_after_accept_share": SHARE}),
    Fault("storms of 130429", {"refuse_share": REFUSED, "error_code": 130429}, storms),
    Fault("storms of 131056", {"refuse_share": REFUSED, "error_code": 131056}, storms),
    Fault("pause and resume, 20 times", {}, pauses),
    # All of them come before our commit where the answer is late: a tenth of the messages.
    Fault(
        "webhooks ten times, shuffled, early, poisoned",
        {"repeat": REPEATED, "shuffle": True, "delay_ms": AT_ONCE, "late_answer_share": 0.1, "late_answer_ms": [600, 900]},
        poison,
    ),
)
