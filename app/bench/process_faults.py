"""Faults of our own processes, of the line and of the clock, one after the other, each in the middle of a campaign."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial

from app.bench.house import House
from app.bench.trial import LARGE, Fault, Trial

KILLED = ("worker", "web", "postgres")
KILLS = 20
PEOPLE_PER_KILL = 1000  # in small trials there are fewer kills, but one of each kind at least
WORKERS = 2
APART = 5.0  # seconds between the clocks of two workers
# How often, and for how many seconds, the line to the provider is cut; each cut opens the breaker, which is half a minute.
CUTS, CUT = 2, 1.0


def faults(house: House) -> tuple[Fault, ...]:
    """The last one is the roughest."""
    told: tuple[tuple[str, Callable[[House, Trial], Awaitable[None]]], ...] = (
        ("clocks of two workers 5 s apart", clocks),
        ("connection refused", refuse),
        ("deploy in the middle", deploy),
        ("two workers started twice", start_twice),
        ("kill -9 of worker, web and Postgres", kill),
    )
    return tuple(Fault(name, {}, partial(trouble, house)) for name, trouble in told)


async def clocks(house: House, trial: Trial) -> None:
    """From here on one worker is early and the other one late; at the end both are right again."""
    await _replace_workers(house, *(("-m", "app.bench.shifted", str(by)) for by in (APART / 2, -APART / 2)))
    await trial.until_reached(0.9)
    await _replace_workers(house, *[()] * WORKERS)


async def refuse(house: House, trial: Trial) -> None:
    """What was on the line when it was cut is unknown; what came afterwards was refused."""
    if house.wire is None:
        raise RuntimeError("this house has no line to cut")
    count = CUTS if trial.people >= LARGE else 1
    for turn in range(count):
        await trial.until_reached((turn + 1) / (count + 1))
        await house.wire.cut()
        await asyncio.sleep(CUT)
        await house.wire.mend()


async def deploy(house: House, trial: Trial) -> None:
    """SIGTERM to all of it at once, and the next version starts when they have gone."""
    await trial.until_reached(0.4)
    old = [*house.processes.of("worker"), *house.processes.of("web")]
    await asyncio.gather(*(house.processes.stop(each) for each in old))
    for each in old:
        await house.processes.start(each.kind)


async def start_twice(house: House, trial: Trial) -> None:
    """As when somebody forgot that they run already."""
    more = [await house.processes.start("worker") for _ in range(WORKERS)]
    await trial.until_reached(1)
    await asyncio.gather(*(house.processes.stop(each) for each in more))


async def kill(house: House, trial: Trial) -> None:
    """At random moments of the campaign; which one is chance as well."""
    kinds = [KILLED[turn % len(KILLED)] for turn in range(min(KILLS, max(len(KILLED), trial.people // PEOPLE_PER_KILL)))]
    random.shuffle(kinds)
    for share, kind in zip(sorted(random.uniform(0.02, 0.95) for _ in kinds), kinds, strict=True):
        await trial.until_reached(share)
        if kind == "postgres":
            await house.kill_postgres()
        elif alive := house.processes.of(kind):
            victim = random.choice(alive)
            await house.processes.kill(victim)
            await house.processes.start(kind, *victim.arguments)


async def _replace_workers(house: House, *arguments: tuple[str, ...]) -> None:
    await asyncio.gather(*(house.processes.stop(each) for each in house.processes.of("worker")))
    for each in arguments:
        await house.processes.start("worker", *each)
