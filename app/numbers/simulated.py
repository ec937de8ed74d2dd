"""Simulated numbers: where the provider is the simulator, it makes one with a press, and we connect it like any other."""

from __future__ import annotations

import msgspec

from app.core.db import Tenant
from app.core.outbound import NotSent, OutcomeUnknown, exchange, open_client, request_to
from app.core.secrets import new_token
from app.numbers import setup
from app.settings import GRAPH_URL, settings
from app.whatsapp.contract import Credentials

JSON = {"content-type": "application/json"}
TIER = "TIER_10K"  # enough to try everything, and a limit to be seen


class Made(msgspec.Struct, frozen=True):
    app_id: str
    waba_id: str
    phone_number_id: str
    access_token: str
    app_secret: str


async def is_there() -> bool:
    """Whether numbers can be simulated here: Meta itself is not even asked."""
    if settings().simulator or settings().graph_url == GRAPH_URL:
        return settings().simulator
    try:
        async with open_client(connections=1) as client:
            answer = await exchange(client, request_to("GET", f"{settings().graph_url}/simulator/received", headers={}))
    except (NotSent, OutcomeUnknown):
        return False
    return answer.is_success


async def make(name: str) -> Credentials:
    """A number whose webhooks come to us. Raises NotSent or OutcomeUnknown."""
    made = await _made(name)
    return Credentials(made.access_token, made.app_secret, made.phone_number_id, made.waba_id)


async def rehearse(tenant: Tenant, name: str) -> None:
    """An app, a token and a number that nobody has registered, for trying the guide. Raises NotSent, OutcomeUnknown, WrongField
    or ProviderError."""
    made = await _made(name, registered=False)
    await setup.save_app(tenant, setup.App(made.app_id, made.app_secret))
    async with tenant.tx() as db:
        await setup.note_product(db, added=True)
    await setup.save_token(tenant, made.access_token)


async def _made(name: str, *, registered: bool = True) -> Made:
    wish = {
        "verified_name": name,
        "limit": TIER,
        "webhook_url": f"{settings().public_url}/intake/meta",
        "app_secret": new_token(),
        "verify_token": settings().meta_verify_token,
        "registered": registered,
    }
    async with open_client(connections=1) as client:
        url = f"{settings().graph_url}/simulator/numbers"
        answer = await exchange(client, request_to("POST", url, headers=JSON, content=msgspec.json.encode(wish)))
    if not answer.is_success:
        raise OutcomeUnknown(f"the simulator answered {answer.status_code}: {answer.text[:200]}")
    return msgspec.json.decode(answer.content, type=Made)


def phone_screen(phone_number_id: str) -> str:
    """Where one plays the customer of a simulated number; nowhere for Meta's."""
    if settings().graph_url == GRAPH_URL:
        return ""
    return f"{settings().graph_url}/simulator/phone?number={phone_number_id}"
