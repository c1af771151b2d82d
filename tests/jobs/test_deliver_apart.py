"""Where many mails wait, a process of its own talks to the provider."""

import os
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import structlog.testing
from sqlalchemy import select

from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Apart, Desk
from survey.kit.db import Database
from survey.mail.models import Message
from survey.mail.types import MessageState
from tests.factories import make_message, make_queue_stop
from tests.house.sources import ROOT
from tests.jobs.test_deliver import NOW, Note, put, states
from tests.mail.posting.clerks import KILLS, Clerk, never_made

MANY = 20
MOST_BEGUN = 16
"""By two threads."""
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _found_by_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path)
    clerk.open()
    return clerk


@pytest.fixture
def desk(database: Database, clerk: Clerk) -> Desk:
    apart = Apart(partial(Clerk, clerk.folder), from_mails=MANY)
    return Desk(database, clerk, {"note": Note()}, threads=2, apart=apart, now=lambda: NOW)


def addresses(count: int) -> list[str]:
    return [f"n{number}@b.example" for number in range(count)]


def test_many_mails_leave_by_another_process_each_once(
    desk: Desk, database: Database, clerk: Clerk
):
    put(database, *addresses(60))

    delivered = deliver_due(desk)

    assert delivered == Delivered(accepted=60)
    assert len(clerk.taken) == len(clerk.begun) == 60
    assert os.getpid() not in clerk.pids
    assert len(clerk.pids) == 1
    assert set(states(database).values()) == {MessageState.ACCEPTED}


@pytest.mark.parametrize(("count", "is_apart"), [(MANY - 1, False), (MANY, True)])
def test_few_mails_leave_from_here(
    desk: Desk, database: Database, clerk: Clerk, count: int, is_apart: bool
):
    put(database, *addresses(count))

    deliver_due(desk)

    assert (os.getpid() not in clerk.pids) == is_apart


def test_what_is_not_due_does_not_count(desk: Desk, database: Database, clerk: Clerk):
    put(database, "a@b.example")
    with database.writing() as session:
        for _ in range(MANY):
            make_message(session, kind="note", send_after_at=NOW.replace(year=NOW.year + 1))

    deliver_due(desk)

    assert clerk.pids == {os.getpid()}


def test_a_process_that_does_not_start_is_done_without(
    desk: Desk, database: Database, clerk: Clerk
):
    put(database, *addresses(MANY))
    broken = replace(desk, apart=Apart(never_made, from_mails=1))

    with structlog.testing.capture_logs() as logs:
        delivered = deliver_due(broken)

    assert delivered == Delivered(accepted=MANY)
    assert [line["event"] for line in logs] == ["mail.process_not_started"]
    assert clerk.pids == {os.getpid()}


def test_no_process_starts_for_mails_that_are_stopped(desk: Desk, database: Database):
    put(database, *addresses(MANY))
    with database.writing() as session:
        make_queue_stop(session)
    stopped = replace(desk, apart=Apart(never_made, from_mails=1))

    with structlog.testing.capture_logs() as logs:
        assert deliver_due(stopped) == Delivered()

    assert logs == []


def test_what_a_process_had_that_dies_is_held_and_the_rest_leaves_from_here(
    desk: Desk, database: Database, clerk: Clerk
):
    put(database, *addresses(30), KILLS, *(f"later{number}@b.example" for number in range(40)))

    first, second = deliver_due(desk), deliver_due(replace(desk, now=lambda: LATER))

    assert first.accepted + second.accepted + first.uncertain == 71
    assert 1 <= first.uncertain <= MOST_BEGUN
    assert second.uncertain == 0
    assert len(clerk.pids) == 2
    assert os.getpid() in clerk.pids  # each death leaves mails in doubt: there is no second
    became = states(database)
    assert became[KILLS] is MessageState.UNCERTAIN
    assert len(clerk.addresses) == len(set(clerk.addresses))
    accepted = {address for address, state in became.items() if state is MessageState.ACCEPTED}
    assert accepted <= set(clerk.addresses)
    with database.reading() as session:
        reasons = set(
            session.scalars(select(Message.state_reason).where(Message.state_reason != ""))
        )
    assert reasons == {"The process that sends has died. The mail may have left, or not."}


def test_stopping_lets_what_it_has_begun_end_and_takes_no_more(
    desk: Desk, database: Database, clerk: Clerk
):
    put(database, *addresses(60))

    delivered = deliver_due(desk, go_on=lambda: not clerk.taken)

    left = list(states(database).values()).count(MessageState.QUEUED)
    assert delivered.accepted == len(clerk.taken) == 60 - left
    assert left >= 60 - MOST_BEGUN
