"""Bytes in, durable, and then 200. Inserts of concurrent requests share one commit, and each waits for its own.

While one batch commits the next one gathers, so there is no timer: a lone webhook waits for nobody.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection

import msgspec

from app.core import live
from app.core.db import platform_tx
from app.core.statements import statements

# A batch is bounded, so that one commit stays short even when 3 MB bodies pile up.
BATCH = 500
BATCH_BYTES = 8 * 1024 * 1024

q = statements("intake")


class Waiting(msgspec.Struct, frozen=True):
    digest: bytes
    body: bytes
    signers: Collection[int | None]
    kept: asyncio.Future[None]


class Journal:
    """One per process and provider."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.waiting: list[Waiting] = []
        self.writing: asyncio.Task[None] | None = None

    async def keep(self, body: bytes, signers: Collection[int | None]) -> None:
        """Returns when the bytes are committed; a repeat of bytes that we have is kept once. Raises what Postgres raises.

        `signers` are the workspaces that it speaks for; with None among them it speaks for all.
        """
        entry = Waiting(hashlib.sha256(body).digest(), body, signers, asyncio.get_running_loop().create_future())
        self.waiting.append(entry)
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
            await live.wake(door, "intake")


def _array(signers: Collection[int | None]) -> str | None:
    """As Postgres writes one: arrays of different lengths cannot be one parameter."""
    return None if None in signers else "{" + ",".join(map(str, signers)) + "}"
