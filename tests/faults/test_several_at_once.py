"""Several workers and several schedulers at once, one of them killed: still one mail a person."""

import pytest

from tests.faults.books import read_books
from tests.faults.conftest import PEOPLE, Figures, Templates
from tests.faults.processes import KILLED, wait_for
from tests.faults.provider import Fault
from tests.faults.sweep import KEPT, Bench, promises_in
from tests.faults.world import LATER, STARTS, buyer


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_several_workers_and_schedulers_mail_nobody_twice(
    bench: Bench, templates: Templates, figures: Figures, backend: str
):
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}

    with bench.fresh(templates(backend, PEOPLE, is_invited=False)) as installation:
        schedulers = [
            bench.forks.start("invite", moment=STARTS, **installation.settings) for _ in range(3)
        ]
        wait_for(lambda: read_books(installation.url).by_state["queued"], within_s=60)
        killed = bench.forks.start("deliver", "--once", moment=STARTS, **installation.settings)
        wait_for(lambda: bench.provider.requests, within_s=60)
        others = [
            bench.forks.start("deliver", "--once", moment=STARTS, **installation.settings)
            for _ in range(2)
        ]
        killed.kill()
        statuses = [each.wait() for each in (*schedulers, killed, *others)]
        bench.forks.run("deliver", "--once", moment=LATER, **installation.settings)
        kept = bench.judge(installation)

    figures("several at once, one killed", {"runs": 1} | kept)
    assert statuses == [0, 0, 0, KILLED, 0, 0]
    assert promises_in(kept) == KEPT
