"""A number of a workspace, as tests of several rooms need one."""

from __future__ import annotations

from typing import Any

import httpx

from app.core.db import Tenant
from app.numbers import phone_number, simulated
from app.numbers.phone_number import PhoneNumber
from tests.conftest import BASE, SIMULATOR, Person


async def a_number(person: Person, name: str = "Casa Olmo") -> PhoneNumber:
    """A simulated number, connected."""
    return await phone_number.connect(Tenant(person.tenant_id), await simulated.make(name))


async def at_meta(**wish: Any) -> dict[str, str]:
    """A number that exists at the provider and is connected to nobody: the four fields of the form."""
    async with httpx.AsyncClient() as http:
        wish = {"webhook_url": f"{BASE}/intake/meta", "app_secret": "s" * 32, "verify_token": "v", **wish}
        made = (await http.post(f"{SIMULATOR}/simulator/numbers", json=wish)).json()
    return {field: made[field] for field in ("waba_id", "phone_number_id", "access_token", "app_secret")}
