"""One kill point from start to end: a fresh copy, the kill, and a second run to the end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from signal import SIGTERM

from survey.kit.queue import Queue
from tests.faults.books import read_books, verdict
from tests.faults.killing import At, Victim, calls_made, kill_at
from tests.faults.processes import Forks, wait_for
from tests.faults.provider import FakeSendGrid
from tests.faults.receipts import press_send_again, tell
from tests.faults.world import AT_LAST, LATER, STARTS, Template, buyer, settings_for


@dataclass(frozen=True)
class Scenario:
    """Which process is killed, on copies of which database."""

    arguments: tuple[str, ...]
    template: Template

    @property
    def runs_on(self) -> bool:
        """A worker does not end by itself, and is woken by the queue."""
        return self.arguments[0] in {"serve", "worker"}

    def __str__(self) -> str:
        return f"{self.arguments[0]}, {'SQLite' if self.template.is_sqlite else 'PostgreSQL'}"


@dataclass(frozen=True)
class Installation:
    """A database of its own, and what its processes are told."""

    url: str
    people: int
    settings: dict[str, str]

    @property
    def is_done(self) -> bool:
        return read_books(self.url).are_settled(self.people)

    def wake(self) -> None:
        queue = Queue(self.settings["queue_url"])
        queue.wake("invite")
        queue.close()


@dataclass
class Bench:
    """What all points of a sweep share."""

    forks: Forks
    provider: FakeSendGrid
    folder: Path
    known_calls: dict[str, dict[str, int]]
    """By scenario, counted once."""
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def fresh(self, template: Template) -> Iterator[Installation]:
        """Nobody was mailed yet, neither here nor at the provider."""
        name = f"faults_{self.folder.name}_{next(self._numbers)}".replace("-", "_")
        with template.copied(self.folder, name) as url:
            self.provider.forget()
            own = self.folder / f"{name}_own"
            own.mkdir()
            told = settings_for(url, self.provider.url, own)
            yield Installation(url, template.people, told)

    def calls_of(self, scenario: Scenario) -> dict[str, int]:
        """How often each system call is made in a run that nobody disturbs."""
        name = str(scenario)
        if name not in self.known_calls:
            with self.fresh(scenario.template) as installation:
                victim = self._victim(scenario, installation)
                self.known_calls[name] = calls_made(victim, self.folder)
        return self.known_calls[name]

    def sweep(self, scenario: Scenario, points: list[At]) -> Counter[str]:
        """What became of the promises over these points; one not reached does not count."""
        tally: Counter[str] = Counter()
        for at in points:
            with self.fresh(scenario.template) as installation:
                if kill_at(at, self._victim(scenario, installation), self.provider):
                    tally["points"] += 1
                    tally.update(self._to_the_end(scenario, installation))
        return tally

    def _victim(self, scenario: Scenario, installation: Installation) -> Victim:
        if scenario.runs_on:
            installation.wake()
        return Victim(
            lambda is_held: self.forks.start(
                *scenario.arguments, moment=STARTS, is_held=is_held, **installation.settings
            ),
            (lambda: installation.is_done) if scenario.runs_on else None,
        )

    def _to_the_end(self, scenario: Scenario, installation: Installation) -> dict[str, int]:
        if scenario.runs_on:
            self._work_on(scenario, installation)
        else:
            self.forks.run(*scenario.arguments, moment=LATER, **installation.settings)
        if "invite" in scenario.arguments:
            self.forks.run("deliver", "--once", moment=LATER, **installation.settings)
        kept = verdict(_people(installation), read_books(installation.url), self.provider)
        return kept | self._settled(installation)

    def _settled(self, installation: Installation) -> dict[str, int]:
        """What is left to settle once the provider has told all, and a person has pressed once."""
        tell(installation.url, self.provider.accepted, moment=LATER)
        never_left = press_send_again(installation.url, moment=AT_LAST)
        if never_left:
            self.forks.run("deliver", "--once", moment=AT_LAST, **installation.settings)
        people = _people(installation)
        after = verdict(people, read_books(installation.url), self.provider)
        reached = self.provider.accepted_by_person
        return {
            "never left": never_left,
            "twice after receipts": after["twice"],
            "not reached after receipts": sum(reached[person] != 1 for person in people),
            "uncertain after receipts": after["uncertain"],
        }

    def _work_on(self, scenario: Scenario, installation: Installation) -> None:
        installation.wake()
        worker = self.forks.start(*scenario.arguments, moment=LATER, **installation.settings)
        wait_for(lambda: worker.is_over or installation.is_done, within_s=120, every_s=0.1)
        worker.send(SIGTERM)
        assert worker.wait() == 0, worker.output.read_text()


def _people(installation: Installation) -> list[str]:
    return [buyer(number) for number in range(installation.people)]
