"""Sending: claims, checks, tokens and a durable record per mail, against rendering and POST alone.

    python -m benchmarks.send [--mails 3000] [--workers 2] [--server postgresql://…]

The provider is a stub in a process of its own that answers 202 after 50 ms to 32 threads, as
SendGrid about does, and then at once to 4 threads. The bars are ratios of 0.9 and 0.6 to rendering
and POST alone. With two workers each has half of the threads, as two commands `survey deliver`
side by side; what one gives is printed too.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Environment, MailProvider, Settings, read_settings
from survey.deals.types import Outcome
from survey.jobs.deliver import Desk, deliver_due
from survey.jobs.desk import desk_of
from survey.kit.db import Database
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
_SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    options = _options()
    for scene in SCENES:
        stub, port = _start_stub(scene.latency_s)
        try:
            alone = _measured(options, scene, port, workers=0)
            print(
                f"{scene.latency_s * 1000:.0f} ms, {scene.threads} threads, {options.mails} mails"
            )
            print(f"  render and POST alone: {options.mails / alone:6.0f} mails/s")
            for workers in range(1, options.workers + 1):
                whole = _measured(options, scene, port, workers=workers)
                rate, ratio = options.mails / whole, alone / whole
                print(
                    f"  delivered by {workers} worker(s): {rate:5.0f} mails/s,"
                    f" ratio {ratio:.2f} (bar {scene.bar})"
                )
        finally:
            stub.terminate()


def _measured(options: argparse.Namespace, scene: Scene, port: int, *, workers: int) -> float:
    """Seconds for all mails from a fresh outbox; without workers, for rendering and POST alone."""
    with tempfile.TemporaryDirectory() as folder, databases.fresh_database(options.server) as url:
        settings = _settings(url, port, Path(folder))
        database = Database(url)
        with database.writing() as session:
            _fill(session, options.mails)
            databases.know_sizes(session)
        if workers == 0:
            seconds = _render_and_post(desk_of(settings, database), scene.threads, options.mails)
        else:
            seconds = _deliver(settings, database, scene.threads // workers, workers)
        database.close()
    return seconds


def _render_and_post(desk: Desk, threads: int, mails: int) -> float:
    """Seconds for the same mails with nothing claimed, checked or recorded."""
    with Session(desk.database.engine) as scratch:
        attempts = claim_due(scratch, provider="bench", limit=mails, now=_NOW)
        prepared = desk.letters["invitation"].ready(scratch, attempts, now=_NOW)
        scratch.rollback()
    composed = [(key, each) for key, each in prepared.items() if not isinstance(each, Ending)]
    assert len(composed) == mails
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: desk.provider.hand_over(one[1](), attempt_id=one[0]), composed))
    return time.perf_counter() - started


def _deliver(settings: Settings, database: Database, threads: int, workers: int) -> float:
    """Seconds from the moment that all workers are ready until the last one has ended."""
    ready = _SPAWN.Barrier(workers + 1)
    children = [
        _SPAWN.Process(target=_work, args=(settings, threads, ready)) for _ in range(workers)
    ]
    for child in children:
        child.start()
    ready.wait()
    started = time.perf_counter()
    for child in children:
        child.join()
    seconds = time.perf_counter() - started
    with database.reading() as session:
        assert set(session.scalars(select(Message.state).distinct())) == {"accepted"}
    return seconds


def _work(settings: Settings, threads: int, ready: Any) -> None:
    database = Database(settings.database_url)
    desk = replace(desk_of(settings, database), threads=threads, now=lambda: _NOW)
    _ = desk.letters["invitation"]  # its templates are compiled before the clock starts
    ready.wait()
    deliver_due(desk)
    os._exit(0)  # what the interpreter tidies up is not part of sending


def _fill(session: Session, mails: int) -> None:
    now = _NOW
    make_company(session)
    campaign = make_campaign(session)
    version = make_version(session, document=shipped_document("not_won"), frozen_at=now)
    seller = make_user(session)
    for number in range(mails):
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
            now=now,
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
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
