"""`kill -9` wherever it hurts: nobody is mailed twice, and nobody is lost out of sight."""

import pytest

from tests.faults.conftest import IS_WHOLE, PEOPLE, Figures, Templates
from tests.faults.killing import IN_FILES, ON_WIRES, At, draw
from tests.faults.provider import Phase
from tests.faults.sweep import KEPT, Bench, Scenario, promises_in
from tests.faults.tracing import may_trace

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


def points_of(command: str, *, writes_files: bool, run: int, people: int = PEOPLE) -> list[At]:
    """Points of one run, the early ones first, so that later ones still find mails to send.

    All runs of a scenario deal from one pack: each kind has its turn, and no point comes twice
    before there are no others.
    """
    limits = dict(ON_WIRES)
    limits |= IN_FILES if writes_files else {}
    if command == "invite":  # planning is one short transaction
        limits = {what: max(1, number // 4) for what, number in limits.items()}
    else:
        limits |= {phase.value: people // 5 for phase in Phase}
    pack = draw(KILLS_A_RUN * (run + 1), limits, seed=f"{SEED} {command} {writes_files}")
    return sorted(pack[KILLS_A_RUN * run :], key=lambda at: at.number / limits[at.what])


def test_the_whole_sweep_kills_at_five_hundred_points_and_more_of_every_kind():
    planned = {
        (command, backend, at)
        for command, backend, runs in SWEEPS
        for run in range(runs)
        for at in points_of(
            command, writes_files=_writes_files(command, backend), run=run, people=200
        )
    }

    assert len(planned) >= 500
    for command, backend, _ in SWEEPS:
        kinds = {at.what for c, b, at in planned if (c, b) == (command, backend)}
        assert kinds >= set(ON_WIRES)
        assert kinds >= set(IN_FILES) or not _writes_files(command, backend)
        assert kinds >= {phase.value for phase in Phase} or command == "invite"


def _writes_files(command: str, backend: str) -> bool:
    """The database, or a worker's queue."""
    return backend == "sqlite" or command in {"serve", "worker"}


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
    points = points_of(command, writes_files=_writes_files(command, backend), run=run)
    if not may_trace():
        points = [at for at in points if at.is_phase]

    tally = bench.sweep(scenario, [points])

    figures(f"killed: {scenario}, seed {SEED}", tally)
    assert promises_in(tally) == KEPT, [*map(str, points), *bench.words]
