"""Many presses at once: one response, and everyone is thanked."""

import http.client
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from waitress.server import create_server
from waitress.wasyncore import close_all

from survey.invitations.models import Invitation
from survey.kit import clock
from survey.kit.db import Database
from survey.questionnaires.documents import read_document
from survey.responses.actions import answering
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from tests.factories.asked import make_asked

PRESSES = 100
THREADS = 32
FORM = {"screen": "readers", "then": "send", "readers": "sender_team"}


def counts(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Response, ResponseRevision, ResponseDraft, Answer)
        ]


def test_a_hundred_equal_presses_make_one_response_and_a_hundred_thanks(
    app: Flask, database: Database, session: Session
) -> None:
    make_asked(session)
    session.commit()
    app.test_client().post("/s/answer-token", data={"screen": "weighed", "weighed": "price"})
    app.test_client().post("/s/answer-token", data={"screen": "ended", "ended": "put_off"})
    server: Any = create_server(app, listen="127.0.0.1:0", threads=THREADS)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()

    together = threading.Barrier(PRESSES)
    port = int(server.effective_port)

    with ThreadPoolExecutor(PRESSES) as presses:
        pages = list(presses.map(lambda _: press(port, together), range(PRESSES)))
    # Only the loop's own thread may close what it watches.
    server.trigger.pull_trigger(lambda: close_all(server._map))
    running.join(timeout=10)

    assert [status for status, _ in pages] == [200] * PRESSES
    assert all("Thank you, Anna." in page for _, page in pages)
    # One response with three answers, no revision, no draft left over.
    assert counts(database) == [1, 0, 0, 3]


def press(port: int, together: threading.Barrier) -> tuple[int, str]:
    """Press Send as a browser does when all are connected, and follow to the page it leads to."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    together.wait(timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/s/answer-token", urlencode(FORM), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 303:
        return answer.status, ""
    connection.request("GET", urlsplit(answer.headers["Location"]).path)
    page = connection.getresponse()
    text = page.read().decode()
    connection.close()
    return page.status, text


def test_presses_in_several_processes_make_one_response(
    database: Database, session: Session, database_url: str
) -> None:
    invitation = make_asked(session)
    session.commit()
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=send_some, args=(database_url, invitation.id, 10)) for _ in range(3)
    ]

    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert counts(database) == [1, 0, 0, 1]


def send_some(database_url: str, invitation_id: int, times: int) -> None:
    """What one process does: the same press several times."""
    database = Database(database_url)
    for _ in range(times):
        with database.writing() as session:
            invitation = session.get_one(Invitation, invitation_id)
            document = read_document(invitation.version.document, invitation.asked_as)
            (screen,) = (screen for screen in document.screens if screen.key == "ended")
            answering.submit_response(
                session,
                invitation,
                document,
                {"ended": "put_off"},
                screen=screen,
                now=clock.now(),
                zone=ZoneInfo("UTC"),
            )
    database.close()
