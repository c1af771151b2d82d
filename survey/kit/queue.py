"""The queue: a wake-up for the worker, never the truth.

What is to be done stands in our own tables; every job scans for it. A lost, doubled or late
wake-up therefore costs at most a minute (the tick), never a mail. Huey lives behind this one file:
in SQLite beside the database by default, in PostgreSQL or Redis when there are several machines.
"""

import json
import threading
from collections.abc import Callable
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
_POLL_S = 1.0

log = structlog.get_logger(__name__)


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

    def stop(self, *, within_s: float = 30.0) -> bool:
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
        self._huey = _open(url)
        self._jobs: dict[str, Job] = {}
        self._running: set[tuple[str, int | None]] = set()
        self._wanted_again: set[tuple[str, int | None]] = set()
        self._lock = threading.Lock()
        self._wake = self._huey.task(name="wake")(self._run)
        self.stopping = threading.Event()

    def wake(self, name: str, row_id: int | None = None) -> None:
        """Ask a worker to run a job soon. Never raises: the tick finds what a lost wake-up left."""
        try:
            self._wake(name, row_id)
        except Exception:  # the work is committed already; an unreachable queue must not undo that
            log.warning("queue.wake_lost", job=name, exc_info=True)

    def serves(self, name: str, job: Job) -> None:
        """Let this process run `job` when it is woken by name."""
        self._jobs[name] = job

    def every_minute(self, name: str, job: Job) -> None:
        """Let this process run `job` each minute, and when it is woken."""
        self.serves(name, job)

        def tick() -> None:
            self._run(name, None)

        self._huey.periodic_task(crontab(minute="*"), name=f"tick_{name}")(tick)

    def worker(self, *, threads: int = 2) -> Worker:
        """What runs the jobs in this process, once it is started."""
        return Worker(_Consumer(self._huey, workers=threads, max_delay=_POLL_S), self.stopping)

    def waiting(self) -> int:
        """How many wake-ups wait for a worker."""
        return int(self._huey.pending_count())

    def close(self) -> None:
        self._huey.storage.close()

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


def _open(url: str) -> Huey:
    settled = {"name": _NAME, "results": False, "serializer": _AsJson()}
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        path = Path(make_url(url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(path), fsync=True, **settled)
    if kind in {"postgresql", "postgres"}:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(dsn=dsn, table_prefix="survey_queue", **settled)
    if kind in {"redis", "rediss"}:
        return RedisHuey(url=url, **settled)
    raise UnknownQueue(
        f"QUEUE_URL begins with “{kind}:”. Use sqlite:///…, postgresql://… or redis://…."
    )
