"""What Meta decides about a number, and tells in a webhook: its throughput, quality, messaging limit and status."""

from __future__ import annotations

from typing import Any

from app.simulator import webhooks
from app.simulator.http import BadRequest
from app.simulator.limits import PEOPLE, PER_SECOND
from app.simulator.state import Account, Number, World, clock

POSSIBLE = {
    "throughput": set(PER_SECOND),
    "quality": {"GREEN", "YELLOW", "RED", "UNKNOWN"},
    "limit": {*PEOPLE, "TIER_UNLIMITED"},
    "status": {"CONNECTED", "FLAGGED", "RESTRICTED", "BANNED"},
}
STOPPED = {"RESTRICTED", "BANNED"}
# Both are quiet: Meta tells nobody of them.
SETTINGS = {"coexists": bool, "messages_per_second": int}


def decide(world: World, number: Number, wanted: dict[str, Any]) -> None:
    """{"throughput": "HIGH", "quality": "YELLOW", "limit": "TIER_2K", "status": "RESTRICTED"}, any of them."""
    for name, value in wanted.items():
        if not (value in POSSIBLE[name] if name in POSSIBLE else isinstance(value, SETTINGS.get(name, ()))):
            raise BadRequest(f"{name} cannot be {value!r}.")
    for name, value in wanted.items():
        setattr(number.connection, name, value)
    number.throughput.per_second = number.connection.per_second
    if "limit" in wanted:
        limit_people(world, number, wanted["limit"])
    if wanted.get("throughput") == "HIGH":
        tell(world, number.account, "phone_number_quality_update", of_number(number, "THROUGHPUT_UPGRADE"))
    if "quality" in wanted:
        event = "UNFLAGGED" if wanted["quality"] == "GREEN" else "FLAGGED"
        tell(world, number.account, "phone_number_quality_update", of_number(number, event))
    if "status" in wanted:
        tell(world, number.account, "account_update", of_account(number.connection.status))


def limit_people(world: World, number: Number, tier: str) -> None:
    """Of the whole portfolio: each of its accounts hears of it."""
    portfolio = number.account.portfolio
    portfolio.tier = tier
    value = {"max_daily_conversations_per_business": tier, "max_phone_numbers_per_business": 20}
    for account in world.accounts.values():
        if account.portfolio is portfolio:
            for sibling in account.numbers.values():
                sibling.connection.limit = tier
            tell(world, account, "business_capability_update", value)


def of_number(number: Number, event: str) -> dict[str, Any]:
    tier = number.account.portfolio.tier
    return {"display_phone_number": number.digits, "event": event, "max_daily_conversations_per_business": tier}


def of_account(status: str) -> dict[str, Any]:
    if status == "RESTRICTED":
        restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": int(clock()) + 3 * 24 * 3600}
        return {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]}
    return {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE" if status == "BANNED" else "REINSTATE"}}


def tell(world: World, account: Account, field: str, value: dict[str, Any]) -> None:
    if account.subscribed and account.numbers:
        entry = {"id": account.id, "time": int(clock()), "changes": [{"field": field, "value": value}]}
        webhooks.post(world, account.override_url or account.app.webhook_url, account.app.app_secret, [entry])
