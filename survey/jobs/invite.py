"""Putting in the outbox what is due, a few hundred invitations to a transaction."""

from collections.abc import Callable
from datetime import datetime

from survey.invitations.actions.inviting import invite_due, invite_left
from survey.invitations.verdicts import Invited
from survey.kit import clock
from survey.kit.db import Database


def invite_all(
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    go_on: Callable[[], bool] = lambda: True,
) -> Invited:
    """Invite until nobody is due or `go_on` says no. Two of these at once ask nobody twice.

    All deals are looked at once; turns after the first look again at those they ask about only.
    """
    invitations = notices = 0
    turn: Invited | None = None
    while (turn is None or not turn.is_all) and go_on():
        with database.writing() as session:
            turn = (
                invite_left(session, turn.left, now=now())
                if turn
                else invite_due(session, now=now())
            )
        invitations += turn.invitations
        notices += turn.notices
    return Invited(invitations, notices, is_all=turn is not None and turn.is_all)
