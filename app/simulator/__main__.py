"""`python -m app.simulator --port N`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from pathlib import Path

import uvloop

from app.simulator.main import serve

parser = argparse.ArgumentParser(prog="simulator", description="A stand-in for WhatsApp.")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8100)
parser.add_argument("--keep", type=Path, help="a file that carries numbers, templates and people over a restart")
chosen = parser.parse_args()


def told() -> None:
    sys.stdout.write(f"The simulated phones are at http://{chosen.host}:{chosen.port}/simulator\n")
    sys.stdout.flush()


# Talks pile up by tens of thousands and hold no cycles.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(serve(chosen.host, chosen.port, told, chosen.keep))
