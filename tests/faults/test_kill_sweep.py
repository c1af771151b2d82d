"""`kill -9` wherever it hurts: nobody is mailed twice, and nobody is lost out of sight."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.faults.conftest import IS_WHOLE, PEOPLE, Figures, Templates
from tests.faults.killing import CALLS, At, dealt
from tests.faults.provider import Phase
from tests.faults.sweep import KEPT, Bench, Scenario, promises_in
from tests.faults.tracing import may_trace

SEED = 20261015
HITS = 8
"""Kills at their point that each test makes sure of, in as many runs as that takes."""
MOST_RUNS = 24
# Of each, how many such tests the whole sweep has.
SWEEPS = {
    ("deliver", "sqlite"): 14,
    ("deliver", "postgresql"): 14,
    ("deliver apart", "sqlite"): 6,
    ("deliver apart", "postgresql"): 6,
    ("invite", "sqlite"): 6,
    ("invite", "postgresql"): 6,
    ("serve", "sqlite"): 12,
    ("worker", "postgresql"): 12,
}
SAMPLE = 1
_OPTIONS = {"deliver": ("--once",), "serve": ("--port", "0")}


def scenario_of(templates: Templates, command: str, backend: str, people: int = PEOPLE) -> Scenario:
    name, _, apart = command.partition(" ")
    template = templates(backend, people, is_invited=name == "deliver")
    return Scenario((name, *_OPTIONS.get(name, ())), template, is_apart=bool(apart))


def runs_of(bench: Bench, scenario: Scenario, part: int) -> Iterator[list[At]]:
    """The points of one run after another, the early ones first, so that later ones still find
    mails to send. All parts deal from packs of the same kinds, each from its own.
    """
    limits = bench.reach(scenario)
    if not limits and not may_trace():
        pytest.skip("strace may not trace here, and the provider sees nothing of this command")
    assert limits, "the process did nothing"
    pack = dealt(limits, seed=f"{SEED} {scenario} {part}")
    while True:
        yield sorted(islice(pack, HITS), key=lambda at: at.number / limits[at.what])


def test_whole_sweep_makes_sure_of_five_hundred_kills():
    assert HITS * sum(SWEEPS.values()) >= 500


def test_every_kind_of_point_has_its_turn_and_none_comes_twice():
    pack = [*islice(dealt({"sendto": 50, "flock": 4, "write": 2}, seed="any"), 56)]

    assert {at.what for at in pack[:3]} == {"sendto", "flock", "write"}
    assert len(set(pack)) == 56


@pytest.mark.parametrize(
    ("command", "phase", "people"),
    [
        *(("deliver", phase, 24) for phase in Phase),
        ("deliver apart", Phase.ACCEPTED, 48),  # more than it begins at once
    ],
)
def test_a_kill_while_sending_doubles_and_loses_nothing(
    bench: Bench, templates: Templates, command: str, phase: Phase, people: int
):
    scenario = scenario_of(templates, command, "sqlite", people=people)

    tally = bench.sweep(scenario, [At(phase.value, 6)])

    assert tally["points"] == 1
    assert tally["uncertain"] > 0
    assert promises_in(tally) == KEPT


@pytest.mark.faults
@pytest.mark.parametrize(
    ("command", "backend", "part"),
    [
        (*each, part)
        for each, whole in SWEEPS.items()
        for part in range(whole if IS_WHOLE else SAMPLE)
    ],
)
def test_kills_all_over_a_run_double_and_lose_nothing(
    bench: Bench, templates: Templates, figures: Figures, command: str, backend: str, part: int
):
    scenario = scenario_of(templates, command, backend)
    tally: Counter[str] = Counter()
    struck: list[At] = []
    for points in islice(runs_of(bench, scenario, part), MOST_RUNS):
        struck += points
        tally.update(bench.sweep(scenario, points))
        if tally["points"] >= HITS:
            break

    kinds = {what: tally.pop(what) for what in (*CALLS, *Phase)}
    figures(f"killed: {scenario}, seed {SEED}", tally)
    figures(f"killed at: {scenario}", kinds)
    assert tally["points"] >= HITS
    assert promises_in(tally) == KEPT, [*map(str, struck), *bench.words]
