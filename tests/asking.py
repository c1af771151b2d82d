"""Asking as the job does, in the session of a test; and several jobs at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.orm import Session

from survey.invitations.actions.inviting import invite
from survey.invitations.models import Campaign
from survey.invitations.queries.plans import plan_all
from survey.invitations.verdicts import Due


def ready(session: Session, now: datetime) -> list[tuple[Campaign, Due]]:
    """Whom the plan finds to be asked now."""
    plans = plan_all(session, now)
    return [(campaign, due) for campaign, plan in plans for due in plan.due if due.ready_at <= now]


def ask_due(session: Session, *, now: datetime) -> int:
    """Ask whose time has come; how many were asked."""
    return invite(session, ready(session, now), now=now)


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Make each call in a thread of its own; what one raises is raised."""
    with ThreadPoolExecutor(len(calls)) as pool:
        for called in [pool.submit(call) for call in calls]:
            called.result()
