"""Asking those whose time has come, and taking back what has not left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from survey.invitations.facts.asked import deals_without_notice, taken_back
from survey.invitations.models import Campaign, Invitation, Notice
from survey.invitations.queries.campaigns import lock_campaigns
from survey.invitations.queries.plans import plan_again, plan_all
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import Due, Invited, Plan
from survey.kit.bulk import among_given, insert_rows, new_row_ids
from survey.kit.ids import new_public_ids
from survey.mail.actions.outbox import enqueue, enqueue_new
from survey.mail.queries import of_subject
from survey.mail.types import Decided
from survey.questionnaires.actions import freeze_version
from survey.questionnaires.models import Version
from survey.questionnaires.queries import current_version

INVITATION = "invitation"
"""The kind of message that asks a buyer; its subject is the invitation."""
_NEW_COLUMNS = (
    *("id", "public_id", "campaign_id", "version_id", "deal_id", "contact_id", "asked_as"),
    *("invited_at", "closes_at", "cancel_reason", "reminders_at_most"),
)

_NOTE_SENT = (
    update(Invitation)
    .where(among_given(Invitation.id, "numbers"), Invitation.sent_at.is_(None))
    .values(sent_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


def invite_due(session: Session, *, now: datetime, limit: int = 500) -> Invited:
    """Ask those whose time has come, at most `limit` of them, and note for the deals to come since
    when their sellers can see it.

    Each invitation and its mail stand in this one transaction, and schedulers take turns: two at
    once ask nobody twice.
    """
    lock_campaigns(session)
    planned = plan_all(session, now)
    noticed = _give_notices(session, planned, now=now)
    ready = _ready(planned, now)
    invited = _invite_all(session, planned, ready[:limit], now=now)
    left = tuple(ready[limit:])
    return Invited(invited, noticed, is_all=not left, left=left)


def invite_left(
    session: Session, left: Sequence[tuple[int, int]], *, now: datetime, limit: int = 500
) -> Invited:
    """Go on with those that an earlier turn left. Each is looked at again, in this transaction; who
    is not to be asked any more, or by another campaign, is left to the next plan.
    """
    lock_campaigns(session)
    wanted = left[:limit]
    planned = plan_again(session, [deal_id for _, deal_id in wanted], now)
    again = set(_ready(planned, now))
    invited = _invite_all(session, planned, [each for each in wanted if each in again], now=now)
    rest = tuple(left[limit:])
    return Invited(invited, 0, is_all=not rest, left=rest)


def cancel_invitation(
    session: Session, invitation: Invitation, *, reason: SkipReason, now: datetime
) -> Invitation:
    """Take back an invitation whose mail has not left, and say why."""
    invitation.cancelled_at = now
    invitation.cancel_reason = reason
    session.flush()
    return invitation


def note_sent(session: Session, invitation_ids: Sequence[int], *, now: datetime) -> None:
    """Keep when the provider first took the mail of each of these invitations."""
    session.execute(_NOTE_SENT, {"numbers": invitation_ids, "now": now})


def _give_notices(session: Session, plans: list[tuple[Campaign, Plan]], *, now: datetime) -> int:
    wanted = {due.deal_id for _, plan in plans for due in plan.due}
    unseen = [row for row in deals_without_notice(session) if row[0] in wanted]
    session.add_all(
        Notice(deal_id=deal_id, seller_id=seller_id, noticed_at=now)
        for deal_id, seller_id in unseen
    )
    return len(unseen)


def _ready(planned: Sequence[tuple[Campaign, Plan]], now: datetime) -> list[tuple[int, int]]:
    """The numbers of campaign and deal for all that are to be asked now, in that order."""
    return [
        (campaign.id, due.deal_id)
        for campaign, plan in planned
        for due in plan.due
        if due.ready_at <= now
    ]


def _invite_all(
    session: Session,
    planned: Sequence[tuple[Campaign, Plan]],
    chosen: Sequence[tuple[int, int]],
    *,
    now: datetime,
) -> int:
    wanted, invited = set(chosen), 0
    for campaign, plan in planned:
        ready = [due for due in plan.due if (campaign.id, due.deal_id) in wanted]
        invited += _invite(session, campaign, ready, now=now)
    session.flush()
    return invited


def _invite(session: Session, campaign: Campaign, ready: Sequence[Due], *, now: datetime) -> int:
    version = current_version(session, campaign.questionnaire) if ready else None
    if version is None:
        return 0
    freeze_version(session, version, now=now)
    earlier = taken_back(session, ready)
    new = [due for due in ready if (due.deal_id, due.contact_id) not in earlier]
    _ask(session, campaign, version, new, now=now)
    for due in ready:
        once_asked = earlier.get((due.deal_id, due.contact_id))
        if once_asked is not None:
            _ask_again(session, campaign, version, due, once_asked, now=now)
    return len(ready)


def _ask(
    session: Session,
    campaign: Campaign,
    version: Version,
    ready: Sequence[Due],
    *,
    now: datetime,
) -> None:
    numbers = new_row_ids(session, Invitation, len(ready))
    rows, decided = [], []
    for number, public_id, due in zip(numbers, new_public_ids(len(ready)), ready, strict=True):
        closes_at = due.send_at + timedelta(days=campaign.answer_days)
        about = (due.deal_id, due.contact_id, due.asked_as)
        rows.append(
            (number, public_id, campaign.id, version.id, *about, now, closes_at, "",
             campaign.reminders)
        )  # fmt: skip
        key = f"{INVITATION}:{public_id}:1"
        decided.append(Decided(key, number, due.to_address, due.send_at))
    insert_rows(session, Invitation, _NEW_COLUMNS, rows)
    enqueue_new(session, decided, kind=INVITATION, now=now)


def _ask_again(
    session: Session,
    campaign: Campaign,
    version: Version,
    due: Due,
    invitation: Invitation,
    *,
    now: datetime,
) -> None:
    """Make anew an invitation that was taken back."""
    invitation.campaign, invitation.version = campaign, version
    invitation.asked_as = due.asked_as
    invitation.invited_at = now
    invitation.closes_at = due.send_at + timedelta(days=campaign.answer_days)
    invitation.cancelled_at, invitation.cancel_reason = None, ""
    invitation.reminders_at_most = campaign.reminders
    earlier = of_subject(session, kind=INVITATION, subject_id=invitation.id)
    enqueue(
        session,
        key=f"{INVITATION}:{invitation.public_id}:{len(earlier) + 1}",
        kind=INVITATION,
        subject_id=invitation.id,
        to_address=due.to_address,
        send_after_at=due.send_at,
        now=now,
    )
