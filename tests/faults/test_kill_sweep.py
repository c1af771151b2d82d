"""`kill -9` wherever it hurts: nobody is mailed twice, and nobody is lost out of sight."""

import pytest

from tests.faults.conftest import IS_WHOLE, PEOPLE, Figures, Templates
from tests.faults.killing import IN_FILES, ON_WIRES, At, draw, may_trace
from tests.faults.provider import Phase
from tests.faults.sweep import KEPT, Bench, Scenario, promises_in

SEED = 20261015
KILLS_A_RUN = 8
# Of each: runs over the whole sweep, killed at eight points each, and in CI's sample.
SWEEPS = [
    ("deliver", "sqlite", 26),
    ("deliver", "postgresql", 24),
    ("invite", "sqlite", 12),
    ("invite", "postgresql", 12),
    ("serve", "sqlite", 24),
    ("worker", "postgresql", 24),
]
SAMPLE = 2
_OPTIONS = {"deliver": ("--once",), "serve": ("--port", "0")}


def scenario_of(templates: Templates, command: str, backend: str, people: int = PEOPLE) -> Scenario:
    template = templates(backend, people, is_invited=command == "deliver")
    return Scenario((command, *_OPTIONS.get(command, ())), template)


def points_of(scenario: Scenario, run: int) -> list[At]:
    """Points of one run, the early ones first, so that later ones still find mails to send."""
    limits = {phase.value: PEOPLE // 5 for phase in Phase} if scenario.sends else {}
    if may_trace():
        limits |= ON_WIRES
        limits |= IN_FILES if scenario.writes_files else {}
    if not scenario.sends:  # planning is one short transaction
        limits = {what: max(1, number // 4) for what, number in limits.items()}
    drawn = draw(KILLS_A_RUN, limits, seed=f"{SEED} {scenario} {run}")
    return sorted(drawn, key=lambda at: at.number / limits[at.what])


@pytest.mark.parametrize("phase", Phase)
def test_a_kill_while_sending_doubles_and_loses_nothing(
    bench: Bench, templates: Templates, phase: Phase
):
    scenario = scenario_of(templates, "deliver", "sqlite", people=24)

    tally = bench.sweep(scenario, [[At(phase.value, 6)]])

    assert tally["points"] == 1
    assert tally["uncertain"] > 0
    assert promises_in(tally) == KEPT


@pytest.mark.faults
@pytest.mark.parametrize(
    ("command", "backend", "run"),
    [
        (command, backend, run)
        for command, backend, whole in SWEEPS
        for run in range(whole if IS_WHOLE else SAMPLE)
    ],
)
def test_kills_all_over_a_run_double_and_lose_nothing(
    bench: Bench, templates: Templates, figures: Figures, command: str, backend: str, run: int
):
    scenario = scenario_of(templates, command, backend)
    points = points_of(scenario, run)

    tally = bench.sweep(scenario, [points])

    figures(f"killed: {scenario}, seed {SEED}", tally)
    assert promises_in(tally) == KEPT, [str(at) for at in points]
