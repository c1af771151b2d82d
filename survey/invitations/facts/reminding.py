"""Reading what a decision about reminding rests on."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from survey.deals.models import Contact
from survey.invitations.facts.deals import facts_of_deals
from survey.invitations.models import Invitation, Reminder
from survey.invitations.types import AskedFacts, DealFacts
from survey.kit.bulk import among


def asked_facts(
    session: Session, where: ColumnElement[bool], answered: Select[int]
) -> list[AskedFacts]:
    """The facts of the invitations that fulfil a condition on `Invitation`, the earliest first.

    `answered` are the numbers of all invitations that were answered: a higher floor knows them.
    """
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.campaign_id,
            Invitation.contact_id,
            Contact.email,
            Invitation.deal_id,
            Invitation.asked_as,
            Invitation.sent_at,
            Invitation.closes_at,
            Invitation.id.in_(answered).label("is_answered"),
            Invitation.declined_at.is_not(None).label("is_declined"),
            Invitation.cancelled_at.is_not(None).label("is_taken_back"),
            Invitation.reminders_at_most,
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(where)
        .order_by(Invitation.sent_at, Invitation.id)
    ).all()
    # By number: whom the condition holds for may have changed by now, as mails leave.
    deals = {deal.id: deal for deal in facts_of_deals(session, {row.deal_id for row in rows})}
    reminded_at = _reminded_at(session, [row.id for row in rows])
    return [_asked(row, deals[row.deal_id], reminded_at.get(row.id, ())) for row in rows]


def _asked(row: Any, deal: DealFacts, reminded_at: tuple[datetime | None, ...]) -> AskedFacts:
    return AskedFacts(
        invitation_id=row.id,
        campaign_id=row.campaign_id,
        contact_id=row.contact_id,
        address=row.email,
        deal=deal,
        asked_as=row.asked_as,
        sent_at=row.sent_at,
        closes_at=row.closes_at,
        is_answered=bool(row.is_answered),
        is_declined=bool(row.is_declined),
        is_taken_back=bool(row.is_taken_back),
        reminders_at_most=row.reminders_at_most,
        reminded_at=reminded_at,
    )


def may_be_reminded(now: datetime, answered: Select[int]) -> ColumnElement[bool]:
    """True of the invitations that a reminder may still follow, by what they say of themselves."""
    spent = select(Reminder.id).where(
        Reminder.invitation_id == Invitation.id,
        Reminder.cancelled_at.is_(None),
        Reminder.number >= Invitation.reminders_at_most,
    )
    return and_(
        Invitation.sent_at.is_not(None),
        Invitation.cancelled_at.is_(None),
        Invitation.declined_at.is_(None),
        Invitation.closes_at > now,
        Invitation.reminders_at_most > 0,
        Invitation.id.not_in(answered),
        ~spent.exists(),
    )


def _reminded_at(
    session: Session, numbers: Collection[int]
) -> dict[int, tuple[datetime | None, ...]]:
    asked = (
        select(Reminder.invitation_id, Reminder.sent_at)
        .where(among(Reminder.invitation_id, numbers), Reminder.cancelled_at.is_(None))
        .order_by(Reminder.invitation_id, Reminder.number)
    )
    found: dict[int, tuple[datetime | None, ...]] = defaultdict(tuple)
    for number, sent_at in session.execute(asked):
        found[number] += (sent_at,)
    return found
