"""Putting in the outbox what is due, a few hundred invitations to a transaction."""

from collections.abc import Callable
from datetime import datetime

from survey.invitations.actions.inviting import invite_due
from survey.invitations.verdicts import Invited
from survey.kit import clock
from survey.kit.db import Database


def invite_all(
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    go_on: Callable[[], bool] = lambda: True,
) -> Invited:
    """Invite until nobody is due or `go_on` says no. Two of these at once ask nobody twice."""
    invitations = notices = 0
    is_all = False
    while not is_all and go_on():
        with database.writing() as session:
            turn = invite_due(session, now=now())
        invitations += turn.invitations
        notices += turn.notices
        is_all = turn.is_all
    return Invited(invitations, notices, is_all=is_all)
