"""The queue: a wake-up for the worker, never the truth.

What is to be done stands in our own tables; every job scans for it. A lost, doubled or late
wake-up therefore costs at most a minute (the tick), never a mail. Huey lives behind this one file:
in SQLite beside the database by default, in PostgreSQL or Redis when there are several machines.
"""

import json
import threading
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy.engine import make_url

from survey.kit.errors import SurveyError

Job = Callable[[int | None], None]

_NAME = "survey"
TABLE_PREFIX = "survey_queue"
"""How the queue's own tables begin where it shares a PostgreSQL database."""
_POLL_S = 1.0

log = structlog.get_logger(__name__)
_ENDS_WITHIN_S = 75.0
"""A call to a provider may take half a minute, and one that was begun just then as long again."""


class UnknownQueue(SurveyError):
    """The queue's address names a kind of server that we do not speak to."""


class UnknownJob(SurveyError):
    """A wake-up named a job that this worker does not have."""


def beside(database_url: str) -> str:
    """The address when none is set: a file beside a SQLite database, else the database itself."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return database_url
    path = Path(url.database)
    return f"sqlite:///{path.with_name(path.stem + '-queue.db')}"


class Worker:
    """Threads of this process that run the jobs of a queue, and its minute tick."""

    def __init__(self, consumer: "_Consumer", stopping: threading.Event) -> None:
        self._consumer = consumer
        self._stopping = stopping

    def start(self) -> None:
        self._consumer.start()

    def stop(self, *, within_s: float = _ENDS_WITHIN_S) -> bool:
        """Let running jobs come to their end; says whether they did within that many seconds."""
        self._stopping.set()
        return self._consumer.end(within_s)


class _Consumer(Consumer):  # type: ignore[misc]  # Huey ships no types
    def _set_signal_handlers(self) -> None:
        """Signals belong to the command, which may serve pages in the same process."""

    def end(self, within_s: float) -> bool:
        self.shutdown_timeout = within_s
        self.stop_flag.set()
        return bool(self._join_workers())


class Queue:
    """Wakes jobs in whichever process runs a `Worker` on the same address."""

    def __init__(self, url: str) -> None:
        self._open = _opener(url)
        self._ticks: list[tuple[str, int]] = []
        self._jobs: dict[str, Job] = {}
        self._running: set[tuple[str, int | None]] = set()
        self._wanted_again: set[tuple[str, int | None]] = set()
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    def wake(self, name: str, row_id: int | None = None) -> None:
        """Ask a worker to run a job soon. Never raises: the tick finds what a lost wake-up left."""
        try:
            self._wired.wake(name, row_id)
        except Exception:  # the work is committed already; an unreachable queue must not undo that
            log.warning("queue.wake_lost", job=name, exc_info=True)

    def serves(self, name: str, job: Job) -> None:
        """Let this process run `job` when it is woken by name."""
        self._jobs[name] = job

    @property
    def names(self) -> frozenset[str]:
        """The jobs that this process can run."""
        return frozenset(self._jobs)

    def every(self, name: str, job: Job, *, minutes: int = 1) -> None:
        """Let this process run `job` every so many minutes of the hour, and when it is woken."""
        self.serves(name, job)
        self._ticks.append((name, minutes))

    def worker(self, *, threads: int = 2) -> Worker:
        """What runs the jobs in this process, once it is started."""
        for name, minutes in self._ticks:
            self._wired.tick(name, minutes)
        consumer = _Consumer(self._wired.huey, workers=threads, max_delay=_POLL_S)
        return Worker(consumer, self.stopping)

    def waiting(self) -> int:
        """How many wake-ups wait for a worker."""
        return int(self._wired.huey.pending_count())

    def close(self) -> None:
        if "_wired" in self.__dict__:
            self._wired.huey.storage.close()

    @cached_property
    def _wired(self) -> "_Wired":
        """Opened when first needed: a process that never wakes anybody needs no queue."""
        return _Wired(self._open(), self._run)

    def _run(self, name: str, row_id: int | None) -> None:
        """Run a job, once at a time in this process; a wake-up during a run makes it run again."""
        job = self._jobs.get(name)
        if job is None:
            raise UnknownJob(f"This worker knows no job “{name}”. Run the same version everywhere.")
        key = (name, row_id)
        with self._lock:
            if key in self._running:
                self._wanted_again.add(key)
                return
            self._running.add(key)
        try:
            while not self.stopping.is_set():
                job(row_id)
                with self._lock:
                    if key not in self._wanted_again:
                        return
                    self._wanted_again.discard(key)
        finally:
            with self._lock:
                self._running.discard(key)
                self._wanted_again.discard(key)


class _AsJson(Serializer):  # type: ignore[misc]  # Huey ships no types
    """Keeps wake-ups as JSON: Huey's own pickles would run whatever a stranger put in the queue."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps([data.id, data.name, data.args]).encode()

    def _deserialize(self, data: bytes) -> Any:
        task_id, name, args = json.loads(bytes(data))
        return Message(task_id, name, args=tuple(args))


class _Wired:
    """The queue's end of Huey: one task, which finds the job by its name."""

    def __init__(self, huey: Huey, run: Callable[[str, int | None], None]) -> None:
        self.huey = huey
        self.wake = huey.task(name="wake")(run)

    def tick(self, name: str, minutes: int) -> None:
        def wake() -> None:
            self.wake(name, None)

        self.huey.periodic_task(crontab(minute=f"*/{minutes}"), name=f"tick_{name}")(wake)


def _opener(url: str) -> Callable[[], Huey]:
    settled = {"name": _NAME, "results": False, "serializer": _AsJson()}
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        path = Path(make_url(url).database or "")
        return partial(_in_file, path, settled)
    if kind in {"postgresql", "postgres"}:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return partial(PostgresHuey, dsn=dsn, table_prefix=TABLE_PREFIX, **settled)
    if kind in {"redis", "rediss"}:
        return partial(RedisHuey, url=url, **settled)
    raise UnknownQueue(
        f"SURVEY_QUEUE_URL begins with “{kind}:”. Use sqlite:///…, postgresql://… or redis://…."
    )


def _in_file(path: Path, settled: dict[str, Any]) -> Huey:
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(filename=str(path), fsync=True, **settled)
