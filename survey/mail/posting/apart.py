"""A process of its own hands mails over: who keeps the books then has an interpreter to himself."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import structlog

from survey.mail.posting.child import Opening, Word
from survey.mail.posting.handing import Broke
from survey.mail.posting.poster import GATHERED_S, heard, rendered
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending, Provider

_MODULE = "survey.mail.posting.child"
_BEGUN_PER_THREAD = 3
_FEWEST_BEGUN = 32
"""More than threads of ours need: it posts on while we render, keep the books and claim."""
_MOST_IN_A_ROW = 8
"""Whatever a thread has before it must leave within the lease, however slow the provider is."""
_READY_WITHIN_S = 30.0
_ENDS_WITHIN_S = 10.0
_LOST = Ending(
    AttemptOutcome.MAY_HAVE_BEEN_SENT,
    detail="The process that sends has died. The mail may have left, or not.",
    is_provider_away=True,
)
_NOT_GIVEN = Ending(
    AttemptOutcome.TRY_LATER,
    detail="The process that sends had died before it was given this mail.",
    is_provider_away=True,
)

log = structlog.get_logger(__name__)


class NotStarted(Exception):
    """The process did not come about."""


class ProcessPoster:
    """A `Poster` that renders mails here, and hands them over in a process of its own.

    If that dies, what it was given may have left, and the run ends.
    """

    def __init__(self, make: Callable[[], Provider], *, threads: int) -> None:
        """Start it, with what makes its provider. Raises `NotStarted`."""
        fewest = min(_FEWEST_BEGUN, _MOST_IN_A_ROW * threads)
        self.most_begun = max(_BEGUN_PER_THREAD * threads, fewest)
        self.has_died = False
        self._line, self._child = _started((make, threads))
        self._threads = threads
        self._under_way: set[str] = set()
        self._ended: dict[str, Ending] = {}

    def take(self, attempt_id: str, compose: Compose) -> None:
        draft = rendered(compose, attempt_id=attempt_id)
        if isinstance(draft, Ending):
            self._ended[attempt_id] = draft
        else:
            self._give(attempt_id, draft)

    def ended(self) -> Mapping[str, Ending]:
        while self._under_way and not self._ended:
            self._hear()
        until = time.monotonic() + GATHERED_S
        while self._under_way and self._speaks(until):
            self._hear()
        ended, self._ended = self._ended, {}
        return ended

    def take_back(self) -> list[str]:
        with suppress(OSError):  # who has died is heard of below
            self._line.send(None)
        while self._under_way:
            word = self._hear()
            if isinstance(word, list):
                self._under_way.difference_update(word)
                return word
        return []

    def close(self) -> None:
        _dismiss(self._line, self._child)

    def _speaks(self, until: float) -> bool:
        """Whether there is more to hear, now or, while there is plenty to do, until then."""
        has_plenty = len(self._under_way) > self._threads
        return self._line.poll(max(until - time.monotonic(), 0) if has_plenty else 0)

    def _hear(self) -> Word:
        try:
            word: Word = self._line.recv()
        except (EOFError, OSError):
            self._lose()
            return None
        if isinstance(word, tuple):
            attempt_id, handed = word
            self._ended[attempt_id] = heard(handed, attempt_id=attempt_id)
            self._under_way.remove(attempt_id)
        return word

    def _give(self, attempt_id: str, draft: Draft) -> None:
        try:
            self._line.send((attempt_id, draft))
        except OSError:  # what was not sent whole was not read
            self.has_died = True
            self._ended[attempt_id] = _NOT_GIVEN
        else:
            self._under_way.add(attempt_id)

    def _lose(self) -> None:
        log.error("mail.process_died", count=len(self._under_way))
        self.has_died = True
        self._ended |= dict.fromkeys(self._under_way, _LOST)
        self._under_way.clear()


def _started(opening: Opening) -> tuple[Connection, subprocess.Popen[bytes]]:
    with ExitStack() as undo:
        ours, theirs = _line()
        undo.enter_context(ours)
        with theirs:
            child = _child(theirs)
        undo.callback(_dismiss, ours, child)
        _open(ours, opening)
        undo.pop_all()
    return ours, child


def _line() -> tuple[Connection, Connection]:
    try:
        return Pipe()
    except OSError as error:
        raise NotStarted("There is no line to it.") from error


def _child(line: Connection) -> subprocess.Popen[bytes]:
    """Apart from our group: Ctrl-C in a terminal is for us, who let it end its mails."""
    try:
        return subprocess.Popen(  # noqa: S603 (this interpreter and a module of ours)
            [sys.executable, "-P", "-m", _MODULE, str(line.fileno())],
            pass_fds=[line.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )
    except OSError as error:
        raise NotStarted(f"It cannot be run: {type(error).__name__}.") from error


def _open(line: Connection, opening: Opening) -> None:
    try:
        line.send(opening)
        if not line.poll(_READY_WITHIN_S):
            raise NotStarted("It did not begin in time.")
        broke: Broke | None = line.recv()
    except (EOFError, OSError) as error:
        raise NotStarted("It ended at once.") from error
    if broke is not None:
        raise NotStarted(f"{broke.kind} at {broke.at[-1]}.")


def _dismiss(line: Connection, child: subprocess.Popen[bytes]) -> None:
    line.close()
    try:
        child.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
