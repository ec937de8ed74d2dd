"""Every named statement: it prepares against the migrated schema, somebody uses it, and it leaves tenancy to the policies."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import psycopg
from psycopg import AsyncConnection

from app.core.statements import SQL, Statements
from tests.architecture.house import files, name, nobody, tree

ROOMS = {path.stem: Statements(path.stem).all for path in files("sql", "*.sql") if path.parent == SQL}
# A timedelta tells psycopg that it is an interval; PREPARE has to be told.
SPAN = re.compile(r"(now\(\) [+-] %\(\w+\)s)")
PARAMETER = re.compile(r"%\((\w+)\)[sb]")
# Ways to mention the tenant that keep to its own rows: keys of conflicts and joins along composite keys.
HARMLESS = re.compile(
    r"on conflict \([^)]*\)|using \([^)]*\)|(group|order|partition) by [^)\n]*"
    r"|\w+\.tenant_id = \w+\.tenant_id|tenant_id\(\)(?!\s*=)"
)
# Statements that name the tenant on purpose. Those of the platform's door see several.
SIGNING_IN = "finds the tenant of a session, a token or a password"
ROUTING = "leads a webhook to its tenant"
SWEEPING = "looks over all tenants for what is due or stuck"
FOLDING = "moves the counters of all tenants at once"
COUNTING = "adds up what a process did for all tenants"
BELONGING = "finds the workspaces of one person"
SEALING = "the tenant is part of what unseals a secret"
ERASING = "takes a whole workspace down, when nobody of it is left to ask"
OPERATING = "looks after every workspace, through the platform's door"
NAMES_THE_TENANT: dict[str, str] = {
    "alert_channels.sealed_everywhere": SEALING,
    "alert_watch.operators": "finds the workspaces of whoever runs the installation",
    "operators.by_session": "the clock of their first workspace",
    "alert_watch.tenants_to_watch": SWEEPING,
    "access.by_account": SIGNING_IN,
    "access.by_person": SIGNING_IN,
    "access.by_session": SIGNING_IN,
    "access.by_api_token": SIGNING_IN,
    "accounts.by_email": SIGNING_IN,
    "accounts.details": SIGNING_IN,
    "accounts.in_workspace": SIGNING_IN,
    "backoffice.impersonate": OPERATING,
    "backoffice.members": OPERATING,
    "backoffice.search": OPERATING,
    "backoffice.stop_impersonating": OPERATING,
    "exports.outdated": SWEEPING,
    "archives.expired": SWEEPING,
    "deletion.erase_jobs": ERASING,
    "deletion.erase_webhooks": ERASING,
    "deletion.is_busy": ERASING,
    "deletion.people": ERASING,
    "intake.forget_processed": SWEEPING,
    "retention.due": SWEEPING,
    "campaign_sending.stuck_launches": SWEEPING,
    "campaign_sending.tenants_at_work": SWEEPING,
    "campaign_guard.tenants_sending": SWEEPING,
    "campaign_timing.due": SWEEPING,
    "campaign_timing.mark_late": SWEEPING,
    "campaign_timing.repeating_due": SWEEPING,
    "campaign_variants.due": SWEEPING,
    "portfolios.tenants": SWEEPING,
    "demo.colleague": "joins somebody to a tenant that has just been made",
    "demo.deeds": "the log has no default, since most of it is written from elsewhere",
    "dashboard.fold_campaigns": FOLDING,
    "dashboard.fold_stats": FOLDING,
    "invitations.by_token": "leads a link to the workspace that it lets into",
    "intake.forget_parts": ROUTING,
    "intake.keep_parts": ROUTING,
    "message_templates.accounts_everywhere": SWEEPING,
    "availability.note_seen": SWEEPING,
    "availability.settle": SWEEPING,
    "numbers.all_credentials": SEALING,
    "numbers.connected_everywhere": SWEEPING,
    "numbers.credentials_of_account": SEALING,
    "numbers.credentials_of_number": SEALING,
    "number_setups.note_verification": ROUTING,
    "numbers.holders": ROUTING,
    "numbers.owners": ROUTING,
    "numbers.reseal": SEALING,
    "numbers.sealed_by_accounts": SEALING,
    "sessions.by_api_token": SIGNING_IN,
    "sessions.is_alive": SIGNING_IN,
    "sessions.name_of_token": SIGNING_IN,
    "sessions.needs_second_factor": SIGNING_IN,
    "sessions.of_person": SIGNING_IN,
    "sessions.rotate": SIGNING_IN,
    "sessions.start": SIGNING_IN,
    "ops.add_minutes": COUNTING,
    "ops.forget_failed": SWEEPING,
    "ops.keep_errors": COUNTING,
    "ops.note_rates": COUNTING,
    "webhook_events.tell_of_look": OPERATING,
    "workspace_switch.of_person": BELONGING,
}


def test_every_statement_is_named_once() -> None:
    offenders = [name(path) for path in files("sql", "*.sql") if path.parent == SQL and not ROOMS[path.stem]]
    nobody(offenders, "A file of statements without a statement:")


async def test_every_statement_prepares(house: str) -> None:
    offenders = []
    async with await AsyncConnection.connect(house, autocommit=True) as conn:
        for room, statements in ROOMS.items():
            for named, text in statements.items():
                try:
                    await conn.execute(f"prepare this as {numbered(text)}".encode())
                    await conn.execute("deallocate this")
                except psycopg.Error as problem:
                    offenders.append(f"{room}.{named}: {problem.diag.message_primary}")
    nobody(offenders, "These statements do not prepare:")


def numbered(text: str) -> str:
    """As psycopg sends it: one number per name, and a doubled percent sign is one."""
    order = list(dict.fromkeys(PARAMETER.findall(text)))
    return PARAMETER.sub(lambda found: f"${order.index(found[1]) + 1}", SPAN.sub(r"\1::interval", text)).replace("%%", "%")


def rooms_of(path: Path) -> dict[str, str]:
    """What this module calls each file of statements."""
    return {
        target.id: node.value.args[0].value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name) and node.value.func.id == "statements"
        and isinstance(node.value.args[0], ast.Constant)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip


def mentioned() -> dict[str, list[str]]:
    """Statement to the modules that mention it."""
    found: dict[str, list[str]] = {}
    for path in files("app", "*.py"):
        rooms = rooms_of(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
                found.setdefault(f"{rooms[node.value.id]}.{node.attr}", []).append(name(path))
    return found


def test_every_statement_is_used_and_every_use_has_a_statement() -> None:
    there, used = {f"{room}.{named}" for room, statements in ROOMS.items() for named in statements}, mentioned()
    nobody(there - used.keys(), "No module mentions these statements:")
    nobody((f"{missing} in {', '.join(used[missing])}" for missing in used.keys() - there), "No such statement:")


def test_statements_leave_the_tenant_to_the_policies() -> None:
    offenders = []
    for room, statements in ROOMS.items():
        for named, text in statements.items():
            code = re.sub(r"--.*", "", text)
            if "tenant_id" in HARMLESS.sub("", code) and f"{room}.{named}" not in NAMES_THE_TENANT:
                offenders.append(f"{room}.{named}")
    nobody(offenders, "The tenant is the business of the policies and of column defaults:")


def test_the_list_of_exceptions_is_current() -> None:
    there = {f"{room}.{named}" for room, statements in ROOMS.items() for named in statements}
    nobody(NAMES_THE_TENANT.keys() - there, "No longer there:")
