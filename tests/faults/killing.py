"""SIGKILL at a chosen point: at the n-th call of a system call, or at a moment the provider sees.

strace (Debian's package) stops the process on its way into the n-th `fdatasync`, `sendto`, … of a
thread and kills it there. Where there is no strace, or it may not trace, the provider's moments
remain.
"""

import math
import random
import re
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.processes import KILLED, Forked, wait_for
from tests.faults.provider import FakeSendGrid, Phase

IN_FILES = {"fdatasync": 50, "flock": 100, "pwrite64": 1500}
ON_WIRES = {"close": 80, "connect": 25, "recvfrom": 100, "sendto": 100, "write": 20}
"""How often, about, a thread makes a call while two hundred mails leave."""


@dataclass(frozen=True, slots=True)
class At:
    """Where to kill: the n-th time of a thread's system call, or of a phase at the provider."""

    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.what} {self.number}"

    @property
    def is_phase(self) -> bool:
        return self.what in {phase.value for phase in Phase}


_PATIENCE_S = 60


@cache
def may_trace() -> bool:
    """Whether strace is here and the kernel lets it trace."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@dataclass(frozen=True)
class Victim:
    """How the process is started (held until traced, or not), and when it has nothing left to do:
    a worker that outlives its point is then asked to stop.
    """

    start: Callable[[bool], Forked]
    is_done: Callable[[], bool] | None = None

    def end(self, forked: Forked) -> None:
        """Wait until it has ended, or kill it: strace at times loses a thread, and all stands."""
        with suppress(AssertionError):
            if self.is_done is not None:
                wait_for(
                    lambda: forked.is_over or self.is_done(), within_s=_PATIENCE_S, every_s=0.2
                )
                forked.send(signal.SIGTERM)
            wait_for(lambda: forked.is_over, within_s=_PATIENCE_S)
        forked.kill()


def kill_at(at: At, victim: Victim, provider: FakeSendGrid) -> bool:
    """Start a process and kill it there; says whether it got so far before its end."""
    if at.is_phase:
        return _killed_at_phase(at, victim, provider) == KILLED
    inject = f"inject={at.what}:signal=SIGKILL:when={at.number}"
    return _traced(victim, "-e", f"trace={at.what}", "-e", inject) == KILLED


def draw(number: int, limits: Mapping[str, int], *, seed: str) -> list[At]:
    """Points of all these kinds in turn, early ones as dense as late ones are far apart."""
    chance = random.Random(seed)
    kinds = sorted(limits)
    return [
        At(what, round(math.exp(chance.uniform(0, math.log(limits[what])))))
        for what in (kinds[place % len(kinds)] for place in range(number))
    ]


def _killed_at_phase(at: At, victim: Victim, provider: FakeSendGrid) -> int:
    started = threading.Event()
    seen = Counter[Phase]()
    lock = threading.Lock()
    forked: list[Forked] = []

    def watches(phase: Phase) -> None:
        started.wait(10)
        with lock:
            seen[phase] += 1
            is_there = phase == at.what and seen[phase] == at.number
        if is_there:
            forked[0].kill()

    provider.watches = watches
    try:
        forked.append(victim.start(False))
        started.set()
        victim.end(forked[0])
        return forked[0].wait()
    finally:
        provider.watches = lambda _phase: None


def _traced(victim: Victim, *options: str) -> int:
    forked = victim.start(True)
    command = ["strace", "-f", "-q", "-o", "/dev/null", *options]
    tracer = subprocess.Popen(
        [*command, "-p", str(forked.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _tracer_of(forked.pid) or tracer.poll() is not None)
        forked.send(signal.SIGCONT)
        victim.end(forked)
    finally:
        tracer.kill()
        tracer.wait(timeout=10)
    return forked.wait()


def _tracer_of(pid: int) -> int:
    status = (Path("/proc") / str(pid) / "status").read_text()
    found = re.search(r"^TracerPid:\s*(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0
