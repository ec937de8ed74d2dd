"""Faults of processes take more than a minute, mostly waiting for leases: they begin with the tests and are asked last.

Where several processes share the tests, the first one begins, and all of them can ask.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import seconds
from app.core.pages import ROOT

FAULTS = [sys.executable, "-m", "app", "bench", "faults", "--people", "300", "--only", "processes", "--json"]
AND_SAY_SO = '"$@" > told 2> complaints & trap "kill $!" TERM; wait $!; echo $? > ended'
PATIENCE = 240.0  # seconds
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
FOLDER = Path(tempfile.gettempdir()) / f"recado-faults-{RUN or secrets.token_hex(8)}"

_begun: list[subprocess.Popen[bytes]] = []


def _asks(item: pytest.Item) -> bool:
    return "endured" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_asks)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or not any(map(_asks, session.items)):
        return
    try:
        FOLDER.mkdir()
    except FileExistsError:
        return
    # On a home of their own: ours must survive.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "META_", "PORT"))}
    _begun.append(
        subprocess.Popen(["sh", "-c", AND_SAY_SO, "sh", *FAULTS], cwd=FOLDER, env={**environment, "PYTHONPATH": str(ROOT)})
    )


def pytest_sessionfinish() -> None:
    # Another process may still wait for it; then it ends by itself.
    for process in _begun:
        if not RUN:
            process.terminate()


@pytest.fixture(scope="session")
async def endured() -> dict[str, dict[str, Any]]:
    """The verdicts of the measurement that is under way, by fault."""
    end = seconds() + PATIENCE
    while not (FOLDER / "ended").exists():
        assert seconds() < end, (FOLDER / "complaints").read_text()[-4000:]
        await asyncio.sleep(0.2)
    told = (FOLDER / "told").read_text().splitlines()
    assert told, (FOLDER / "complaints").read_text()[-4000:]
    return {row["fault"]: row for row in json.loads(told[-1])["faults"]}
