"""The database goes away, is locked, or has no room left: nobody is mailed twice or lost."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.faults.books import read_books, verdict
from tests.faults.conftest import IS_WHOLE, Figures, Templates
from tests.faults.postgres import Server, postgres_server
from tests.faults.processes import Forked, wait_for
from tests.faults.provider import FakeSendGrid, Fault
from tests.faults.sweep import KEPT, Bench, Installation, promises_in
from tests.faults.world import LATER, STARTS, Template, buyer, fill, postgres_database
from tests.needs import leave_out

PEOPLE = 200
KILLS = 20 if IS_WHOLE else 3
BETWEEN_KILLS = 8
LOCKED_S = 10
GIVES_UP_S = 5
"""Longer than delivering tries again to write down what a provider said."""
COMMANDS = {"deliver": ("deliver", "--once"), "serve": ("serve", "--port", "0")}
ROOM_LEFT = 300_000
"""Bytes on the disk beside the database, or in any one file: enough for a while, not for all."""
_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@pytest.mark.faults
@pytest.mark.parametrize("command", ["deliver", "worker"])
def test_a_database_killed_again_and_again_doubles_and_loses_nothing(
    bench: Bench, figures: Figures, command: str
):
    bench.provider.faults = {buyer(number): [Fault.SLOW] for number in range(PEOPLE)}
    bench.provider.slow_s = 0.05
    with postgres_server() as server, postgres_database("mother", server.url) as mother:
        fill(mother, PEOPLE, is_invited=True)
        with bench.fresh(Template(mother, PEOPLE)) as fresh:
            # The worker's queue lives where it lives by default: in the same database.
            settings = fresh.settings | {"queue_url": ""}
            installation = Installation(fresh.url, PEOPLE, settings)
            with _killed_at_times(server, bench.provider) as kills:
                started = _run_until_killed_often(bench, installation, command, kills)
            kept = _settle(bench, installation)

    figures(f"PostgreSQL killed under {command}", {"kills": len(kills)} | kept)
    assert len(kills) == KILLS
    assert promises_in(kept) == KEPT
    if command == "worker":
        assert started == 1  # it outlives its database


@pytest.mark.faults
@pytest.mark.parametrize("command", ["deliver", "serve"])
def test_a_database_locked_by_another_process_only_delays(
    bench: Bench, templates: Templates, figures: Figures, command: str
):
    with bench.fresh(templates("sqlite", PEOPLE, is_invited=True)) as installation:
        file = make_url(installation.url).database or ""
        installation.wake("deliver")
        sending = bench.forks.start(*COMMANDS[command], moment=STARTS, **installation.settings)
        wait_for(lambda: len(bench.provider.requests) > 20, within_s=60)
        locked_at = time.monotonic()
        with subprocess.Popen([sys.executable, "-c", _LOCK, file, str(LOCKED_S)]):
            wait_for(lambda: sending.is_over or installation.is_done, within_s=120, every_s=0.1)
        waited_s = time.monotonic() - locked_at
        if command == "serve":  # the other ends by itself
            sending.send(signal.SIGTERM)
        status = sending.wait()
        kept = verdict(installation.everyone, read_books(installation.url), bench.provider)

    figures(f"SQLite locked for 10 s under {command}", kept)
    assert status == 0, sending.words
    assert waited_s > LOCKED_S
    assert kept == dict.fromkeys(kept, 0)


@pytest.mark.faults
@pytest.mark.parametrize("command", ["deliver", "serve"])
@pytest.mark.parametrize("disk", ["mounted", "limited"])
def test_a_full_disk_doubles_and_loses_nothing(
    bench: Bench, templates: Templates, figures: Figures, tmp_path: Path, disk: str, command: str
):
    template = templates("sqlite", PEOPLE, is_invited=True)
    source = Path(make_url(template.url).database or "")
    is_mounted = disk == "mounted"
    size = source.stat().st_size + ROOM_LEFT
    with (
        bench.fresh(template) as beside,
        _small_disk(tmp_path / "disk", size) if is_mounted else nullcontext(tmp_path) as folder,
    ):
        shutil.copyfile(source, folder / "survey.db")
        url = f"sqlite:///{folder / 'survey.db'}"
        installation = Installation(url, PEOPLE, beside.settings | {"database_url": url})
        mounted = folder if is_mounted else None
        status, reached, words = _send_over_a_full_disk(bench, installation, command, mounted)
        kept = _settle(bench, installation)

    figures(f"disk full ({disk}) under {command}", {"accepted until full": reached} | kept)
    assert status == (1 if command == "deliver" else 0), words
    assert 0 < reached < PEOPLE
    assert promises_in(kept) == KEPT


def _send_over_a_full_disk(
    bench: Bench, installation: Installation, command: str, mounted: Path | None
) -> tuple[int, int, str]:
    """Send until the disk (or else each file) is full, and make room; the process's status, how
    many mails were accepted by then, and its words.
    """
    installation.wake("deliver")
    sending = bench.forks.start(
        *COMMANDS[command],
        moment=STARTS,
        most_bytes=None if mounted else ROOM_LEFT,
        **installation.settings,
    )
    reached = _reached_when_full(bench.provider, sending)
    if mounted:
        assert _mount("-o", "remount,size=64m", str(mounted))
    elif not sending.is_over:
        sending.lift_limit()
    if command == "serve":  # it outlives the fault, and goes on by itself
        sending.send(signal.SIGUSR1)  # what it could not give back is free once its claim lapsed
        installation.wake("deliver")
        wait_for(lambda: len(bench.provider.accepted) > reached, within_s=60)
        sending.send(signal.SIGTERM)
    return sending.wait(), reached, sending.words


def _reached_when_full(provider: FakeSendGrid, sending: Forked) -> int:
    """Wait until the full disk is felt and no try to write it down is left; how many mails were
    accepted by then.
    """
    wait_for(lambda: sending.is_over or "record_tried_again" in sending.words, within_s=120)
    seen = -1
    while not sending.is_over and seen < len(provider.accepted):
        seen = len(provider.accepted)
        time.sleep(GIVES_UP_S)
    return len(provider.accepted)


def _settle(bench: Bench, installation: Installation) -> dict[str, int]:
    """The fault is over: the rest leaves, and is judged."""
    bench.forks.run("deliver", "--once", moment=LATER, **installation.settings)
    return bench.judge(installation)


def _run_until_killed_often(
    bench: Bench, installation: Installation, command: str, kills: list[float]
) -> int:
    """Start the command again whenever it gives up; says how often it was started."""
    arguments = {"deliver": ("deliver", "--once"), "worker": ("worker",)}[command]
    started = 0
    while len(kills) < KILLS:
        running = bench.forks.start(*arguments, moment=STARTS, **installation.settings)
        started += 1
        while len(kills) < KILLS and not running.is_over:
            if command == "worker":
                installation.wake("deliver")
            time.sleep(0.2)
    running.send(signal.SIGTERM)
    running.wait()
    return started


@contextmanager
def _killed_at_times(server: Server, provider: FakeSendGrid) -> Iterator[list[float]]:
    """Kill and restart the server after every few requests, or seconds without any."""
    kills: list[float] = []
    is_over = threading.Event()

    def kill() -> None:
        seen = 0
        while len(kills) < KILLS and not is_over.is_set():
            since = time.monotonic()
            while len(provider.requests) < seen + BETWEEN_KILLS and time.monotonic() < since + 2:
                is_over.wait(0.01)
            seen = len(provider.requests)
            server.kill()
            server.start()
            kills.append(time.monotonic())

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield kills
    finally:
        is_over.set()
        thread.join()


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A file system in memory that holds this many bytes."""
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        leave_out("mount", "nothing may be mounted in this container; the “limited” disk stands in")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _mount(*options: str) -> bool:
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    return done.returncode == 0
