"""What a developer asks of the house: its tests, and every check at once, each step named and timed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from app.core.clock import seconds

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Each with a house of its own. More would need more cores: most of a test is waiting, but not all of it.
TWO_AT_ONCE = ("--numprocesses=2", "--dist=worksteal")
STEPS: dict[str, tuple[str, ...]] = {
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "lint": ("ruff", "check", "--quiet", "."),
    "types": ("mypy", "app"),
    "templates": ("djlint", "templates", "--lint", "--quiet"),
    "architecture": ("pytest", "tests/architecture"),
    "tests": ("pytest", *TWO_AT_ONCE, "--ignore", "tests/architecture"),
}


def test(arguments: Sequence[str]) -> int:
    """pytest's exit code; without arguments, of all tests, two at once. Without a browser, its tests are skipped; where CI
    is set, tests/conftest.py fails instead."""
    if not browser():
        _install_browser()
    if not browser():
        sys.stderr.write("Browser tests are skipped: there is no Chromium. Install it with apt-get install chromium.\n")
    return _run("pytest", *(arguments or TWO_AT_ONCE))


def check() -> int:
    """0 when everything is in order; the last line says so, or names what is not."""
    wrong = []
    for name, command in STEPS.items():
        sys.stdout.write(f"── {name}\n")
        sys.stdout.flush()
        began = seconds()
        if _run(*command):
            wrong.append(name)
        sys.stdout.write(f"   {'not in order' if name in wrong else 'in order'}, {seconds() - began:.1f} s\n")
    sys.stdout.write(f"Not ready: {', '.join(wrong)}.\n" if wrong else "Ready.\n")
    return 1 if wrong else 0


def browser() -> str | None:
    """Where the system's Chromium is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _install_browser() -> None:
    """Only root may, as in a container or on a build machine; elsewhere it stays the developer's choice."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    sys.stderr.write("Installing Chromium for the browser tests.\n")
    for step in ("update", "install --yes --no-install-recommends chromium"):
        command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *step.split()]
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words


def _run(module: str, *arguments: str) -> int:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - a developer's own arguments
