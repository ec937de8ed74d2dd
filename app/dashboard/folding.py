"""Folding: triggers append small deltas, this adds them up, so that a figure costs the same at any size."""

from __future__ import annotations

from app.core.db import platform_tx
from app.core.statements import Statement, statements

BATCH = 50_000  # deltas in one transaction: about half a second

q = statements("dashboard")


async def fold() -> None:
    """Of all workspaces. Safe beside writers and beside another worker that folds as well."""
    for statement in (q.fold_stats, q.fold_campaigns):
        while await _fold_batch(statement) == BATCH:
            pass


async def _fold_batch(statement: Statement) -> int:
    async with platform_tx() as db:
        folded: int = await db.value(statement, batch=BATCH)
        return folded
