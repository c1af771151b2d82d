"""Who will be reminded when, and who not and why."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.deals.models import Deal
from survey.invitations.facts.company import campaign_facts
from survey.invitations.facts.reminding import asked_facts, may_be_reminded
from survey.invitations.models import Campaign, Invitation, Reminder
from survey.invitations.queries.campaigns import campaigns
from survey.invitations.queries.plans import rows
from survey.invitations.rules import reminders
from survey.invitations.types import SkipReason
from survey.invitations.verdicts import PlanRow, ReminderDue, Skip, Wait
from survey.kit.bulk import among
from survey.team.models import User


def plan_reminders(
    session: Session,
    now: datetime,
    *,
    answered: Select[int],
    of: Collection[int] | None = None,
) -> list[tuple[Campaign, list[ReminderDue | Skip]]]:
    """For every campaign: who of those it asked will be reminded when, and who not and why; of
    these invitations only, where they are given by number.

    Those for whom it is settled (answered, declined, reminded often enough) are left out.
    """
    open_yet = may_be_reminded(now, answered)
    where = open_yet if of is None else open_yet & among(Invitation.id, of)
    asked = asked_facts(session, where, answered)
    every = campaigns(session)
    terms = campaign_facts(session, every)
    plans: list[tuple[Campaign, list[ReminderDue | Skip]]] = []
    for each in every:
        own = (one for one in asked if one.campaign_id == each.id)
        plans.append((each, [reminders.reminder_due(one, terms[each.id], now) for one in own]))
    return plans


def reminders_due(
    session: Session,
    now: datetime,
    *,
    answered: Select[int],
    of: Collection[int] | None = None,
) -> list[ReminderDue]:
    """Whom all campaigns will remind, the earliest first; as `plan_reminders`."""
    plans = plan_reminders(session, now, answered=answered, of=of)
    due = [each for _, plan in plans for each in plan if isinstance(each, ReminderDue)]
    return sorted(due, key=lambda each: (each.send_at, each.invitation_id))


def upcoming_reminders(
    session: Session, now: datetime, *, seller: User | None, answered: Select[int]
) -> list[PlanRow]:
    """Who will be reminded (about that seller's deals), the earliest first."""
    found = rows(session, reminders_due(session, now, answered=answered))
    return [row for row in found if seller is None or row.deal.seller_id == seller.id]


def reminder_verdicts(
    session: Session, deal: Deal, now: datetime, *, answered: Select[int]
) -> dict[int, ReminderDue | Skip]:
    """Whether and when a reminder follows each of the deal's invitations, by its number."""
    asked = asked_facts(session, Invitation.deal_id == deal.id, answered)
    terms = campaign_facts(session, campaigns(session))
    return {
        one.invitation_id: reminders.reminder_due(one, terms[one.campaign_id], now) for one in asked
    }


def reminders_at_claim(
    session: Session,
    addressed: Sequence[tuple[Reminder, str]],
    *,
    answered: Select[int],
    now: datetime,
) -> dict[int, SkipReason | Wait]:
    """Why a reminder must not leave for that address any more, or until when it has to wait, by
    the reminder's number; as many queries for hundreds as for one.
    """
    terms = campaign_facts(session, {reminder.invitation.campaign for reminder, _ in addressed})
    numbers = sorted({reminder.invitation_id for reminder, _ in addressed})
    found = asked_facts(session, Invitation.id.in_(numbers), answered)
    asked = {one.invitation_id: one for one in found}
    verdicts = {
        reminder.id: SkipReason(reminder.cancel_reason)
        if reminder.cancelled_at is not None
        else reminders.reminder_at_claim(
            asked[reminder.invitation_id],
            terms[reminder.invitation.campaign_id],
            reminder.number,
            address,
            now,
        )
        for reminder, address in addressed
    }
    return {number: verdict for number, verdict in verdicts.items() if verdict is not None}


def reminders_to_send(session: Session, reminder_ids: Sequence[int]) -> dict[int, Reminder]:
    """The reminders that are still there, by number, with all that their mails speak of."""
    invitation = joinedload(Reminder.invitation)
    asked = (
        select(Reminder)
        .where(Reminder.id.in_(reminder_ids))
        .options(
            invitation.joinedload(Invitation.campaign),
            invitation.joinedload(Invitation.contact),
            invitation.joinedload(Invitation.deal).joinedload(Deal.seller),
        )
        .order_by(Reminder.id)
    )
    return {reminder.id: reminder for reminder in session.scalars(asked)}


def reminders_about(session: Session, deal: Deal) -> list[Reminder]:
    """The reminders of the deal's invitations, the earliest first."""
    asked = (
        select(Reminder)
        .join(Reminder.invitation)
        .where(Invitation.deal_id == deal.id)
        .options(contains_eager(Reminder.invitation).joinedload(Invitation.contact))
        .order_by(Reminder.reminded_at, Reminder.id)
    )
    return list(session.scalars(asked))
