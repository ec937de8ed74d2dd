"""kill -9 of the worker in the middle of a campaign, three times: everybody got it exactly once."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from app.core.pages import ROOT


async def test_three_kills_lose_nobody_and_reach_nobody_twice() -> None:
    # Processes of their own, on a home of their own: ours must survive.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "META_", "PORT"))}
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "bench", "kill", "--messages", "5000", "--json",
        cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(bench.communicate(), 240)
    figures = json.loads(output.splitlines()[-1])
    assert (figures["kills"], figures["lost"], figures["twice"], figures["stuck"]) == (3, 0, 0, 0)
