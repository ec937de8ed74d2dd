"""The provider that all numbers send through: Meta, at the address that the settings name."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from app.core.outbound import new_client
from app.settings import settings
from app.whatsapp.contract import Provider
from app.whatsapp.meta.client import Meta
from app.whatsapp.meta.onboarding import Onboarding

_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Meta] = WeakKeyDictionary()


def provider() -> Provider:
    """Over the HTTP client of this event loop, which opens with its first request."""
    return _meta()


def onboarding() -> Onboarding:
    """What only Meta has: tokens to look at, apps, registration."""
    return Onboarding(_meta().graph)


def _meta() -> Meta:
    loop = asyncio.get_running_loop()
    if loop not in _of_loop:
        _of_loop[loop] = Meta(new_client(), settings().graph_url)
    return _of_loop[loop]


async def close() -> None:
    """Ends the connections of this event loop."""
    opened = _of_loop.pop(asyncio.get_running_loop(), None)
    if opened is not None:
        await opened.graph.client.aclose()
