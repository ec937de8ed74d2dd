"""`./recado bench …`."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Coroutine
from importlib import import_module
from typing import Any

from app.bench import report

# Name, module, the option that says how large, its default, and what it tells.
KINDS = (
    ("send", "send", "--messages", 20_000, "a campaign at full speed, beside a bare client loop"),
    ("launch", "launching", "--recipients", 1_000_000, "from a press to a row for everybody"),
    ("statuses", "statuses", "--messages", 50_000, "statuses out of order, applied to rows"),
    ("scale", "scale", "--messages", 12_000, "1, 2 and 4 workers with 1, 10 and 100 numbers"),
    ("import", "imports", "--rows", 1_000_000, "a CSV through the real import"),
    ("intake", "intake", "--webhooks", 20_000, "signed webhooks kept durably"),
    ("dashboard", "dashboard", "--messages", 10_000_000, "thirty days of totals, beside a recount"),
    ("live", "live", "--messages", 100, "from a webhook to an agent's stream"),
    ("fairness", "fairness", "--people", 1_000_000, "fifty people and an agent's replies beside another one's million"),
    ("kill", "kill", "--messages", 5_000, "kill -9 of the worker in the middle of a campaign, three times"),
    ("faults", "faults", "--people", 20_000, "everything that can go wrong with a campaign, a row each"),
)


def add_to(commands: Any) -> None:
    """The subcommand and its own subcommands."""
    bench = commands.add_parser("bench", help="measure this machine; --json adds one last line for programs")
    kinds = bench.add_subparsers(dest="bench", required=True)
    parsers = {}
    for name, module, option, default, told in KINDS:
        kind = parsers[name] = kinds.add_parser(name, help=told)
        kind.add_argument(option, dest="size", type=int, default=default)
        kind.add_argument("--json", dest="as_json", action="store_true")
        kind.set_defaults(module=module, options=())
    parsers["live"].add_argument("--streams", type=int, default=50, help="open at the same time")
    parsers["live"].add_argument("--numbers", type=int, default=0, help="send a campaign meanwhile, each 1,000 a second")
    parsers["live"].set_defaults(options=("streams", "numbers"))
    parsers["fairness"].add_argument("--numbers", type=int, default=1, help="that share the million, each 1,000 a second")
    parsers["fairness"].set_defaults(options=("numbers",))
    parsers["faults"].add_argument("--only", choices=("provider", "processes"), default="", help="one half of them")
    parsers["faults"].set_defaults(options=("only",))


def run(chosen: argparse.Namespace) -> None:
    # Each brings the rooms that it measures: only the chosen one is loaded.
    measurement = import_module(f"app.bench.{chosen.module}")
    options = {name: getattr(chosen, name) for name in chosen.options}
    figures = asyncio.run(_until_told_to_stop(measurement.run(chosen.size, **options)))
    report.show(chosen.bench, figures, as_json=chosen.as_json)


async def _until_told_to_stop(measuring: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """SIGTERM ends it as Ctrl-C does, so that no house stays behind."""
    task = asyncio.create_task(measuring)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
