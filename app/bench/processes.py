"""The processes of a measurement: started, stopped, killed, started again when they end by themselves, asked what they cost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

STOPS_WITHIN = 8.0  # seconds
LOOKS_EVERY = 0.2  # seconds between two looks at who has ended
TICKS = os.sysconf("SC_CLK_TCK")  # of the kernel's clock, a second


class Running(msgspec.Struct, frozen=True):
    """`kind` is web, worker, serve or simulator; `arguments` are Python's own."""

    kind: str
    arguments: tuple[str, ...]
    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid


class Processes:
    """What an operator's process manager does. What they complain about goes to `log`."""

    def __init__(self, log: BinaryIO) -> None:
        self.log = log
        self.running: list[Running] = []

    def of(self, kind: str) -> list[Running]:
        return [each for each in self.running if each.kind == kind]

    async def start(self, kind: str, *arguments: str) -> Running:
        """One of the house's commands, or any other arguments of Python."""
        chosen = arguments or ("-m", "app", kind)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *chosen, stdin=asyncio.subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.running.append(Running(kind, chosen, process))
        return self.running[-1]

    async def kill(self, each: Running) -> None:
        """No signal that it could answer: as when the power goes."""
        self.running.remove(each)
        each.process.kill()
        await each.process.wait()

    async def stop(self, each: Running) -> None:
        """As a deploy does."""
        self.running.remove(each)
        if each.process.returncode is not None:
            return
        each.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(each.process.wait(), STOPS_WITHIN)
        except TimeoutError:
            each.process.kill()
            await each.process.wait()

    async def stop_all(self) -> None:
        """The last one first: the provider goes after everybody who talks to it."""
        while self.running:
            await self.stop(self.running[-1])

    async def keep_running(self) -> None:
        """For ever: whoever ended is started again."""
        while True:
            for each in [each for each in self.running if each.process.returncode is not None]:
                self.running.remove(each)
                await self.start(each.kind, *each.arguments)
            await asyncio.sleep(LOOKS_EVERY)


def peak_mb(pid: int) -> float:
    """The most memory that a process ever held: VmHWM of the kernel."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(kilobytes) / 1024, 1)


def cpu_ms(*pids: int, children: bool = False) -> float:
    """What they have used so far, in user and in system; `children` adds theirs, the ended ones too."""
    ticks = 0
    for pid in pids:
        ticks += sum(_ticks(pid)[: 4 if children else 2])
        if children:
            ticks += sum(sum(_ticks(child)[:2]) for child in children_of(pid))
    return ticks * 1000 / TICKS


def is_there(pid: int) -> bool:
    """Also one that has ended and that nobody has asked about yet."""
    return Path(f"/proc/{pid}").exists()


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _ticks(pid: int) -> list[int]:
    """User, system, and the same of children that ended."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]
    except (FileNotFoundError, ProcessLookupError):
        return [0, 0, 0, 0]
