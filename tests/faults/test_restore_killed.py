"""A restore that is killed anywhere: what had left since the copy was made never leaves again."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import pytest

from tests.faults.conftest import IS_WHOLE, PEOPLE, Figures, Templates
from tests.faults.killing import At, Victim, dealt, kill_at, reach
from tests.faults.processes import Forked
from tests.faults.sweep import Bench
from tests.faults.tracing import may_trace
from tests.faults.world import LATER, STARTS, Template
from tests.needs import leave_out, programs_that_copy

SEED = 20261129
KILLS = 60 if IS_WHOLE else 8


@dataclass
class Restoring:
    """An older copy on its way over a database that has mailed everybody since."""

    bench: Bench
    copy: Path
    settings: dict[str, str]
    forked: Forked = field(init=False)

    def start(self, is_held: bool = False) -> Forked:
        self.forked = self.bench.forks.start(
            *("db", "restore", str(self.copy), "--overwrite"),
            moment=LATER,
            is_held=is_held,
            **self.settings,
        )
        return self.forked

    @property
    def is_broken_off(self) -> bool:
        """Also where the kill hit a program that it had started, which it then says."""
        return "Brought back" not in self.forked.words

    def mailed(self) -> Counter[str]:
        """How often everybody was mailed, once somebody has delivered what is due."""
        self.bench.forks.run("deliver", "--once", moment=LATER, **self.settings)
        return Counter(self.bench.provider.accepted_by_person)


@dataclass
class Mailed:
    """Everybody was mailed, and stands in an older copy as to be mailed."""

    bench: Bench
    template: Template
    copy: Path
    settings: dict[str, str]
    once: Counter[str]
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def restoring(self) -> Iterator[Restoring]:
        name = f"{self.bench.folder.name}_{next(self._numbers)}".replace("-", "_")
        with self.template.copied(self.bench.folder, name) as url:
            yield Restoring(self.bench, self.copy, self.settings | {"database_url": url})

    def points(self) -> Iterator[At]:
        with self.restoring() as whole:
            limits = reach(Victim(whole.start), self.bench.folder / "restore_calls.txt")
        assert limits, "the restore did nothing"
        return dealt(limits, seed=f"{SEED} {self.template.is_sqlite}")

    def kill(self, at: At) -> dict[str, int]:
        """What comes of one restore that is killed there, and of one after it that is not."""
        with self.restoring() as restoring:
            kill_at(at, Victim(restoring.start), self.bench.provider)
            is_broken_off, after_kill = restoring.is_broken_off, restoring.mailed()
            status = restoring.start().wait()
            return {
                "killed": is_broken_off,
                "not reached": not is_broken_off,
                "mailed again": after_kill != self.once,
                "not finished after": status != 0,
                "mailed again after": restoring.mailed() != after_kill,
            }


@pytest.fixture
def mailed(bench: Bench, templates: Templates, tmp_path: Path, backend: str) -> Iterator[Mailed]:
    copy = tmp_path / "copy"
    with bench.fresh(templates(backend, PEOPLE, is_invited=True)) as installation:
        programs_that_copy(installation.url)
        bench.forks.run("db", "backup", str(copy), moment=STARTS, **installation.settings)
        bench.forks.run("deliver", "--once", moment=STARTS, **installation.settings)
        template = Template(installation.url, installation.people)
        once = Counter(bench.provider.accepted_by_person)
        assert once.total() == installation.people
        yield Mailed(bench, template, copy, installation.settings, once)


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_nothing_leaves_again_wherever_a_restore_is_killed(
    mailed: Mailed, figures: Figures, backend: str
) -> None:
    if not may_trace():
        leave_out("strace", "strace may not trace here")
    tally = Counter[str]()
    for at in islice(mailed.points(), 3 * KILLS):
        tally.update(mailed.kill(at))
        if tally["killed"] == KILLS:
            break

    figures(f"restore killed: {backend}, seed {SEED}", tally)
    assert tally.pop("killed") == KILLS
    del tally["not reached"]
    assert set(tally.values()) == {0}
