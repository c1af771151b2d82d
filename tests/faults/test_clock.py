"""The clock is set an hour forth and back while the scheduler runs and mails are under way."""

import signal
from datetime import timedelta

import pytest

from tests.faults.books import read_books, verdict
from tests.faults.conftest import Figures, Templates
from tests.faults.processes import wait_for
from tests.faults.provider import Fault
from tests.faults.sweep import Bench
from tests.faults.world import STARTS, buyer

PEOPLE = 60


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_clock_set_forth_and_back_doubles_and_loses_nothing(
    bench: Bench, templates: Templates, figures: Figures, backend: str
):
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}
    bench.provider.slow_s = 0.5
    command = ("serve", "--port", "0") if backend == "sqlite" else ("worker",)

    with bench.fresh(templates(backend, PEOPLE, is_invited=False)) as installation:
        installation.wake()
        running = bench.forks.start(*command, moment=STARTS, **installation.settings)
        for place, signum in enumerate([signal.SIGUSR1, signal.SIGUSR2] * 2):
            wait_for(lambda place=place: len(bench.provider.requests) > 10 * place, within_s=60)
            running.send(signum)
            installation.wake("invite")
            bench.forks.run("invite", moment=STARTS, **installation.settings)
            installation.wake("deliver")
        wait_for(lambda: installation.is_done, within_s=120, every_s=0.1)
        running.send(signal.SIGTERM)
        status = running.wait()
        books = read_books(installation.url)
        kept = verdict(installation.everyone, books, bench.provider)

    figures(f"clock: {command[0]}", {"set": 4} | kept)
    assert status == 0, running.words
    assert kept == dict.fromkeys(kept, 0)


@pytest.mark.faults
def test_a_second_worker_an_hour_ahead_holds_what_is_under_way_and_the_late_answer_settles_it(
    bench: Bench, templates: Templates
):
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}
    bench.provider.slow_s = 1.5

    with bench.fresh(templates("sqlite", PEOPLE, is_invited=True)) as installation:
        slow = bench.forks.start("deliver", "--once", moment=STARTS, **installation.settings)
        wait_for(lambda: len(bench.provider.requests) == 8)
        later = STARTS + timedelta(hours=1)
        ahead = bench.forks.start("deliver", "--once", moment=later, **installation.settings)
        statuses = [slow.wait(), ahead.wait()]
        kept = verdict(installation.everyone, read_books(installation.url), bench.provider)

    assert statuses == [0, 0]
    assert kept == dict.fromkeys(kept, 0)
