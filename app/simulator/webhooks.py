"""Webhooks on their way out: signed, posted, and tried again for a while when the other side does not answer 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from app.simulator.state import World

# Meta tries for seven days. A stand-in whose partner has been gone for half an hour gives up.
WAITS = (0.2, 0.5, 1, 2, 4, 8, 15, 30, *(60,) * 30)
ANSWER_TIMEOUT = 10.0  # seconds
UPDATES_PER_POST = 1000
POSTS_AT_ONCE = 16


class Postman:
    """The connection pool to everybody who gets webhooks; opened in the running loop."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=POSTS_AT_ONCE, max_keepalive_connections=POSTS_AT_ONCE)
        # Waiting for a place in the pool is no reason to give up, so only that has no limit.
        timeout = httpx.Timeout(ANSWER_TIMEOUT, pool=None)
        self.client = httpx.AsyncClient(transport=AiohttpTransport(limits=limits, trust_env=False), timeout=timeout)
        self.in_flight = 0

    async def deliver(self, url: str, body: bytes, signature: str) -> bool:
        headers = {"content-type": "application/json", "x-hub-signature-256": signature, "user-agent": "facebookexternalua"}
        self.in_flight += 1
        try:
            for wait in (*WAITS, None):
                try:
                    answer = await self.client.post(url, content=body, headers=headers)
                    if answer.status_code == httpx.codes.OK:
                        return True
                except httpx.HTTPError:
                    pass
                if wait is None:
                    break
                await asyncio.sleep(wait)
        finally:
            self.in_flight -= 1
        return False

    async def close(self) -> None:
        await self.client.aclose()


def sign(body: bytes, app_secret: str) -> str:
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def post(world: World, url: str, app_secret: str, entries: list[dict[str, Any]], *, repeat: int = 1) -> None:
    body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": entries})
    for _ in range(repeat):
        world.spawn(carry(world, url, body, sign(body, app_secret)))


async def carry(world: World, url: str, body: bytes, signature: str) -> None:
    if world.postman is None:
        world.postman = Postman()
    await world.postman.deliver(url, body, signature)


async def verify(world: World, url: str, verify_token: str, challenge: str) -> str:
    """Asks the address to prove itself. Answers what is wrong with it, or nothing."""
    if world.postman is None:
        world.postman = Postman()
    params = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    try:
        answer = await world.postman.client.get(url, params=params)
    except httpx.HTTPError as failure:
        return f"HTTP Message = {failure}"
    if answer.status_code != httpx.codes.OK:
        return f"HTTP Status Code = {answer.status_code}; HTTP Message = {answer.reason_phrase}"
    return "" if answer.text.strip() == challenge else "The response does not match the challenge"
