"""The queue: wakes jobs in a worker, never fails a door, runs a job once at a time."""

import gc
import threading
from pathlib import Path

import pytest

from survey.kit import schema
from survey.kit.db import Database
from survey.kit.queue import TABLE_PREFIX, Queue, UnknownQueue, beside


@pytest.fixture
def queue(tmp_path: Path):
    queue = Queue(f"sqlite:///{tmp_path}/queue.db")
    yield queue
    queue.close()


def test_beside_puts_the_queue_next_to_a_sqlite_database():
    assert beside("sqlite:///instance/survey.db") == "sqlite:///instance/survey-queue.db"


def test_beside_shares_a_postgresql_database():
    url = "postgresql+psycopg://debrief@db/debrief"
    assert beside(url) == url


def test_an_unknown_kind_of_server_is_refused_by_name():
    with pytest.raises(UnknownQueue, match="amqp"):
        Queue("amqp://somewhere")


def test_worker_runs_a_woken_job_with_its_row(queue: Queue):
    seen: list[int | None] = []
    done = threading.Event()

    def remember(row_id: int | None) -> None:
        seen.append(row_id)
        done.set()

    queue.serves("remember", remember)
    worker = queue.worker(threads=1)
    worker.start()
    queue.wake("remember", 7)

    assert done.wait(5)
    assert worker.stop(within_s=5)
    assert seen == [7]


def test_worker_ticks_at_once_when_it_starts(queue: Queue):
    ticked = threading.Event()
    queue.every("look", lambda _row_id: ticked.set())
    worker = queue.worker(threads=1)

    worker.start()

    assert ticked.wait(5)
    assert worker.stop(within_s=5)


def test_a_wake_up_waits_for_a_worker_of_another_process(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/queue.db"
    door, elsewhere = Queue(url), Queue(url)
    seen: list[int | None] = []
    done = threading.Event()

    def remember(row_id: int | None) -> None:
        seen.append(row_id)
        done.set()

    elsewhere.serves("remember", remember)
    door.wake("remember", 3)
    worker = elsewhere.worker(threads=1)
    worker.start()

    assert done.wait(5)
    assert worker.stop(within_s=5)
    assert seen == [3]
    door.close()
    elsewhere.close()


def test_a_wake_up_during_a_run_makes_it_run_once_more(queue: Queue):
    runs: list[int] = []
    started, go_on, second = threading.Event(), threading.Event(), threading.Event()

    def slow(_row_id: int | None) -> None:
        runs.append(len(runs))
        if len(runs) == 1:
            started.set()
            go_on.wait(5)
        else:
            second.set()

    queue.serves("slow", slow)
    worker = queue.worker(threads=2)
    worker.start()
    queue.wake("slow")
    assert started.wait(5)
    for _ in range(3):
        queue.wake("slow")
    while queue.waiting():
        threading.Event().wait(0.01)
    go_on.set()

    assert second.wait(5)
    assert worker.stop(within_s=5)
    assert runs == [0, 1]


def test_a_queue_out_of_reach_does_not_fail_the_door(queue: Queue, tmp_path: Path):
    (tmp_path / "queue.db").mkdir()

    queue.wake("anything", 1)


# Huey leaves the connections on which its threads listened to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.postgres
def test_a_queue_in_postgresql_wakes_and_stays_out_of_the_schema(database_url: str):
    if not database_url.startswith("postgresql"):
        pytest.skip("about PostgreSQL only")
    queue = Queue(database_url)
    done = threading.Event()
    queue.serves("note", lambda _row_id: done.set())
    worker = queue.worker(threads=1)
    worker.start()
    queue.wake("note")

    assert done.wait(10)
    assert worker.stop(within_s=10)
    queue.close()
    del queue, worker
    gc.collect()
    database = Database(database_url)
    assert [each for each in schema.differences(database) if TABLE_PREFIX in str(each)] == []
    database.close()
