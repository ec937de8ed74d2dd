"""The simulator as an ASGI application, and as a server of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from app.simulator import apps, control, graph, media, memory, phone, sending
from app.simulator.access import Access, access
from app.simulator.behaviour import draw, happens
from app.simulator.errors import GraphError
from app.simulator.http import (
    Answer,
    App,
    BadRequest,
    Hangup,
    Receive,
    Request,
    Scope,
    Send,
    Stream,
    hang_up,
    json_answer,
    read,
    write,
    write_stream,
)  # fmt: skip
from app.simulator.state import World

VERSION = re.compile(r"/v2\d\.\d/")
IDLE_CONNECTIONS = 75  # seconds that a silent connection stays open; uvicorn's five would break into senders' pauses
MESSAGES = re.compile(r"/v2\d\.\d/(\d+)/messages")


def application(public: str | None = None, keep: Path | None = None) -> App:
    """A world of its own; `public` is the address under which people reach its pages, `keep` the file that outlives it."""
    world = World(public)
    known: dict[bytes, Access] = {}
    if keep is not None:
        memory.recall(world, keep)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(world, receive, send)
        elif scope["type"] == "http":
            if keep is not None and not world.remembers:
                world.remembers = True
                world.spawn(memory.remember(world, keep))
            request = Request(scope, await read(receive))
            answer = await answer_to(world, known, request)
            if isinstance(answer, Hangup):
                await hang_up(receive, send)
            elif isinstance(answer, Stream):
                with suppress(asyncio.CancelledError):
                    await write_stream(answer, receive, send)
            else:
                await write(answer, send)

    return app


async def answer_to(world: World, known: dict[bytes, Access], request: Request) -> Answer | Hangup | Stream:
    try:
        if request.method == "POST" and (short := MESSAGES.fullmatch(request.path)):
            return await carry_message(world, access(request, known), short[1], request)
        if request.method == "GET" and request.path.endswith((apps.DIALOG, apps.EXCHANGE)):
            return apps.dialog(request) if request.path.endswith(apps.DIALOG) else apps.exchange(world, request)
        if VERSION.match(request.path):
            return await graph.answer(world, access(request, known), request)
        if request.path.startswith("/simulator/media/"):
            access(request, known)
            return media.fetch(world, request.path.rpartition("/")[2])
        at_the_door = request.is_local and not request.is_foreign
        return (control.answer(world, request) if at_the_door else None) or phone.handle(world, request) or nowhere()
    except GraphError as refusal:
        return refusal.answer()
    except BadRequest as wrong:
        return json_answer({"error": {"message": str(wrong), "type": "BadRequest", "code": 100}}, 400)


async def carry_message(world: World, found: Access, number_id: str, request: Request) -> Answer | Hangup:
    number = world.numbers.get(number_id)
    if number is not None and number.behaviour.latency_ms != (0, 0):
        await asyncio.sleep(draw(number.behaviour.latency_ms))
    answer = sending.send(world, found, number_id, request)
    if number is not None and happens(number.behaviour.late_answer_share):
        await asyncio.sleep(draw(number.behaviour.late_answer_ms))
    return answer


def nowhere() -> Answer:
    return json_answer({"error": {"message": "Unknown path components", "type": "OAuthException", "code": 2500}}, 404)


async def lifespan(world: World, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            for task in world.tasks:
                task.cancel()
            if world.postman is not None:
                await world.postman.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def serve(host: str, port: int, ready: Callable[[], None] | None = None, keep: Path | None = None) -> None:
    """Until a signal."""
    config = uvicorn.Config(
        application(keep=keep), host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=1,
        timeout_keep_alive=IDLE_CONNECTIONS, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as together:
        together.create_task(server.serve())
        while not server.started and not server.should_exit:
            await asyncio.sleep(0.01)
        if ready is not None and server.started:
            ready()
