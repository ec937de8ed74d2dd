"""Workspaces as whoever runs the installation sees them: who, how much, how they are; closed, opened and limited here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.core.clock import now
from app.core.db import Db, Tenant, platform_tx
from app.core.forms import NOT_POSSIBLE
from app.core.i18n import N_
from app.core.paging import PAGE, Page, after, page_of
from app.core.statements import statements

NEWEST = 2**63 - 1
OVER = N_("A trial ends tomorrow at the earliest.")
STATES = {"": N_("Any state"), "active": N_("Active"), "trial": N_("On trial"), "suspended": N_("Suspended")}
TRIAL_LEADS_TO = {"free": N_("The free plan"), "closed": N_("The workspace is closed")}
PLANS = {"free": N_("Free"), "starter": N_("Starter"), "pro": N_("Pro"), "enterprise": N_("Without limits")}

q = statements("backoffice")


class Workspace(msgspec.Struct, frozen=True):
    """Figures are of `measured_at`; a room of 0 is no limit, and a limit is the workspace's own, beside its plan's."""

    id: int
    name: str
    slug: str
    country: str
    plan: str
    created_at: datetime
    suspended_at: datetime | None
    suspended_reason: str
    members_limit: int | None
    numbers_limit: int | None
    rate_limit: float | None
    owner: str | None
    owner_email: str | None
    members: int
    last_seen_at: datetime | None
    contacts: int
    messages: int
    campaigns_running: int
    numbers: int
    numbers_troubled: int
    alerts: int
    measured_at: datetime | None
    # The last day, on the workspace's clock.
    trial_until: date | None
    trial_leads_to: Literal["free", "closed"]
    members_room: int
    numbers_room: int
    rate_room: float


class Plan(msgspec.Struct, frozen=True):
    id: str
    members: int | None
    numbers: int | None
    per_second: float | None


class Member(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    owner: bool


class Closing(msgspec.Struct, frozen=True):
    reason: Annotated[str, Meta(min_length=5, max_length=300)]


class Limits(msgspec.Struct, frozen=True):
    """What is empty follows the plan."""

    plan: str
    members: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    numbers: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    per_second: Annotated[float, Meta(ge=1, le=100_000)] | None = None
    trial_until: date | None = None
    trial_leads_to: Literal["free", "closed"] = "free"


async def search(db: Db, words: str = "", *, state: str = "", plan: str = "", page: str | None = None) -> Page[Workspace]:
    """The newest first. Needs the platform's door, as all of this does."""
    (last,) = after(page, int)
    found = await db.many(
        q.search, Workspace, words=words.strip(), state=state if state in STATES else "", plan=plan if plan in PLANS else "",
        last=last or NEWEST, id=None, most=PAGE + 1,
    )  # fmt: skip
    return page_of(found, lambda workspace: (workspace.id,))


async def find(db: Db, workspace_id: int) -> Workspace:
    return await db.one(q.search, Workspace, words="", state="", plan="", last=NEWEST, id=workspace_id, most=1)


async def plans(db: Db) -> list[Plan]:
    return await db.many(q.plans, Plan)


async def members(db: Db, workspace: Workspace) -> list[Member]:
    return await db.many(q.members, Member, id=workspace.id)


async def suspend(db: Db, workspace: Workspace, wish: Closing) -> None:
    """From the next request and the next claim on; what comes in is still kept."""
    await db.run(q.suspend, id=workspace.id, reason=wish.reason)


async def resume(db: Db, workspace: Workspace) -> None:
    """Campaigns go on within a minute, by themselves."""
    await db.run(q.resume, id=workspace.id)


def unknown(wish: Limits) -> dict[str, str]:
    """What is not possible, by field. A trial lasts a day at least."""
    wrong = {} if wish.plan in PLANS else {"plan": NOT_POSSIBLE}
    return wrong | ({"trial_until": OVER} if wish.trial_until and wish.trial_until <= now().date() else {})


async def limit(db: Db, workspace: Workspace, wish: Limits) -> None:
    """Nobody is thrown out: who is over a new limit only gets nothing more."""
    await db.run(q.set_limits, id=workspace.id, **msgspec.structs.asdict(wish))
    await db.run(q.follow_the_plan, id=workspace.id, had=workspace.rate_room)


async def measure() -> None:
    """Each workspace through its own door, one after another: nobody waits for it."""
    async with platform_tx() as door:
        ids = [row["id"] for row in await door.rows(q.tenant_ids)]
    for tenant_id in ids:
        async with Tenant(tenant_id).tx() as db:
            await db.run(q.measure)
