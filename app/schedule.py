"""Every periodic job, with why, on one page. Cron lines have a sixth field: seconds."""

from __future__ import annotations

from app.core.db import platform_tx
from app.core.jobs import periodic
from app.core.statements import statements

accounts = statements("accounts")


# Sessions end by their date; their rows go once a day.
@periodic("17 4 * * *")
async def forget_expired_sessions() -> None:
    async with platform_tx() as db:
        await db.run(accounts.delete_expired_sessions)
        await db.run(accounts.delete_old_failures)
