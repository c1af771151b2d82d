"""What runs by itself: every job that a page wakes is there, and the worker does it."""

import re
import threading
from pathlib import Path

from sqlalchemy import select

from survey.config import Settings
from survey.jobs.schedule import register
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.queue import Queue
from survey.mail.models import Message
from survey.mail.types import MessageState
from survey.team.actions import ask_new_password
from tests.factories import make_company, make_user

SURVEY = Path(__file__).parents[2] / "survey"


def test_old_drafts_are_looked_for_every_hour(settings: Settings, database: Database):
    queue = Queue(settings.queue_url)

    register(queue, settings, database)

    assert "forget" in queue.names


def test_every_job_that_is_woken_is_registered(settings: Settings, database: Database):
    woken: set[str] = set()
    for path in SURVEY.rglob("*.py"):
        woken.update(re.findall(r"\bwake\(\"([a-z_]+)\"", path.read_text("utf-8")))
    queue = Queue(settings.queue_url)

    register(queue, settings, database)

    assert "deliver" in woken
    assert woken <= queue.names


def test_worker_delivers_what_a_door_wakes_it_for(settings: Settings, database: Database):
    queue = Queue(settings.queue_url)
    register(queue, settings, database)
    worker = queue.worker(threads=2)
    worker.start()
    with database.writing() as session:
        make_company(session)
        ask_new_password(session, make_user(session), now=clock.now())

    Queue(settings.queue_url).wake("deliver")

    assert _sent(database)
    assert worker.stop(within_s=10)
    queue.close()


def _sent(database: Database) -> bool:
    for _ in range(500):
        with database.reading() as session:
            if session.scalars(select(Message.state)).one() is MessageState.ACCEPTED:
                return True
        threading.Event().wait(0.02)
    return False
