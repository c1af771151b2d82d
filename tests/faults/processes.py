"""Real processes of the product, on a database and servers of the test's own."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def survey(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`survey …` as its own process, ended when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "survey.cli", *arguments],
        cwd=ROOT,
        env=_environment() | _named(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


@dataclass
class Forked:
    """One `survey …` process that a warm one forked."""

    pid: int
    output: Path
    _forks: "Forks"
    _status: int | None = None

    @property
    def words(self) -> str:
        """What it has said so far."""
        return self.output.read_text() if self.output.exists() else ""

    def kill(self) -> None:
        self.send(signal.SIGKILL)

    def send(self, signum: int) -> None:
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def _last_words(self) -> str:
        """What it says when it is made to end, and where each of its threads then stood."""
        self.send(signal.SIGABRT)
        with suppress(AssertionError):
            wait_for(lambda: self.is_over)
        self.kill()
        return self.words

    def lift_limit(self) -> None:
        """Let its files grow again."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, _UNLIMITED)

    @property
    def is_over(self) -> bool:
        return self._status is not None or _state_of(self.pid) in {"Z", ""}

    def wait(self, *, within_s: float = 600.0) -> int:
        """The exit status; minus the signal's number where one ended it."""
        if self._status is None:
            try:
                wait_for(lambda: self.is_over, within_s=within_s)
            except AssertionError:
                raise AssertionError(f"it did not end\n{self._last_words()}") from None
            self._status = int(self._forks.ask({"wait": self.pid})["status"])
        return self._status


class Forks:
    """Starts `survey …` processes quickly; see `forks.py`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Forked] = []
        self._warm = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forks"],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *arguments: str,
        moment: datetime | None = None,
        is_held: bool = False,
        most_bytes: int | None = None,
        **settings: str,
    ) -> Forked:
        """`survey …` with these settings, whose clock begins at `moment`, and none of whose files
        may grow beyond so many bytes.
        """
        output = self._folder / f"output-{len(self._started)}.txt"
        order = {
            "arguments": arguments,
            "settings": _named({"environment": "test"} | settings),
            "moment": moment.isoformat() if moment else None,
            "is_held": is_held,
            "most_bytes": most_bytes,
            "output": str(output),
        }
        forked = Forked(int(self.ask(order)["pid"]), output, self)
        self._started.append(forked)
        return forked

    def run(self, *arguments: str, moment: datetime | None = None, **settings: str) -> str:
        """`survey …` to its end, which must be a good one; its words."""
        forked = self.start(*arguments, moment=moment, **settings)
        status = forked.wait()
        assert status == 0, (status, forked.words)
        return forked.words

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._warm.stdin
        assert self._warm.stdout
        self._warm.stdin.write(json.dumps(order) + "\n")
        self._warm.stdin.flush()
        answered: dict[str, Any] = json.loads(self._warm.stdout.readline())
        return answered

    def close(self) -> None:
        for forked in self._started:
            if not forked.is_over:
                forked.kill()
        self._warm.kill()
        self._warm.communicate(timeout=10)


def wait_for(
    happened: Callable[[], object], *, within_s: float = 20.0, every_s: float = 0.01
) -> None:
    ends_at = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > ends_at:
            raise AssertionError("it did not happen in time")
        time.sleep(every_s)


def _state_of(pid: int) -> str:
    """`Z` for a process that has ended, empty for one that is gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SURVEY_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SURVEY_ENVIRONMENT": "test",
    }


def _named(settings: dict[str, str]) -> dict[str, str]:
    return {f"SURVEY_{name.upper()}": text for name, text in settings.items()}
