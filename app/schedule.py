"""Every periodic job, with why, on one page. Cron lines have a sixth field: seconds."""

from __future__ import annotations

from datetime import timedelta

from app.accounts import refusal, two_factor
from app.alerts import channel, raising, watch
from app.backoffice import workspace
from app.campaigns import canary, launch, series, upkeep, variants
from app.core import export, jobs
from app.core.db import Tenant, platform_tx
from app.core.jobs import periodic
from app.core.statements import statements
from app.dashboard import folding
from app.message_templates import syncing
from app.numbers import credentials, inspection, portfolio
from app.ops import queue
from app.teams import availability
from app.tenants import archive, deletion, retention, trial

accounts = statements("accounts")
intake = statements("intake")
invitations = statements("invitations")
portfolios = statements("portfolios")
sessions = statements("sessions")


# Sessions, links and invitations end by their date; their rows go once a day.
@periodic("17 4 * * *")
async def forget_expired_sessions() -> None:
    async with platform_tx() as db:
        await db.run(sessions.forget_expired)
        await db.run(accounts.delete_old_failures)
        await db.run(accounts.delete_old_links)
        await db.run(invitations.delete_old)


# Who was refused at the door: at once it would take longer for somebody than for nobody.
@periodic("* * * * *")
async def tell_refusals() -> None:
    await refusal.tell()


# What the back office shows of each workspace.
@periodic("*/10 * * * *")
async def measure_workspaces() -> None:
    await workspace.measure()


# A campaign starts within a minute of its time, also if every process was down at that moment.
@periodic("* * * * * */15")
async def start_due_campaigns() -> None:
    async with platform_tx() as door:
        await launch.start_due(door)
        await series.start_due(door)


# Stuck work is found by looking: leases of the dead, outcomes that stay unknown, lanes that should run.
@periodic("* * * * * */10")
async def recover_campaigns() -> None:
    await upkeep.recover()


# Campaigns under way: canaries that have rested, and what the guard would stop.
@periodic("* * * * * */10")
async def watch_campaigns() -> None:
    await canary.watch()


# Texts that were tried long enough: the winner goes to everybody else.
@periodic("* * * * * */10")
async def decide_tests() -> None:
    await variants.decide_due()


# A killed worker says nothing: the queue keeps its jobs as running until somebody looks.
@periodic("* * * * * */15")
async def rescue_jobs() -> None:
    await jobs.rescue()


# Raw webhooks are kept for a month, to look into and to replay.
@periodic("41 3 * * *")
async def forget_processed_events() -> None:
    async with platform_tx() as door:
        await door.run(intake.forget_processed, kept=timedelta(days=30))


# Files that somebody took home a week ago.
@periodic("11 4 * * *")
async def forget_exports() -> None:
    await export.forget_old()


# Quality, limit and status of every number: webhooks tell of some changes only.
@periodic("7 * * * *")
async def check_numbers() -> None:
    async with platform_tx() as door:
        await inspection.reinspect_everywhere(door)


# After a new encryption key was put first, nothing sealed with an old one is left a day later.
@periodic("47 4 * * *")
async def seal_with_newest_key() -> None:
    async with platform_tx() as door:
        await credentials.reseal(door)
        await two_factor.reseal(door)
        await channel.reseal(door)


# What WhatsApp decided about templates while we could not be reached, and what was made in its own manager.
@periodic("27 * * * *")
async def sync_templates() -> None:
    async with platform_tx() as door:
        await syncing.resync_everywhere(door)


# What nobody says is found by looking: failures, silence, lateness, and causes that are gone.
@periodic("* * * * * */30")
async def look_for_alerts() -> None:
    await watch.look()


# Resolved alerts are kept for a quarter of a year.
@periodic("53 3 * * *")
async def forget_alerts() -> None:
    async with platform_tx() as door:
        await raising.forget(door)


# What a workspace wants to keep no longer, while it sleeps.
@periodic("11 2 * * *")
async def forget_what_is_old() -> None:
    async with platform_tx() as door:
        await retention.forget_everywhere(door)


# Archives lie there for seven days.
@periodic("37 * * * *")
async def delete_old_archives() -> None:
    async with platform_tx() as door:
        await archive.tidy(door)


# Workspaces whose owner asked for their end: a last word two days before, then every row.
@periodic("43 * * * *")
async def end_workspaces() -> None:
    async with platform_tx() as door:
        await deletion.go_on(door)


# Plans on trial: a word a week and a day before the end, then the end.
@periodic("*/10 * * * *")
async def end_trials() -> None:
    async with platform_tx() as door:
        await trial.go_on(door)


# The unfolded tail stays short, so that figures cost the same at any size.
@periodic("* * * * * */10")
async def fold_totals() -> None:
    await folding.fold()


# Failed jobs beyond the last 500 of a queue, counts of the hour before, processes that never said goodbye.
@periodic("23 * * * *")
async def tidy_operations() -> None:
    async with platform_tx() as door:
        await queue.tidy(door)


# Whom a portfolio wrote to yesterday no longer counts, and a full turn needs no row.
@periodic("31 * * * *")
async def forget_yesterdays_people() -> None:
    async with platform_tx() as door:
        tenants = await door.rows(portfolios.tenants)
    for row in tenants:
        async with Tenant(row["tenant_id"]).tx() as db:
            await portfolio.forget_yesterday(db)


# Away who has rested long enough, offline who has gone.
@periodic("* * * * * */20")
async def settle_availability() -> None:
    await availability.settle()
