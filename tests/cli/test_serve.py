"""`survey serve`: pages and worker in one process, that ends politely."""

import signal
import urllib.request
from pathlib import Path

from sqlalchemy import select

from survey.config import Settings
from survey.kit import clock
from survey.kit.db import Database
from survey.mail.models import Message
from survey.mail.types import MessageState
from survey.team.actions import ask_new_password
from tests.factories import make_company, make_user
from tests.faults.processes import survey


def test_serve_shows_pages_delivers_mail_and_stops_when_asked(
    database: Database, settings: Settings, tmp_path: Path
):
    with database.writing() as session:
        make_company(session)
        ask_new_password(session, make_user(session), now=clock.now())
    given = {
        "database_url": settings.database_url,
        "queue_url": settings.queue_url,
        "mail_folder": str(tmp_path / "mailbox"),
    }

    with survey("serve", "--port", "0", **given) as process:
        assert process.stdout is not None
        port = (
            next(line for line in process.stdout if "Serving" in line).strip(". \n").split(":")[-1]
        )
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        _wait_until_sent(database)
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=20) == 0

    assert "Stopping" in rest
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 1


def _wait_until_sent(database: Database) -> None:
    deadline = clock.now().timestamp() + 15
    while clock.now().timestamp() < deadline:
        with database.reading() as session:
            if session.scalars(select(Message.state)).one() is MessageState.ACCEPTED:
                return
    raise AssertionError("the worker beside the pages sent nothing")
