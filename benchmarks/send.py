"""Sending: claims, checks, tokens and a durable record per mail, against rendering and POST alone.

    python -m benchmarks.send [--mails 600] [--threads 32] [--url postgresql+psycopg://…]

The provider is a stub in a process of its own that answers 202 after 50 ms, as SendGrid about does.
Both runs use the same stub, threads and mails. The bar is a ratio of 0.9.
"""

import argparse
import multiprocessing
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Environment, MailProvider, Settings, read_settings
from survey.deals.types import Outcome
from survey.jobs.deliver import Desk, deliver_due
from survey.jobs.desk import desk_of
from survey.kit import clock
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

BAR = 0.9
_ANSWER_S = 0.05


def main() -> None:
    options = _options()
    stub, port = _start_stub()
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = options.url or f"sqlite:///{folder}/survey.db"
            settings = _settings(url, port, Path(folder))
            databases.create_tables(url)
            database = Database(url)
            desk = desk_of(settings, database)
            desk = Desk(database, desk.provider, desk.letters, threads=options.threads)
            with database.writing() as session:
                _fill(session, options.mails)
            alone = _render_and_post(desk, options.mails)
            whole = _deliver(desk, options.mails)
            database.close()
    finally:
        stub.terminate()
    _tell(alone, whole, options.mails)


def _render_and_post(desk: Desk, mails: int) -> float:
    """Seconds for the same mails with nothing claimed, checked or recorded."""
    with Session(desk.database.engine) as scratch:
        attempts = claim_due(scratch, provider="bench", limit=mails, now=clock.now())
        prepared = desk.letters["invitation"].ready(scratch, attempts, now=clock.now())
        scratch.rollback()
    composed = [(key, each) for key, each in prepared.items() if not isinstance(each, Ending)]
    assert len(composed) == mails
    started = time.perf_counter()
    with ThreadPoolExecutor(desk.threads) as pool:
        list(pool.map(lambda one: desk.provider.hand_over(one[1](), attempt_id=one[0]), composed))
    return time.perf_counter() - started


def _deliver(desk: Desk, mails: int) -> float:
    started = time.perf_counter()
    delivered = deliver_due(desk)
    seconds = time.perf_counter() - started
    assert delivered.accepted == mails, delivered
    with desk.database.reading() as session:
        assert set(session.scalars(select(Message.state).distinct())) == {"accepted"}
    return seconds


def _fill(session: Session, mails: int) -> None:
    now = clock.now()
    make_company(session)
    campaign = make_campaign(session)
    version = make_version(session, document=shipped_document("not_won"))
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


def _start_stub() -> tuple[multiprocessing.Process, int]:
    here, there = multiprocessing.Pipe()
    stub = multiprocessing.Process(target=_serve_stub, args=(there,), daemon=True)
    stub.start()
    return stub, int(here.recv())


def _serve_stub(told: Connection) -> None:
    class Stub(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(_ANSWER_S)
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
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--url", default="")
    return parser.parse_args()


def _tell(alone: float, whole: float, mails: int) -> None:
    ratio = alone / whole
    print(f"render and POST alone: {mails / alone:6.0f} mails/s")
    print(f"claimed and recorded:  {mails / whole:6.0f} mails/s")
    print(f"ratio {ratio:.2f} (bar {BAR})")


if __name__ == "__main__":
    main()
