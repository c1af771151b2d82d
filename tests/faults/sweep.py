"""Kill points from start to end: a fresh copy, the kills, a run to the end, and the receipts."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from signal import SIGTERM

from survey.kit.queue import Queue, beside
from tests.faults.books import read_books, verdict
from tests.faults.killing import CALLS, At, Fate, Victim, kill_at, reach
from tests.faults.processes import Forks, wait_for
from tests.faults.provider import FakeSendGrid, Phase
from tests.faults.receipts import press_send_again, tell
from tests.faults.tracing import may_trace
from tests.faults.world import AFTER, APART, AT_LAST, LATER, STARTS, Template, buyer, settings_for

_LOOKS = 3
KEPT = {
    "twice": 0,
    "asked again": 0,
    "two messages": 0,
    "lost": 0,
    "twice after receipts": 0,
    "not reached after receipts": 0,
    "uncertain after receipts": 0,
}
"""The promises, as figures. What is uncertain before the receipts is no broken one."""


@dataclass(frozen=True)
class Scenario:
    """Which process is killed, on copies of which database."""

    arguments: tuple[str, ...]
    template: Template
    is_apart: bool = False
    """Whether a process of its own talks to the provider; strace kills that one too."""

    @property
    def settings(self) -> dict[str, str]:
        return APART if self.is_apart else {}

    @property
    def runs_on(self) -> bool:
        """A worker does not end by itself, and is woken by the queue."""
        return self.arguments[0] in {"serve", "worker"}

    @property
    def sends(self) -> bool:
        return self.arguments[0] != "invite"

    def __str__(self) -> str:
        backend = "SQLite" if self.template.is_sqlite else "PostgreSQL"
        return f"{self.arguments[0]}{' apart' if self.is_apart else ''}, {backend}"


@dataclass(frozen=True)
class Installation:
    """A database of its own, and what its processes are told."""

    url: str
    people: int
    settings: dict[str, str]

    @property
    def is_done(self) -> bool:
        return read_books(self.url).are_settled(self.people)

    @property
    def has_nothing_due(self) -> bool:
        books = read_books(self.url)
        return len(books.states) == self.people and not books.by_state["queued"]

    @property
    def is_over(self) -> bool:
        """Whether no mail waits or is under way any more."""
        return self.has_nothing_due and not read_books(self.url).by_state["claimed"]

    @property
    def everyone(self) -> list[str]:
        return [buyer(number) for number in range(self.people)]

    def wake(self, job: str = "invite") -> None:
        queue = Queue(self.settings["queue_url"] or beside(self.url))
        queue.wake(job)
        queue.close()


@dataclass
class Bench:
    """What all points of a sweep share."""

    forks: Forks
    provider: FakeSendGrid
    folder: Path
    words: list[str] = field(default_factory=list)
    """What the commands said that ran to their end."""
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def fresh(self, template: Template, **told: str) -> Iterator[Installation]:
        """Nobody was mailed yet, neither here nor at the provider. Its processes are told more."""
        # Other test processes have folders of the same name, and may use the same server.
        name = f"faults_{os.getpid()}_{self.folder.name}_{next(self._numbers)}".replace("-", "_")
        with template.copied(self.folder, name) as url:
            self.provider.forget()
            own = self.folder / f"{name}_own"
            own.mkdir()
            yield Installation(
                url, template.people, settings_for(url, self.provider.url, own) | told
            )

    def sweep(self, scenario: Scenario, points: Iterable[At]) -> Counter[str]:
        """What became of the promises in one run that is killed at each of these points in turn.

        A point that is not reached does not count, and is the last one: the run is at its end.
        """
        tally: Counter[str] = Counter(dict.fromkeys([*Fate, *CALLS, *Phase], 0))
        with self.fresh(scenario.template, **scenario.settings) as installation:
            for place, at in enumerate(points):
                moment = STARTS + place * timedelta(seconds=10)
                fate = kill_at(at, self._victim(scenario, installation, moment), self.provider)
                tally[fate] += 1
                if fate is Fate.OUTLIVED:
                    break
                tally[at.what] += fate is Fate.AT_POINT
            tally.update(self._to_the_end(scenario, installation))
            tally["runs"] = 1
        return tally

    def reach(self, scenario: Scenario) -> Mapping[str, int]:
        """How often the process makes each call, and the provider sees each of its moments, by the
        time that nothing is left to do. Looked at anew where strace lost the process at once.
        """
        limits: Mapping[str, int] = {}
        for _ in range(_LOOKS):
            limits = limits or self._reach(scenario)
        return limits

    def _reach(self, scenario: Scenario) -> Mapping[str, int]:
        with self.fresh(scenario.template, **scenario.settings) as installation:
            victim = self._victim(scenario, installation, STARTS)
            calls = reach(victim, self.folder / "calls.txt") if may_trace() else {}
            seen = len(self.provider.requests)
        return calls | ({phase.value: seen for phase in Phase} if seen else {})

    def judge(self, installation: Installation) -> dict[str, int]:
        """What became of the promises: before the receipts, and once the provider has told all and
        a person has pressed once.
        """
        before = verdict(installation.everyone, read_books(installation.url), self.provider)
        return before | self._settle(installation)

    def _settle(self, installation: Installation) -> dict[str, int]:
        tell(self.forks, installation.settings, self.provider.accepted, moment=AFTER)
        never_left = press_send_again(installation.url, moment=AT_LAST)
        if never_left:
            self.forks.run("deliver", "--once", moment=AT_LAST, **installation.settings)
        people = installation.everyone
        after = verdict(people, read_books(installation.url), self.provider)
        reached = self.provider.accepted_by_person
        return {
            "never left": never_left,
            "twice after receipts": after["twice"],
            "not reached after receipts": sum(reached[person] != 1 for person in people),
            "uncertain after receipts": after["uncertain"],
        }

    def _victim(self, scenario: Scenario, installation: Installation, moment: datetime) -> Victim:
        if scenario.runs_on:
            installation.wake()
        return Victim(
            lambda is_held: self.forks.start(
                *scenario.arguments, moment=moment, is_held=is_held, **installation.settings
            ),
            (lambda: installation.has_nothing_due) if scenario.runs_on else None,
        )

    def _to_the_end(self, scenario: Scenario, installation: Installation) -> dict[str, int]:
        if scenario.runs_on:
            self._work_on(scenario, installation)
        else:
            self._run_on(installation, *scenario.arguments, moment=LATER)
        if not scenario.sends:
            self._run_on(installation, "deliver", "--once", moment=AFTER)
        return self.judge(installation)

    def _run_on(self, installation: Installation, *arguments: str, moment: datetime) -> None:
        self.words.append(self.forks.run(*arguments, moment=moment, **installation.settings))

    def _work_on(self, scenario: Scenario, installation: Installation) -> None:
        installation.wake()
        worker = self.forks.start(*scenario.arguments, moment=LATER, **installation.settings)
        wait_for(lambda: worker.words and installation.is_done, within_s=600, every_s=0.2)
        worker.send(SIGTERM)
        assert worker.wait() == 0, worker.words


def promises_in(tally: Mapping[str, int]) -> dict[str, int]:
    return {promise: tally[promise] for promise in KEPT}
