"""What a campaign survives: nobody twice, nobody left out, nothing stuck, every counter equal to a recount.

The receiving side counts. `./recado bench faults` does the same at size.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from app.bench import provider_faults, stock
from app.bench.stock import Place
from app.bench.trial import Verdict, endure
from tests.conftest import BASE, SIMULATOR, a_workspace

PEOPLE = 60
PROCESS_FAULTS = (
    "clocks of two workers 5 s apart",
    "connection refused",
    "deploy in the middle",
    "two workers started twice",
    "kill -9 of worker, web and Postgres",
)


@pytest.fixture(scope="module")
async def verdicts(house: str) -> dict[str, Verdict]:
    """All of them at the same time, each on a number of its own."""
    owner = await a_workspace()
    headers = {"x-csrftoken": owner.http.cookies.get("csrf") or ""}
    async with httpx.AsyncClient(base_url=BASE, timeout=20, cookies=owner.http.cookies, headers=headers) as browser:
        place = Place(url=BASE, graph_url=SIMULATOR, tenant=owner.tenant, browser=browser)
        await stock.people(place, PEOPLE)
        ended = await asyncio.gather(*(endure(place, each, people=PEOPLE, per_second=200) for each in provider_faults.FAULTS))
    return {verdict.fault: verdict for verdict in ended}


@pytest.mark.parametrize("fault", [each.name for each in provider_faults.FAULTS])
async def test_a_campaign_survives_the_provider(verdicts: dict[str, Verdict], fault: str) -> None:
    verdict = verdicts[fault]
    assert (verdict.lost, verdict.twice, verdict.stuck, verdict.failed, verdict.unequal) == (0, 0, 0, 0, [])


@pytest.mark.parametrize("fault", PROCESS_FAULTS)
async def test_a_campaign_survives_its_processes(endured: dict[str, dict[str, Any]], fault: str) -> None:
    row = endured[fault]
    assert (row["people"], row["lost"], row["twice"], row["stuck"], row["failed"], row["unequal"]) == (300, 0, 0, 0, 0, [])
