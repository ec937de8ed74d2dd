"""What came for an account that nobody had connected is read again when somebody does."""

from __future__ import annotations

from app.core import live
from app.core.db import Db, Tenant, platform_tx
from app.core.jobs import job
from app.core.statements import statements

q = statements("intake")


async def after_connecting(db: Db, waba: int) -> None:
    """A reaction to number_connected: as a job, because a workspace does not see the journal."""
    if waba_id := await db.value(q.account, waba=waba):
        await replay.later(db, waba_id=waba_id)


@job(queue="intake")
async def replay(tenant: Tenant, *, waba_id: str) -> None:  # noqa: ARG001 - every job carries its tenant
    """Reading twice changes nothing; what still belongs to nobody is counted again."""
    async with platform_tx() as door:
        if await door.run(q.replay_unrouted, waba_id=waba_id.encode()):
            await live.wake(door, "intake")
