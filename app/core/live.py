"""Live updates: announced in the transaction, heard by one LISTEN connection per process, fanned out to its tabs.

Correctness never depends on a stream: a tab that fell behind, or a lost connection, gets `resync` and asks again.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from litestar.response import Stream
from psycopg import AsyncConnection, OperationalError

from app.core.clock import seconds
from app.core.db import Db

CHANNEL = "live"
WAKE = "wake"
BEHIND = 200  # events a tab may be behind before it is told to ask again
PING = 15.0  # seconds
LONGEST_STREAM = 600.0  # seconds, plus up to a fifth of jitter, so that a deploy does not bring all tabs back at once
RESYNC = "resync"
# What ends the streams of one person, whose rights are asked for when they open: the browser comes back, or it may not.
RIGHTS_CHANGED = "rights_changed"
SIGNED_OUT = "signed_out"
MADE_BEFORE = 5.0  # seconds that a page may be older than its stream: what was announced meanwhile makes it ask again

log = structlog.get_logger()


class Event(msgspec.Struct, frozen=True):
    """Ids only: each viewer's stream looks for itself, through its own policies."""

    tenant: int
    topic: str
    name: str
    id: int = 0


async def announce(db: Db, topic: str, name: str, id: int = 0) -> None:  # noqa: A002 - the field's name everywhere
    """Heard only if this transaction commits. Payload limit of NOTIFY: 8,000 bytes."""
    event = Event(db.tenant_id or 0, topic, name, id)
    await db.conn.execute("select pg_notify(%s, %s)", (CHANNEL, msgspec.json.encode(event).decode()))


async def wake(db: Db, who: str) -> None:
    """Tells the waiting loops of all processes (`who`: intake) that there is work."""
    await db.conn.execute("select pg_notify(%s, %s)", (WAKE, who))


def of_member(user_id: int) -> str:
    """The topic of one person."""
    return f"member:{user_id}"


class Hub:
    """One per process. Subscriptions leave no residue."""

    def __init__(self) -> None:
        self.queues: dict[tuple[int, str], set[asyncio.Queue[Event | None]]] = defaultdict(set)
        self.wakers: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.heard_at: dict[tuple[int, str], float] = {}  # the last seconds only, the longest ago first
        self.closed = False

    async def run(self, url: str) -> None:
        """Listens for ever; after a lost connection it comes back and tells every tab to resync."""
        wait = 0.1
        while not self.closed:
            try:
                async with await AsyncConnection.connect(url, autocommit=True) as conn:
                    await conn.execute(f"listen {CHANNEL}")
                    await conn.execute(f"listen {WAKE}")
                    self._everyone_resyncs()
                    wait = 0.1
                    async for notice in conn.notifies():
                        self._heard(notice.channel, notice.payload)
            except (OperationalError, OSError) as problem:
                log.warning("live connection lost", reason=str(problem), retry_in=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    def _heard(self, channel: str, payload: str) -> None:
        if channel == WAKE:
            self.wakers[payload].set()
            return
        event = msgspec.json.decode(payload, type=Event)
        key = (event.tenant, event.topic)
        self._note(key)
        for queue in tuple(self.queues.get(key, ())):
            _put(queue, event)

    def _note(self, key: tuple[int, str]) -> None:
        self.heard_at.pop(key, None)
        self.heard_at[key] = seconds()
        while (oldest := next(iter(self.heard_at))) != key and self.heard_at[oldest] < seconds() - MADE_BEFORE:
            del self.heard_at[oldest]

    def _missed(self, key: tuple[int, str]) -> bool:
        return self.heard_at.get(key, -MADE_BEFORE) > seconds() - MADE_BEFORE

    def _everyone_resyncs(self) -> None:
        for waker in self.wakers.values():
            waker.set()
        for (tenant, topic), queues in self.queues.items():
            for queue in queues:
                _put(queue, Event(tenant, topic, RESYNC))

    def close(self) -> None:
        """Ends every open stream, so that a stop does not wait for them."""
        self.closed = True
        for queues in self.queues.values():
            for queue in queues:
                _put(queue, None)

    async def events(self, tenant_id: int, topics: Iterable[str]) -> AsyncIterator[Event | None]:
        """Events of these topics; None is a ping. Ends when the hub closes or the stream has lived long enough.

        Begins with a resync when something was announced while the page was on its way.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue(BEHIND)
        keys = [(tenant_id, topic) for topic in topics]
        for key in keys:
            self.queues[key].add(queue)
        end = seconds() + LONGEST_STREAM * random.uniform(1, 1.2)  # noqa: S311
        try:
            yield Event(tenant_id, "", RESYNC) if any(map(self._missed, keys)) else None
            while not self.closed and seconds() < end:
                try:
                    # Unlike wait_for() it makes no task, of which 200 tabs would need as many for each event.
                    async with asyncio.timeout(PING):
                        event = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            for key in keys:
                self.queues[key].discard(queue)
                if not self.queues[key]:
                    del self.queues[key]


def _put(queue: asyncio.Queue[Event | None], event: Event | None) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        if event is not None:
            event = Event(event.tenant, event.topic, RESYNC)
    queue.put_nowait(event)


hub = Hub()

Render = Callable[[Event], Awaitable[str | None]]


async def messages(tenant_id: int, topics: Iterable[str], render: Render | None, *, returning: bool) -> AsyncIterator[bytes]:
    """HTML goes unnamed and is swapped in; everything else is a signal: `name`, and `name-id` for who shows just that one.

    A returning tab (it sent Last-Event-ID) may have missed something, so it resyncs first.
    """
    # An id right away: without one the browser has nothing to send when it returns.
    yield b"id: 0\n\n"
    if returning:
        yield _signal(Event(tenant_id, "", RESYNC))
    async with aclosing(hub.events(tenant_id, topics)) as events:  # type: ignore[type-var]
        async for event in events:
            if event is None:
                yield b": ping\n\n"
                continue
            html = await render(event) if render is not None and event.name != RESYNC else None
            yield _swap(event, html) if html else _signal(event)
            if event.name in (RIGHTS_CHANGED, SIGNED_OUT):
                return


@lru_cache(maxsize=256)
def _signal(event: Event) -> bytes:
    """Two hundred tabs get the same bytes, so they are written once."""
    frame = f"id: {event.id}\nevent: {event.name}\ndata: {event.id}\n\n"
    if event.id:
        frame += f"event: {event.name}-{event.id}\ndata: {event.id}\n\n"
    return frame.encode()


def _swap(event: Event, html: str) -> bytes:
    """A line of data for each line, as https://html.spec.whatwg.org/multipage/server-sent-events.html asks for."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {event.id}\n{lines}\n".encode()


def stream(request: Any, topics: Iterable[str], render: Render | None = None) -> Stream:
    """The response of a live route: never give it `db`, which is closed before the first byte."""
    returning = "last-event-id" in request.headers
    topics = [*topics, of_member(request.user.id)]
    return Stream(
        messages(request.user.tenant_id, topics, render, returning=returning), media_type="text/event-stream",
        headers={"cache-control": "no-cache", "x-accel-buffering": "no"},
    )  # fmt: skip
