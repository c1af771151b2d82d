"""Asking those whose time has come, and taking back what has not left."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from survey.invitations.facts.asked import taken_back
from survey.invitations.models import Campaign, Invitation, Notice
from survey.invitations.queries.campaigns import campaigns, lock_campaigns
from survey.invitations.queries.plans import still_ready
from survey.invitations.types import CampaignState, SkipReason
from survey.invitations.verdicts import Due
from survey.kit.bulk import among_given, find_by_index, insert_new_rows, insert_rows, new_row_ids
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


def give_notices(session: Session, unseen: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Keep since when the sellers of these deals can see that the buyer will be asked; of deal and
    seller. Where two do so at once the first one's moment stands.
    """
    insert_new_rows(
        session,
        Notice,
        [{"deal_id": deal, "seller_id": seller, "noticed_at": now} for deal, seller in unseen],
    )


def invite(session: Session, wanted: Sequence[tuple[Campaign, Due]], *, now: datetime) -> int:
    """Ask those whom a plan found due, as its campaigns stood then; how many were asked.

    Each invitation and its mail stand in this one transaction, and schedulers take turns: two at
    once ask nobody twice. Who was asked meanwhile, or whose campaign was changed, is left to the
    next plan.
    """
    find_by_index(session)
    lock_campaigns(session)
    stand = {each.id: each for each in campaigns(session)}
    invited = 0
    for planned, pairs in groupby(wanted, key=itemgetter(0)):
        campaign = stand[planned.id]
        if campaign.state is CampaignState.RUNNING and campaign.changed_at == planned.changed_at:
            ready = still_ready(session, campaign, [due for _, due in pairs])
            invited += _invite(session, campaign, ready, now=now)
    session.flush()
    return invited


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
    asked_by = (campaign.id, version.id)
    stays_open, reminders = timedelta(days=campaign.answer_days), campaign.reminders
    rows, decided = [], []
    for number, public_id, due in zip(numbers, new_public_ids(len(ready)), ready, strict=True):
        about = (due.deal_id, due.contact_id, due.asked_as)
        closes_at = due.send_at + stays_open
        rows.append((number, public_id, *asked_by, *about, now, closes_at, "", reminders))
        decided.append(Decided(_key(number, 1), number, due.to_address, due.send_at))
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
        key=_key(invitation.id, len(earlier) + 1),
        kind=INVITATION,
        subject_id=invitation.id,
        to_address=due.to_address,
        send_after_at=due.send_at,
        now=now,
    )


def _key(number: int, time: int) -> str:
    """What makes one mail of asking once. By the invitation's number: keys that follow each other
    stand together in their index, where random ones cost a page each to write.
    """
    return f"{INVITATION}:{number}:{time}"
