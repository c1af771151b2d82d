"""Asking those whose time has come, and taking back what has not left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.invitations import facts
from survey.invitations.models import Campaign, Invitation, Notice
from survey.invitations.queries.campaigns import lock_campaigns
from survey.invitations.queries.plans import plan_all
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import Due, Invited, Plan
from survey.kit.ids import new_public_id
from survey.mail.actions.outbox import enqueue
from survey.mail.queries import of_subject
from survey.questionnaires.actions import freeze_version
from survey.questionnaires.queries import current_version, document_of
from survey.questionnaires.rules import order_choices

INVITATION = "invitation"
"""The kind of message that asks a buyer; its subject is the invitation."""


def invite_due(session: Session, *, now: datetime, limit: int = 200) -> Invited:
    """Ask those whose time has come, at most `limit` of them, and note for the deals to come since
    when their sellers can see it.

    Each invitation and its mail stand in this one transaction, and schedulers take turns: two at
    once ask nobody twice.
    """
    lock_campaigns(session)
    planned = plan_all(session, now)
    noticed = _give_notices(session, planned, now=now)
    invitations: list[Invitation] = []
    for campaign, plan in planned:
        ready = [due for due in plan.due if due.ready_at <= now][: limit - len(invitations)]
        invitations += _invite(session, campaign, ready, now=now)
    session.flush()
    return Invited(len(invitations), noticed, is_all=len(invitations) < limit)


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
    session.execute(
        update(Invitation)
        .where(Invitation.id.in_(invitation_ids), Invitation.sent_at.is_(None))
        .values(sent_at=now)
    )


def _give_notices(session: Session, plans: list[tuple[Campaign, Plan]], *, now: datetime) -> int:
    wanted = {due.deal_id for _, plan in plans for due in plan.due}
    unseen = [row for row in facts.deals_without_notice(session) if row[0] in wanted]
    session.add_all(
        Notice(deal_id=deal_id, seller_id=seller_id, noticed_at=now)
        for deal_id, seller_id in unseen
    )
    return len(unseen)


def _invite(
    session: Session, campaign: Campaign, ready: list[Due], *, now: datetime
) -> list[Invitation]:
    version = current_version(session, campaign.questionnaire) if ready else None
    if version is None:
        return []
    # Read before it is frozen: what is kept as frozen must be so whatever becomes of this turn.
    documents = {
        outcome: document_of(session, version.id, outcome) for outcome in campaign.delay_days
    }
    freeze_version(session, version, now=now)
    asked = []
    for due, deal, contact, taken_back in facts.to_invite(session, ready):
        invitation = taken_back or Invitation(public_id=new_public_id(), deal=deal, contact=contact)
        invitation.campaign = campaign
        invitation.version = version
        invitation.asked_as = deal.outcome
        invitation.choice_order = order_choices(documents[deal.outcome], invitation.public_id)
        invitation.invited_at = now
        invitation.closes_at = due.send_at + timedelta(days=campaign.answer_days)
        invitation.cancelled_at, invitation.cancel_reason = None, ""
        invitation.reminders_at_most = campaign.reminders
        asked.append((invitation, due.send_at, taken_back is not None))
    session.add_all(invitation for invitation, _, _ in asked)
    session.flush()
    for invitation, send_at, is_again in asked:
        _put_in_outbox(session, invitation, send_at=send_at, is_again=is_again, now=now)
    return [invitation for invitation, _, _ in asked]


def _put_in_outbox(
    session: Session, invitation: Invitation, *, send_at: datetime, is_again: bool, now: datetime
) -> None:
    earlier = of_subject(session, kind=INVITATION, subject_id=invitation.id) if is_again else []
    enqueue(
        session,
        key=f"{INVITATION}:{invitation.public_id}:{len(earlier) + 1}",
        kind=INVITATION,
        subject_id=invitation.id,
        to_address=invitation.contact.email,
        send_after_at=send_at,
        now=now,
    )
