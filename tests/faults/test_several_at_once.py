"""Several workers and several schedulers at once, some of them killed: still one mail a person."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from signal import SIGTERM

import pytest

from tests.faults.books import read_books
from tests.faults.conftest import IS_WHOLE, PEOPLE, Figures, Templates
from tests.faults.processes import KILLED, wait_for
from tests.faults.provider import Fault
from tests.faults.redis import RedisServer, redis_server
from tests.faults.sweep import KEPT, Bench, Installation, promises_in
from tests.faults.world import APART, LATER, STARTS, buyer

SOON = STARTS + timedelta(minutes=2)
"""When what the schedulers queued is due, however slowly they ran."""
KILLS = 6 if IS_WHOLE else 3
NEXT = timedelta(minutes=6)
"""A worker that takes a dead one's place begins so much later: what that one held has lapsed, and
so has, by this clock, what the other one is still sending.
"""
AT_LENGTH = STARTS + timedelta(minutes=50)
"""When everything has lapsed, by all clocks; still within the same hour."""


@pytest.mark.faults
@pytest.mark.parametrize(
    ("backend", "told"), [("sqlite", {}), ("postgresql", {}), ("postgresql", APART)]
)
def test_several_workers_and_schedulers_mail_nobody_twice(
    bench: Bench, templates: Templates, figures: Figures, backend: str, told: dict[str, str]
):
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}

    with bench.fresh(templates(backend, PEOPLE, is_invited=False), **told) as installation:
        schedulers = [
            bench.forks.start("invite", moment=STARTS, **installation.settings) for _ in range(3)
        ]
        wait_for(lambda: read_books(installation.url).by_state["queued"], within_s=60)
        killed = bench.forks.start("deliver", "--once", moment=SOON, **installation.settings)
        wait_for(lambda: bench.provider.requests, within_s=60)
        others = [
            bench.forks.start("deliver", "--once", moment=SOON, **installation.settings)
            for _ in range(2)
        ]
        killed.kill()
        statuses = [each.wait() for each in (*schedulers, killed, *others)]
        bench.forks.run("deliver", "--once", moment=LATER, **installation.settings)
        kept = bench.judge(installation)

    figures("several at once, one killed", {"runs": 1} | kept)
    assert statuses == [0, 0, 0, KILLED, 0, 0]
    assert promises_in(kept) == KEPT


@pytest.mark.faults
@pytest.mark.parametrize("queue", ["postgresql", "redis"])
def test_two_workers_killed_and_started_again_and_again_mail_nobody_twice(
    bench: Bench, templates: Templates, figures: Figures, tmp_path: Path, queue: str
):
    """The queue that wakes them is killed as well where it is a server of its own."""
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}
    with (
        bench.fresh(templates("postgresql", PEOPLE, is_invited=False)) as fresh,
        _own_redis(queue, tmp_path) as redis,
    ):
        # By default the wake-ups stand in the database itself.
        settings = fresh.settings | {"queue_url": redis.url if redis else ""}
        installation = Installation(fresh.url, PEOPLE, settings)
        installation.wake()
        statuses = _kill_in_turn(bench, installation, redis)
        bench.forks.run("deliver", "--once", moment=AT_LENGTH, **settings)
        kept = bench.judge(installation)

    figures(f"two workers, {queue} queue", {"killed": KILLS} | kept)
    assert statuses == [*[KILLED] * KILLS, 0, 0]
    assert promises_in(kept) == KEPT


def _kill_in_turn(bench: Bench, installation: Installation, redis: RedisServer | None) -> list[int]:
    """Two workers at any time, the elder killed again and again; how each of them ended."""
    ended = []
    working = [
        bench.forks.start("worker", moment=STARTS, **installation.settings) for _ in range(2)
    ]
    for number in range(1, KILLS + 1):
        enough = number * PEOPLE // (KILLS + 1)
        _wake_until(installation, lambda enough=enough: _is_far_enough(bench, installation, enough))
        elder = working.pop(0)
        elder.kill()
        ended.append(elder.wait())
        if redis:
            redis.kill()
            redis.start()
        moment = STARTS + number * NEXT
        working.append(bench.forks.start("worker", moment=moment, **installation.settings))
    _wake_until(installation, lambda: installation.has_nothing_due)
    for each in working:
        wait_for(lambda each=each: each.words, within_s=60)
        each.send(SIGTERM)
    return ended + [each.wait() for each in working]


def _is_far_enough(bench: Bench, installation: Installation, enough: int) -> bool:
    """What a killed worker had begun may never be asked for, so the number may not be reached."""
    return len(bench.provider.requests) >= enough or installation.is_over


def _wake_until(installation: Installation, happened: Callable[[], object]) -> None:
    """Wake the workers again and again: the one whose clock stands behind may take what would have
    shown the other that a claim has lapsed.
    """
    wakes_at = 0.0

    def has_happened() -> object:
        nonlocal wakes_at
        if time.monotonic() >= wakes_at:
            installation.wake("deliver")
            wakes_at = time.monotonic() + 1
        return happened()

    wait_for(has_happened, within_s=120, every_s=0.05)


@contextmanager
def _own_redis(queue: str, folder: Path) -> Iterator[RedisServer | None]:
    if queue != "redis":
        yield None
        return
    with redis_server(folder) as server:
        yield server
