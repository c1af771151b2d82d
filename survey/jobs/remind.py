"""Putting in the outbox whom it is time to remind, a few hundred to a transaction."""

from collections.abc import Callable
from datetime import datetime

from survey.invitations.actions.reminding import remind_due
from survey.invitations.verdicts import Reminded
from survey.kit import clock
from survey.kit.db import Database
from survey.responses.queries import answered


def remind_all(
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    go_on: Callable[[], bool] = lambda: True,
) -> Reminded:
    """Remind until nobody is due or `go_on` says no. Two of these at once remind nobody twice."""
    reminders = 0
    is_all = False
    while not is_all and go_on():
        with database.writing() as session:
            turn = remind_due(session, answered=answered(), now=now())
        reminders += turn.reminders
        is_all = turn.is_all
    return Reminded(reminders, is_all=is_all)
