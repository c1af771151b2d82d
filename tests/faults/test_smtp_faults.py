"""Whatever an SMTP server does to us: each outcome as DESIGN §6 has it, and no mail twice."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from survey.kit.db import Database
from survey.mail.actions.settling import count_as_sent, send_again
from survey.mail.models import Message
from survey.mail.types import MessageState
from tests.faults.books import read_books
from tests.faults.conftest import IS_WHOLE, Figures, Templates
from tests.faults.smtp_sink import SmtpFault, SmtpSink, smtp_sink
from tests.faults.sweep import Bench, Installation
from tests.faults.world import STARTS, buyer

SEED = 20261018
BETWEEN_RUNS = timedelta(minutes=2)
MOST_RUNS = 200
QUICK = [fault for fault in SmtpFault if fault is not SmtpFault.SILENT]
NEVER = frozenset({SmtpFault.NEVER, SmtpFault.BODY_NEVER})
UNHEARD = frozenset(
    {
        SmtpFault.CUT_IN_BODY,
        SmtpFault.CUT_BEFORE_ACCEPTING,
        SmtpFault.CUT_AFTER_ACCEPTING,
        SmtpFault.SILENT,
    }
)
"""After these, and only these, nobody can know whether the mail left: its body was under way."""
ACCEPTED_UNHEARD = frozenset({SmtpFault.CUT_AFTER_ACCEPTING, SmtpFault.SILENT})


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


def test_each_fault_of_an_smtp_server_ends_as_it_must(
    bench: Bench, templates: Templates, sink: SmtpSink
):
    planned = {buyer(number): fault for number, fault in enumerate(QUICK)}

    with bench.fresh(templates("sqlite", 24, is_invited=True)) as installation:
        _deliver_and_check(bench, installation, sink, planned)


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_faults_of_an_smtp_server_over_a_long_run_double_and_lose_nothing(
    bench: Bench, templates: Templates, sink: SmtpSink, figures: Figures, backend: str
):
    people = 1000 if IS_WHOLE else 100
    chance = random.Random(SEED)
    struck = chance.sample(range(people), people * 3 // 10)
    planned = {buyer(number): chance.choice(QUICK) for number in struck}
    if IS_WHOLE:
        planned |= {buyer(number): SmtpFault.SILENT for number in struck[:8]}

    with bench.fresh(templates(backend, people, is_invited=True)) as installation:
        told = _deliver_and_check(bench, installation, sink, planned)

    figures(f"SMTP faults: {backend}, seed {SEED}", {"mails": people, "struck": len(struck)} | told)


def _deliver_and_check(
    bench: Bench, installation: Installation, sink: SmtpSink, planned: dict[str, SmtpFault]
) -> dict[str, int]:
    sink.faults = {person: [fault] for person, fault in planned.items()}
    everyone = installation.everyone
    never = {person for person, fault in planned.items() if fault in NEVER}
    unheard = {person for person, fault in planned.items() if fault in UNHEARD}
    reached = {person for person in unheard if planned[person] in ACCEPTED_UNHEARD}

    moment = _deliver_until_settled(bench, installation, sink, STARTS)

    expected = {
        person: "failed" if person in never else "uncertain" if person in unheard else "accepted"
        for person in everyone
    }
    states = read_books(installation.url).states
    assert states == {person: [state] for person, state in expected.items()}
    assert sink.accepted_by_person == Counter({*everyone} - never - (unheard - reached))

    _look_at_each(installation.url, reached, moment=moment)
    _deliver_until_settled(bench, installation, sink, moment)
    assert sink.accepted_by_person == Counter({*everyone} - never)
    # Whatever is sent again is the same mail, and says so to those who hold two of it.
    ids = _outbox_ids(installation.url)
    told = {(body.message_id, body.person) for body in sink.bodies}
    assert told == {(f"<{ids[person]}@northwind.example>", person) for _, person in told}
    return {"twice": 0, "lost": 0, "failed": len(never), "uncertain": len(unheard)}


def _outbox_ids(url: str) -> dict[str, str]:
    """The id in the outbox of the mail to each person."""
    database = Database(url)
    with database.reading() as session:
        rows = session.execute(select(Message.to_address, Message.public_id))
        found = dict(rows.all())
    database.close()
    return found


def _deliver_until_settled(
    bench: Bench, installation: Installation, sink: SmtpSink, moment: datetime
) -> datetime:
    """Run after run; after each, a person looks at the password and lets mail flow again."""
    told = installation.settings | {"mail_provider": "smtp", "smtp_url": sink.url}
    for _ in range(MOST_RUNS):
        moment += BETWEEN_RUNS
        bench.forks.run("deliver", "--once", "--release", moment=moment, **told)
        if installation.is_done:
            return moment
    raise AssertionError("there is no end to it")


def _look_at_each(url: str, reached: set[str], *, moment: datetime) -> None:
    """SMTP has no receipts: a person asks each of them, and presses for those who got none."""
    database = Database(url)
    with database.writing() as session:
        uncertain = select(Message).where(Message.state == MessageState.UNCERTAIN)
        for message in session.scalars(uncertain).all():
            settle = count_as_sent if message.to_address in reached else send_again
            settle(session, message, now=moment)
    database.close()
