"""Sending: claims, checks, tokens and a durable record per mail, against rendering and POST alone.

    python -m benchmarks.send [--mails 3000] [--workers 2] [--rounds 3] [--server postgresql://…]

The provider is a stub in a process of its own that answers 202 after 50 ms to 32 threads, as
SendGrid about does, and then at once to 4 threads. The bars are ratios of 0.9 and 0.6 to rendering
and POST alone. With two workers each has half of the threads, as two commands `survey deliver`
side by side; what one gives is printed too. A worker has sent some mails before the clock starts:
its first half second goes into statements that it builds once. The process that talks to the
provider for it starts while the clock runs, as it does for every pile: a worker has two
interpreters then, where rendering and POST alone have one. All are measured in turns, and the
middle of each counts: a machine is not as fast from minute to minute.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Environment, MailProvider, Settings, read_settings
from survey.deals.types import Outcome
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import desk_of
from survey.kit.db import Database
from survey.kit.memory import look_for_cycles_seldom
from survey.mail.actions.outbox import claim_due, enqueue
from survey.mail.models import Message
from survey.mail.types import Ending
from survey.questionnaires.documents import shipped_document
from tests import databases
from tests.factories import (
    make_account,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_user,
    make_version,
)


@dataclass(frozen=True)
class Scene:
    """A provider's latency, and with how many threads it is written to."""

    latency_s: float
    threads: int
    bar: float


SCENES = (Scene(0.05, 32, 0.9), Scene(0.0, 4, 0.6))
_NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
"""A Wednesday morning: at night nothing would leave."""
_BEFORE = _NOW - timedelta(minutes=30)
_FIRST = 100
"""So many mails are sent before the clock starts."""
_SPAWN = multiprocessing.get_context("spawn")


Work = Callable[[Callable[[], object]], None]
"""What a process does: it makes ready, waits for the others, and goes to work."""


def main() -> None:
    options = _options()
    for scene in SCENES:
        print(f"{scene.latency_s * 1000:.0f} ms, {scene.threads} threads, {options.mails} mails")
        alone, *delivered = _middle(options, scene)
        print(f"  render and POST alone: {options.mails / alone:6.0f} mails/s")
        for workers, whole in enumerate(delivered, start=1):
            rate, ratio = options.mails / whole, alone / whole
            print(
                f"  delivered by {workers} worker(s): {rate:5.0f} mails/s,"
                f" ratio {ratio:.2f} (bar {scene.bar})"
            )


def _middle(options: argparse.Namespace, scene: Scene) -> list[float]:
    """Seconds alone, by one worker, by two…: of each the middle of all rounds."""
    stub, port = _start_stub(scene.latency_s)
    try:
        rounds = [
            [_measured(options, scene, port, workers=n) for n in range(options.workers + 1)]
            for _ in range(options.rounds)
        ]
    finally:
        stub.terminate()
    return [median(seconds) for seconds in zip(*rounds, strict=True)]


def _measured(options: argparse.Namespace, scene: Scene, port: int, *, workers: int) -> float:
    """Seconds for all mails from a fresh outbox; without workers, for rendering and POST alone."""
    with tempfile.TemporaryDirectory() as folder, databases.fresh_database(options.server) as url:
        settings = _settings(url, port, Path(folder))
        database = Database(url)
        with database.writing() as session:
            _fill(session, options.mails)
            databases.know_sizes(session)
        if workers == 0:
            seconds = _seconds([partial(_render_and_post, settings, scene.threads, options.mails)])
        else:
            share = scene.threads // workers
            seconds = _seconds([partial(_deliver, settings, share) for _ in range(workers)])
            with database.reading() as session:
                assert set(session.scalars(select(Message.state).distinct())) == {"accepted"}
        database.close()
    return seconds


def _seconds(works: Sequence[Work]) -> float:
    """Seconds from the moment that all processes are ready until the last one has ended."""
    ready = _SPAWN.Barrier(len(works) + 1)
    children = [_SPAWN.Process(target=_work, args=(work, ready)) for work in works]
    for child in children:
        child.start()
    ready.wait()
    started = time.perf_counter()
    for child in children:
        child.join()
    seconds = time.perf_counter() - started
    assert {child.exitcode for child in children} == {0}
    return seconds


def _work(work: Work, ready: Any) -> None:
    look_for_cycles_seldom()
    work(ready.wait)
    os._exit(0)  # what the interpreter tidies up is not part of sending


def _render_and_post(
    settings: Settings, threads: int, mails: int, wait: Callable[[], object]
) -> None:
    """The same mails with nothing claimed, checked or recorded."""
    desk = desk_of(settings, Database(settings.database_url))
    with Session(desk.database.engine) as scratch:
        attempts = claim_due(scratch, provider="bench", limit=mails, now=_NOW)
        prepared = desk.letters["invitation"].ready(scratch, attempts, now=_NOW)
        scratch.rollback()
    composed = [(key, each) for key, each in prepared.items() if not isinstance(each, Ending)]
    assert len(composed) == mails
    wait()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: desk.provider.hand_over(one[1](), attempt_id=one[0]), composed))


def _deliver(settings: Settings, threads: int, wait: Callable[[], object]) -> None:
    database = Database(settings.database_url)
    desk = replace(desk_of(settings, database), threads=threads, now=lambda: _NOW)
    deliver_due(replace(desk, now=lambda: _BEFORE))
    wait()
    deliver_due(desk)


def _fill(session: Session, mails: int) -> None:
    now = _NOW
    make_company(session)
    campaign = make_campaign(session)
    version = make_version(session, document=shipped_document("not_won"), frozen_at=now)
    seller = make_user(session)
    for number in range(_FIRST + mails):
        account = make_account(session)
        deal = make_deal(
            session,
            account=account,
            seller=seller,
            outcome=Outcome.LOST,
            closed_on=(now - timedelta(days=12)).date(),
        )
        contact = make_contact(session, account=account)
        make_deal_contact(session, deal=deal, contact=contact)
        invitation = make_invitation(
            session,
            deal=deal,
            contact=contact,
            campaign=campaign,
            version=version,
            invited_at=now,
            sent_at=None,
        )
        enqueue(
            session,
            key=f"bench:{number}",
            kind="invitation",
            subject_id=invitation.id,
            to_address=contact.email,
            now=now if number >= _FIRST else _BEFORE,
        )


def _settings(url: str, port: int, folder: Path) -> Settings:
    return read_settings(
        _env_file=None,
        environment=Environment.TEST,
        database_url=url,
        mail_folder=folder / "mailbox",
        mail_from="research@northwind.example",
        mail_provider=MailProvider.SENDGRID,
        sendgrid_api_key="key",
        sendgrid_base_url=f"http://127.0.0.1:{port}",
    )


def _start_stub(latency_s: float) -> tuple[multiprocessing.Process, int]:
    here, there = multiprocessing.Pipe()
    stub = multiprocessing.Process(target=_serve_stub, args=(there, latency_s), daemon=True)
    stub.start()
    return stub, int(here.recv())


def _serve_stub(told: Connection, latency_s: float) -> None:
    class Stub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(latency_s)
            self.send_response(202)
            self.send_header("X-Message-Id", "bench")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    told.send(server.server_address[1])
    server.serve_forever()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
