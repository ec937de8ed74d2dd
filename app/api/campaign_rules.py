"""How a campaign protects itself, as the API says it: minutes and clock times."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.api.problems import Invalid
from app.campaigns import repeating
from app.campaigns.repeating import BadCron
from app.campaigns.rules import MOST_BLOCKED, MOST_CAPPED, MOST_FAILED, MOST_OPTED_OUT, Rules, Share
from app.campaigns.rules_form import NO_NIGHT, Clock
from app.core.clock import now

WEEK = 7 * 24 * 60  # minutes
SAME = ("canary", "guarded", "most_failed", "most_capped", "most_opted_out", "most_blocked", "quality_stop", "late_policy")


class CampaignRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of people go from 0 to 1, null is no limit. `canary` people get it first. Quiet hours are on each person's own
    clock. With a `cron` line it repeats, each time as a campaign of its own."""

    canary: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    canary_minutes: Annotated[int, Meta(ge=0, le=WEEK)] = 30
    guarded: bool = True
    most_failed: Share = MOST_FAILED
    most_capped: Share = MOST_CAPPED
    most_opted_out: Share = MOST_OPTED_OUT
    most_blocked: Share = MOST_BLOCKED
    quality_stop: Literal["", "YELLOW", "RED"] = "RED"
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    late_policy: Literal["ask", "send", "skip"] = "ask"
    late_minutes: Annotated[int, Meta(ge=1, le=WEEK)] = 60
    cron: Annotated[str, Meta(max_length=100)] = ""

    def read(self, zone: str) -> Rules:
        """`zone` is the workspace's. Raises Invalid."""
        if bool(self.quiet_from) != bool(self.quiet_to) or (self.quiet_from and self.quiet_from == self.quiet_to):
            raise Invalid(**{"rules.quiet_to": NO_NIGHT})
        cron = " ".join(self.cron.split())
        try:
            if cron:
                repeating.check(cron, zone, now())
        except BadCron as bad:
            raise Invalid(**{"rules.cron": bad.message}) from None
        return Rules(
            **{name: getattr(self, name) for name in SAME},
            canary_wait=timedelta(minutes=self.canary_minutes),
            late_after=timedelta(minutes=self.late_minutes),
            quiet_from=time.fromisoformat(self.quiet_from) if self.quiet_from else None,
            quiet_to=time.fromisoformat(self.quiet_to) if self.quiet_to else None,
            cron=cron,
            cron_zone=zone if cron else "",
        )


def shown(rules: Rules) -> CampaignRules:
    return CampaignRules(
        **{name: getattr(rules, name) for name in SAME},
        canary_minutes=int(rules.canary_wait.total_seconds() // 60),
        late_minutes=int(rules.late_after.total_seconds() // 60),
        quiet_from=f"{rules.quiet_from:%H:%M}" if rules.quiet_from else None,
        quiet_to=f"{rules.quiet_to:%H:%M}" if rules.quiet_to else None,
        cron=rules.cron,
    )
