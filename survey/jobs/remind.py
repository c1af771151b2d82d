"""Putting in the outbox whom it is time to remind: planned while others write, then a few hundred
at a time.
"""

from collections.abc import Callable
from datetime import datetime

from survey.invitations.actions.reminding import remind
from survey.invitations.queries.reminders import reminders_due
from survey.kit import clock
from survey.kit.bulk import pieces
from survey.kit.db import Database
from survey.responses.queries import answered

_PER_TURN = 200
"""So that a buyer who answers does not wait for the books."""


def remind_all(
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    go_on: Callable[[], bool] = lambda: True,
    per_turn: int = _PER_TURN,
) -> int:
    """Remind all whose time has come, until `go_on` says no; says of how many invitations.
    Two of these at once remind nobody twice.
    """
    reminders = 0
    for some in pieces(_ready(database, now()), most=per_turn):
        if not go_on():
            break
        with database.writing() as session:
            reminders += remind(session, some, answered=answered(), now=now())
    return reminders


def _ready(database: Database, now: datetime) -> list[int]:
    """The numbers of the invitations it is time to remind of."""
    with database.reading() as session:
        due = reminders_due(session, now, answered=answered())
    return [each.invitation_id for each in due if each.ready_at <= now]
