"""The line to the provider: while it is cut, connections are refused, and what was on it is lost."""

from __future__ import annotations

import asyncio

CHUNK = 65_536  # bytes


class Wire:
    """Carries bytes from `port` to `target`, both on this machine."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self.server: asyncio.Server | None = None
        self.ends: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self.server is not None:
            self.server.close()
        for end in tuple(self.ends):
            end.transport.abort()

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.ends.add(back)
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self.target)
            self.ends.add(onward)
            await asyncio.gather(_pour(here, onward), _pour(there, back))
            self.ends.discard(onward)
        except OSError:
            back.transport.abort()
        finally:
            self.ends.discard(back)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
    except OSError:
        pass
    finally:
        target.close()
