"""Ending politely: the first SIGTERM or SIGINT asks, the second one insists."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_S = 0.1


@dataclass(slots=True)
class Stop:
    """Whether somebody asked this process to stop. Only the main thread waits for it."""

    is_asked: bool = False

    def wait(self, within_s: float = math.inf) -> bool:
        """Wait until then, at most for so many seconds; says whether somebody did.

        Handlers run in the main thread, but the kernel may give the signal to any thread, and then
        wakes nobody: whoever waits for an event, or holds its lock just then, waits for ever.
        """
        ends_at = time.monotonic() + within_s
        while not self.is_asked and time.monotonic() < ends_at:
            time.sleep(_LOOK_S)
        return self.is_asked


@contextmanager
def stop_asked() -> Iterator[Stop]:
    """What says when somebody asks this process to stop."""
    stop = Stop()

    def ask(signum: int, _frame: FrameType | None) -> None:
        stop.is_asked = True
        signal.signal(signum, signal.SIG_DFL)

    with _answered_by(ask):
        yield stop


@contextmanager
def leaving_when_asked() -> Iterator[None]:
    """Raise `SystemExit` in the main thread when somebody asks this process to stop."""

    def leave(signum: int, _frame: FrameType | None) -> None:
        signal.signal(signum, signal.SIG_DFL)
        raise SystemExit(0)

    with _answered_by(leave):
        yield


@contextmanager
def _answered_by(answer: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {signum: signal.signal(signum, answer) for signum in _SIGNALS}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
