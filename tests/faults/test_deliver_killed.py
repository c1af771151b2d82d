"""`kill -9` between the call and the record: the mail is held, and never leaves twice."""

from datetime import timedelta

from sqlalchemy import create_engine, text

from tests.faults.conftest import Templates
from tests.faults.killing import At, Fate, Victim, kill_at
from tests.faults.provider import Phase
from tests.faults.sweep import Bench
from tests.faults.world import LATER, STARTS, buyer

_CLAIMS = text(
    "SELECT message.state, attempt.attempt_id, attempt.outcome FROM message"
    " JOIN attempt ON attempt.message_id = message.id"
)


def test_a_mail_whose_worker_was_killed_while_sending_is_held(bench: Bench, templates: Templates):
    with bench.fresh(templates("sqlite", 1, is_invited=True)) as installation:
        engine = create_engine(installation.url)
        victim = Victim(
            lambda is_held: bench.forks.start(
                "deliver", "--once", moment=STARTS, is_held=is_held, **installation.settings
            )
        )

        fate = kill_at(At(Phase.ACCEPTED.value, 1), victim, bench.provider)

        assert fate is Fate.AT_POINT
        (request,) = bench.provider.requests
        assert request.person == buyer(0)
        with engine.connect() as connection:
            assert connection.execute(_CLAIMS).all() == [("claimed", request.attempt_id, None)]

        soon = STARTS + timedelta(minutes=1)
        assert bench.forks.run("deliver", "--once", moment=soon, **installation.settings) == (
            "Nothing was due.\n"
        )
        told = bench.forks.run("deliver", "--once", moment=LATER, **installation.settings)

        assert told.endswith("Mails: 1 held.\n")
        assert len(bench.provider.requests) == 1
        with engine.connect() as connection:
            assert connection.execute(_CLAIMS).all() == [
                ("uncertain", request.attempt_id, "may_have_been_sent")
            ]
        engine.dispose()
