"""Bytes in, durable, and then 200. Inserts of concurrent requests share one commit, and each waits for its own.

While one batch commits the next one gathers, so there is no timer: a lone webhook waits for nobody.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection

import msgspec

from app.core import live, metrics
from app.core.clock import seconds
from app.core.db import platform_tx
from app.core.statements import statements

# A batch is bounded, so that one commit stays short even when 3 MB bodies pile up.
BATCH = 500
BATCH_BYTES = 8 * 1024 * 1024
WAKES_EVERY = 0.02  # seconds: NOTIFY takes an instance-wide lock, and a reader finds all that is there
MOST_WAITING = 64 * 1024 * 1024  # bytes in memory that are not committed yet

q = statements("intake")


class Waiting(msgspec.Struct, frozen=True):
    digest: bytes
    body: bytes
    signers: Collection[int | None]
    kept: asyncio.Future[None]


class TooMuchWaiting(Exception):
    """Postgres does not keep up; whoever asks now had better come again later."""


class Journal:
    """One per process and provider."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.waiting: list[Waiting] = []
        self.size = 0
        self.woke_at = 0.0
        self.writing: asyncio.Task[None] | None = None

    async def keep(self, body: bytes, signers: Collection[int | None]) -> None:
        """Returns when the bytes are committed; a repeat of bytes that we have is kept once. Raises TooMuchWaiting and what
        Postgres raises.

        `signers` are the workspaces that it speaks for; with None among them it speaks for all.
        """
        entry = Waiting(hashlib.sha256(body).digest(), body, signers, asyncio.get_running_loop().create_future())
        if self.size + len(body) > MOST_WAITING:
            raise TooMuchWaiting(f"{len(self.waiting)} webhooks wait to be committed")
        self.waiting.append(entry)
        self.size += len(body)
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write())
        await entry.kept

    async def _write(self) -> None:
        while self.waiting:
            batch = self._next_batch()
            try:
                await self._commit(batch)
            except Exception as problem:  # noqa: BLE001 - each request gets it, answers 500, and Meta tries again
                for entry in batch:
                    if not entry.kept.done():
                        entry.kept.set_exception(problem)
            else:
                for entry in batch:
                    if not entry.kept.done():
                        entry.kept.set_result(None)

    def _next_batch(self) -> list[Waiting]:
        size = count = 0
        for entry in self.waiting[:BATCH]:
            size, count = size + len(entry.body), count + 1
            if size >= BATCH_BYTES:
                break
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        self.size -= size
        return batch

    async def _commit(self, batch: list[Waiting]) -> None:
        async with platform_tx() as door:
            await door.run(
                q.keep,
                provider=self.provider,
                digests=[entry.digest for entry in batch],
                bodies=[entry.body for entry in batch],
                signers=[_array(entry.signers) for entry in batch],
            )
            # Whoever still waits is kept by the next batch, which wakes for both.
            if not self.waiting or seconds() - self.woke_at >= WAKES_EVERY:
                self.woke_at = seconds()
                await live.wake(door, "intake")
        metrics.WEBHOOKS.inc(len(batch))


def _array(signers: Collection[int | None]) -> str:
    """As Postgres writes one, since arrays of different lengths cannot be one parameter; empty is everybody."""
    return "" if None in signers else "{" + ",".join(map(str, signers)) + "}"
