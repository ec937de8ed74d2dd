"""`./recado bench …`."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from app.bench import intake, kill, live, report, send


def add_to(commands: Any) -> None:
    """The subcommand and its own subcommands."""
    bench = commands.add_parser("bench", help="measure this machine; --json adds one last line for programs")
    kinds = bench.add_subparsers(dest="bench", required=True)
    for name, option, default, told in (
        ("send", "--messages", 20_000, "a campaign at full speed, beside a bare client loop"),
        ("import", "--rows", 1_000_000, "a CSV through the real import"),
        ("intake", "--webhooks", 20_000, "signed webhooks kept durably"),
        ("kill", "--messages", 5_000, "kill -9 of the worker in the middle of a campaign, three times"),
        ("live", "--messages", 100, "from a webhook to an agent's stream"),
    ):
        kind = kinds.add_parser(name, help=told)
        kind.add_argument(option, dest="size", type=int, default=default)
        kind.add_argument("--json", dest="as_json", action="store_true")


def run(chosen: argparse.Namespace) -> None:
    report.show(chosen.bench, asyncio.run(_measure(chosen)), as_json=chosen.as_json)


async def _measure(chosen: argparse.Namespace) -> dict[str, Any]:
    match chosen.bench:
        case "send":
            return await send.run(chosen.size)
        case "intake":
            return await intake.run(chosen.size)
        case "kill":
            return await kill.run(chosen.size)
        case "live":
            return await live.run(chosen.size)
    from app.bench import imports  # noqa: PLC0415 - brings the whole import room

    return await imports.run(chosen.size)
