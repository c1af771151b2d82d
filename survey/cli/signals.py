"""Ending politely: the first SIGTERM or SIGINT asks, the second one insists."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_asked() -> Iterator[threading.Event]:
    """An event that is set when somebody asks this process to stop."""
    asked = threading.Event()

    def ask(signum: int, _frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signum, signal.SIG_DFL)

    with _answered_by(ask):
        yield asked


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
