"""Putting in the outbox what is due: planned while others write, asked a thousand at a time."""

from collections.abc import Callable
from datetime import datetime

from survey.invitations.actions.inviting import give_notices, invite
from survey.invitations.facts.asked import deals_without_notice
from survey.invitations.models import Campaign
from survey.invitations.queries.plans import plan_all
from survey.invitations.verdicts import Due, Invited
from survey.kit import clock
from survey.kit.bulk import pieces
from survey.kit.db import Database

_PER_TURN = 1_000
"""So that a buyer who answers does not wait for the books."""


def invite_all(
    database: Database,
    *,
    now: Callable[[], datetime] = clock.now,
    go_on: Callable[[], bool] = lambda: True,
    per_turn: int = _PER_TURN,
) -> Invited:
    """Note for the deals to come since when their sellers can see it, and invite whose time has
    come, until all are or `go_on` says no. Two of these at once ask nobody twice.
    """
    planned_at = now()
    ready, unseen = _planned(database, planned_at)
    if unseen:
        with database.writing() as session:
            give_notices(session, unseen, now=planned_at)
    invitations = 0
    for some in pieces(ready, most=per_turn):
        if not go_on():
            break
        with database.writing() as session:
            invitations += invite(session, some, now=now())
    return Invited(invitations, notices=len(unseen))


def _planned(
    database: Database, now: datetime
) -> tuple[list[tuple[Campaign, Due]], list[tuple[int, int]]]:
    """Who is to be asked now, campaign by campaign; and the deals to come that their sellers could
    not see yet, each with its seller.
    """
    with database.reading() as session:
        plans = plan_all(session, now)
        ahead = {due.deal_id for _, plan in plans for due in plan.due}
        unseen = [pair for pair in deals_without_notice(session) if pair[0] in ahead]
    ready = [(each, due) for each, plan in plans for due in plan.due if due.ready_at <= now]
    return ready, unseen
