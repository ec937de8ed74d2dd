"""The measurements that can be asked for are those that the README names."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from inspect import iscoroutinefunction, signature

import pytest

from app.bench import command
from tests.architecture.house import ROOT

NAMES = [kind[0] for kind in command.KINDS]


def test_the_readme_names_every_measurement() -> None:
    told = re.search(r"`bench ([a-z|]+)`", (ROOT / "README.md").read_text())
    assert told is not None
    assert told[1].split("|") == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_measurement_takes_what_its_command_offers(name: str) -> None:
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    chosen = parser.parse_args(["bench", name, "--json"])
    run = import_module(f"app.bench.{chosen.module}").run
    assert iscoroutinefunction(run)
    assert list(signature(run).parameters)[1:] == list(chosen.options)
    assert chosen.size > 0
