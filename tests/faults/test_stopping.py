"""SIGTERM with calls under way: what was begun ends and is written down, the rest goes back."""

from collections import Counter
from datetime import timedelta
from signal import SIGTERM

import pytest

from tests.faults.books import read_books
from tests.faults.conftest import Templates
from tests.faults.processes import wait_for
from tests.faults.provider import Fault
from tests.faults.sweep import Bench
from tests.faults.world import APART, STARTS, buyer

PEOPLE = 40
SOON = STARTS + timedelta(minutes=1)
"""Long before any claim would lapse: nothing may hang on that."""


@pytest.mark.parametrize("told", [{}, APART])
def test_an_asked_stop_leaves_no_mail_in_doubt(
    bench: Bench, templates: Templates, told: dict[str, str]
):
    _stop_while_sending(bench, templates, "sqlite", "deliver", **told)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("backend", "command", "told"),
    [
        ("sqlite", ("serve", "--port", "0"), {}),
        ("sqlite", ("serve", "--port", "0"), APART),
        ("postgresql", ("worker",), {}),
        ("postgresql", ("worker",), APART),
        ("postgresql", ("deliver",), {}),
    ],
)
def test_an_asked_stop_of_any_sender_leaves_no_mail_in_doubt(
    bench: Bench,
    templates: Templates,
    backend: str,
    command: tuple[str, ...],
    told: dict[str, str],
):
    _stop_while_sending(bench, templates, backend, *command, **told)


def _stop_while_sending(
    bench: Bench, templates: Templates, backend: str, *command: str, **told: str
) -> None:
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}
    bench.provider.slow_s = 1.0
    with bench.fresh(templates(backend, PEOPLE, is_invited=True), **told) as installation:
        installation.wake("deliver")
        running = bench.forks.start(*command, moment=STARTS, **installation.settings)
        wait_for(lambda: bench.provider.requests, within_s=60)
        running.send(SIGTERM)
        status = running.wait()

        begun = len(bench.provider.requests)
        assert status == 0, running.words
        assert 0 < begun < PEOPLE
        assert read_books(installation.url).by_state == {
            "accepted": begun,
            "queued": PEOPLE - begun,
        }
        bench.forks.run("deliver", "--once", moment=SOON, **installation.settings)
        assert bench.provider.accepted_by_person == Counter(installation.everyone)
