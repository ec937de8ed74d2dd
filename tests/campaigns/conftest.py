"""The killed worker takes most of a minute, mostly waiting for leases: it begins when the tests begin and is asked last."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.core.pages import ROOT

KILL = [sys.executable, "-m", "app", "bench", "kill", "--messages", "5000", "--json"]
_begun: list[subprocess.Popen[bytes]] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "test_killed_worker" in item.nodeid)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or not any("test_killed_worker" in item.nodeid for item in session.items):
        return
    # Processes of their own, on a home of their own: ours must survive.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RECADO_", "META_", "PORT"))}
    _begun.append(subprocess.Popen(KILL, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE))


def pytest_sessionfinish() -> None:
    for process in _begun:
        process.terminate()


@pytest.fixture
def killed() -> subprocess.Popen[bytes]:
    """The measurement that is under way."""
    return _begun[0]
