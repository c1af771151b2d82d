"""SIGKILL at a chosen point: at the n-th call of a system call, or at a moment the provider sees.

strace (Debian's package) stops the process on its way into the n-th `fdatasync`, `sendto`, … of a
thread and kills it there. Where there is no strace, or it may not trace, the provider's moments
remain; `SURVEY_TEST_REQUIRE=strace` demands it.
"""

import math
import random
import re
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.faults.processes import KILLED, Forked, wait_for
from tests.faults.provider import FakeSendGrid, Phase

CALLS = ("close", "connect", "fdatasync", "flock", "pwrite64", "recvfrom", "sendto", "write")
"""The system calls in which something gets to a file, a database or a provider, or comes back."""


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


_PATIENCE_S = 30
_LOST_ITS_CHILD = ("mail.process_died", "mail.process_not_started")
"""What it says when the process that talks to the provider for it was killed, and not itself."""


class Fate(StrEnum):
    """What became of a process that was to be killed at a point."""

    AT_POINT = "points"
    OUTLIVED = "not reached"
    STOOD_STILL = "killed elsewhere"


@dataclass(frozen=True)
class Victim:
    """How the process is started (held until traced, or not), and when it has nothing left to do:
    a worker that outlives its point is then asked to stop.
    """

    start: Callable[[bool], Forked]
    is_done: Callable[[], bool] | None = None

    def end(self, forked: Forked) -> bool:
        """Wait until it has ended; else kill it, and say that it stood still: strace at times loses
        a thread. That is a kill too, yet not where it was meant.
        """
        is_still = True
        with suppress(AssertionError):
            if self.is_done is not None:
                wait_for(
                    lambda: forked.is_over or self.is_done(), within_s=_PATIENCE_S, every_s=0.2
                )
                forked.send(signal.SIGTERM)
            wait_for(lambda: forked.is_over, within_s=_PATIENCE_S)
            is_still = False
        forked.kill()
        return is_still


def kill_at(at: At, victim: Victim, provider: FakeSendGrid) -> Fate:
    """Start a process and kill it there; says whether it got so far before its end."""
    if at.is_phase:
        return _killed_at_phase(at, victim, provider)
    inject = f"inject={at.what}:signal=SIGKILL:when={at.number}"
    return _traced(victim, "-e", f"trace={at.what}", "-e", inject)


def reach(victim: Victim, written: Path) -> dict[str, int]:
    """How often the thread that makes it most makes each call, in a process that nobody kills."""
    _traced(victim, "-e", f"trace={','.join(CALLS)}", written=written)
    calls = re.findall(r"^(\d+) +(\w+)\(", written.read_text(errors="replace"), re.MULTILINE)
    most: dict[str, int] = {}
    for (_, call), times in Counter(calls).items():
        most[call] = max(times, most.get(call, 0))
    return most


def dealt(limits: Mapping[str, int], *, seed: str) -> Iterator[At]:
    """Points without end, of all these kinds in turn, early ones as dense as late ones are far
    apart; none twice before there are no others.
    """
    chance = random.Random(seed)
    had = Counter(dict.fromkeys(limits, 0))
    while True:
        left = {what: set(range(1, limit + 1)) for what, limit in sorted(limits.items())}
        while any(left.values()):
            what = min((kind for kind in left if left[kind]), key=lambda kind: (had[kind], kind))
            wished = math.exp(chance.uniform(0, math.log(limits[what])))
            nearest = min(left[what], key=lambda place: (abs(place - wished), place))
            left[what].remove(nearest)
            had[what] += 1
            yield At(what, nearest)


def _killed_at_phase(at: At, victim: Victim, provider: FakeSendGrid) -> Fate:
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
        return _fate_of(forked[0], is_still=victim.end(forked[0]))
    finally:
        provider.watches = lambda _phase: None


def _traced(victim: Victim, *options: str, written: Path = Path("/dev/null")) -> Fate:
    forked = victim.start(True)
    command = ["strace", "-f", "-q", "-o", str(written), *options]
    tracer = subprocess.Popen(
        [*command, "-p", str(forked.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _tracer_of(forked.pid))
        forked.send(signal.SIGCONT)
        is_still = victim.end(forked)
    finally:
        tracer.kill()  # before we ask for the status: a thread that it holds would never end
        tracer.wait(timeout=10)
    return _fate_of(forked, is_still=is_still)


def _fate_of(forked: Forked, *, is_still: bool) -> Fate:
    status = forked.wait()
    if is_still:
        return Fate.STOOD_STILL
    fell = status == KILLED or any(word in forked.words for word in _LOST_ITS_CHILD)
    return Fate.AT_POINT if fell else Fate.OUTLIVED


def _tracer_of(pid: int) -> int:
    status = (Path("/proc") / str(pid) / "status").read_text()
    found = re.search(r"^TracerPid:\s*(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0
