"""The phone screen."""

from __future__ import annotations

from app.simulator.http import Answer, Request, Stream
from app.simulator.state import World


def handle(world: World, request: Request) -> Answer | Stream | None:
    return Answer(b"{}") if request.path == "/simulator" else None
