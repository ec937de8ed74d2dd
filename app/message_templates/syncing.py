"""Templates as WhatsApp has them: imports what was made elsewhere, and repairs what no webhook told."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from psycopg.types.json import Jsonb

from app.core import live
from app.core.db import Db, Tenant
from app.core.jobs import job
from app.core.statements import statements
from app.message_templates.message_template import CHANGED, STATUSES, TOPIC
from app.numbers import credentials as vault
from app.numbers import phone_number
from app.numbers.provider import provider
from app.whatsapp.contract import TemplateInfo
from app.whatsapp.template_draft import draft_of
from app.whatsapp.template_rules import CATEGORIES, NAME

log = structlog.get_logger()

q = statements("message_templates")


async def sync(tenant: Tenant, waba: int) -> None:
    """Raises ProviderError, NotSent or OutcomeUnknown, and nothing has changed."""
    async with tenant.tx() as db:
        credentials = await vault.of_account(db, waba)
    found = [row for row in map(_row, await provider().templates(credentials)) if row]
    async with tenant.tx() as db:
        await db.run(q.take_over, waba=waba, templates=Jsonb(found))
        await db.run(q.mark_missing, waba=waba, provider_ids=[row["provider_id"] for row in found])
        await db.run(q.take_back_lost, waba=waba)
        await live.announce(db, TOPIC, CHANGED)


def _row(info: TemplateInfo) -> dict[str, Any] | None:
    """None for what has no place here yet, which is logged."""
    status = STATUSES.get(info.status)
    draft = draft_of(info.name, info.language, info.category, info.components)
    if status is None or info.category not in CATEGORIES or not NAME.fullmatch(info.name) or not draft.body:
        log.warning("template left out", name=info.name, status=info.status, category=info.category)
        return None
    return {
        **{name: msgspec.to_builtins(getattr(draft, name)) for name in draft.__struct_fields__},
        "status": status,
        "reason": info.rejected_reason or "",
        "provider_id": info.id,
        "quality": info.quality,
    }


async def sync_all(tenant: Tenant) -> None:
    """Every account of a workspace that has a number."""
    async with tenant.tx() as db:
        accounts = {number.waba for number in await phone_number.all(db)}
    for waba in sorted(accounts):
        await sync(tenant, waba)


@job(queue="maintenance")
async def resync(tenant: Tenant, *, waba: int) -> None:
    """The same, later."""
    await sync(tenant, waba)


async def after_connecting(db: Db, *, waba: int) -> None:
    """The reaction to a new number: its account may have templates already."""
    await resync.later(db, once=f"sync-templates-{waba}", waba=waba)


async def resync_everywhere(db: Db) -> None:
    """Every account of every workspace. Needs the platform's door."""
    for row in await db.rows(q.accounts_everywhere):
        await resync.later(db, once=f"sync-templates-{row['waba']}", tenant_id=row["tenant_id"], waba=row["waba"])
