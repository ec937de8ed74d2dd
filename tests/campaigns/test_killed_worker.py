"""kill -9 of the worker in the middle of a campaign, three times: everybody got it exactly once."""

from __future__ import annotations

import json
import subprocess


def test_three_kills_lose_nobody_and_reach_nobody_twice(killed: subprocess.Popen[bytes]) -> None:
    output, _ = killed.communicate(timeout=240)
    figures = json.loads(output.splitlines()[-1])
    assert (figures["kills"], figures["lost"], figures["twice"], figures["stuck"]) == (3, 0, 0, 0)
