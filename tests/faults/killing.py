"""SIGKILL at a chosen point: at the n-th call of a system call, or at a moment the provider sees.

strace (Debian's package) stops the process on its way into the n-th `fdatasync`, `sendto`, … of a
thread and kills it there. Where there is no strace, or it may not trace, the provider's moments
remain.
"""

import itertools
import random
import re
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.processes import KILLED, Forked, wait_for
from tests.faults.provider import FakeSendGrid, Phase

SYSTEM_CALLS = ("fdatasync", "pwrite64", "sendto", "recvfrom", "connect", "close", "flock", "write")
_CALLED = re.compile(r"^(\d+) +(\w+)\(")


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

    def end(self, forked: Forked) -> int:
        if self.is_done is not None:
            wait_for(lambda: forked.is_over or self.is_done(), within_s=120, every_s=0.1)
            forked.send(signal.SIGTERM)
        return forked.wait()


def kill_at(at: At, victim: Victim, provider: FakeSendGrid) -> bool:
    """Start a process and kill it there; says whether it got so far before its end."""
    if at.is_phase:
        return _killed_at_phase(at, victim, provider) == KILLED
    inject = f"inject={at.what}:signal=SIGKILL:when={at.number}"
    return _traced(victim, "-e", f"trace={at.what}", "-e", inject) == KILLED


def calls_made(victim: Victim, folder: Path) -> dict[str, int]:
    """Of each system call, how often the thread that makes it most makes it in a whole run."""
    written = folder / "calls.txt"
    _traced(victim, "-e", "trace=" + ",".join(SYSTEM_CALLS), output=written)
    counted = Counter(
        (found[1], found[2])
        for line in written.read_text(errors="replace").splitlines()
        if (found := _CALLED.match(line))
    )
    return {
        call: max(count for (_, name), count in counted.items() if name == call)
        for call in {name for _, name in counted}
    }


def spread(most: dict[str, int], points: int, *, seed: int) -> list[At]:
    """That many points, shared evenly by the calls, spread over the run of each."""
    chance = random.Random(seed)  # noqa: S311 (drawing test cases)
    chosen: list[At] = []
    left = points
    by_count = sorted(most.items(), key=lambda each: (each[1], each[0]))
    for place, (call, count) in enumerate(by_count):
        share = min(count, round(left / (len(by_count) - place)))
        left -= share
        edges = [1 + count * step // share for step in range(share + 1)] if share else []
        chosen += [
            At(call, chance.randrange(low, max(high, low + 1)))
            for low, high in itertools.pairwise(edges)
        ]
    return chosen


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
        return victim.end(forked[0])
    finally:
        provider.watches = lambda _phase: None


def _traced(victim: Victim, *options: str, output: Path | None = None) -> int:
    forked = victim.start(True)
    command = ["strace", "-f", "-q", "-o", str(output or "/dev/null"), *options]
    tracer = subprocess.Popen(
        [*command, "-p", str(forked.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _tracer_of(forked.pid) or tracer.poll() is not None)
        forked.send(signal.SIGCONT)
        return victim.end(forked)
    finally:
        tracer.kill()
        tracer.wait(timeout=10)


def _tracer_of(pid: int) -> int:
    status = (Path("/proc") / str(pid) / "status").read_text()
    found = re.search(r"^TracerPid:\s*(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0
