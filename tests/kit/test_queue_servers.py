"""The same queue on the servers that several machines share."""

import gc
import os
import threading

import pytest

from survey.kit.queue import Queue
from tests.databases import postgres_database


def _wakes_elsewhere(url: str) -> list[int | None]:
    """Wake a job through one queue and run it through another, as two machines would."""
    door, elsewhere = Queue(url), Queue(url)
    seen: list[int | None] = []
    done = threading.Event()

    def remember(row_id: int | None) -> None:
        seen.append(row_id)
        done.set()

    elsewhere.serves("remember", remember)
    door.wake("remember", 11)
    worker = elsewhere.worker(threads=1)
    worker.start()
    done.wait(10)
    worker.stop(within_s=10)
    door.close()
    elsewhere.close()
    return seen


# Huey opens a connection per thread and leaves it to the end of the process to close them.
@pytest.mark.filterwarnings("ignore:Exception ignored in")
@pytest.mark.postgres
def test_postgresql_carries_wake_ups() -> None:
    with postgres_database(f"survey_queue_{os.getpid()}") as url:
        seen = _wakes_elsewhere(url)
        gc.collect()

    assert seen == [11]


@pytest.mark.redis
def test_redis_carries_wake_ups() -> None:
    assert _wakes_elsewhere(os.environ["TEST_REDIS_URL"]) == [11]
