"""Holding a deal back, and saying whom to ask about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, ActorKind, Subject
from survey.deals.models import Contact, Deal, DealContact
from survey.invitations.models import Hold
from survey.invitations.queries import asked
from survey.kit.errors import SurveyError
from survey.team.models import User


class HoldNeedsReason(SurveyError):
    """A deal was to be held without saying why."""


class DealAlreadyAsked(SurveyError):
    """The buyer has been written to: nothing can be held or chosen any more."""


class ContactNotOfDeal(SurveyError):
    """The person to ask is not a contact of the deal."""


def hold_deal(session: Session, deal: Deal, *, by: User, reason: str, now: datetime) -> Hold:
    """Do not ask about this deal, for a stated reason. A second hold replaces the first's words.

    Raises `HoldNeedsReason`, `DealAlreadyAsked`.
    """
    if not reason.strip():
        raise HoldNeedsReason("Say in a few words why this buyer should not be asked.")
    _refuse_if_asked(session, deal)
    hold = asked.hold_of(session, deal) or Hold(deal=deal)
    hold.held_by, hold.reason, hold.held_at = by, reason.strip(), now
    session.add(hold)
    session.flush()
    _note_on_deal(session, by, "deal_held", deal, now)
    return hold


def release_hold(session: Session, deal: Deal, *, by: User, now: datetime) -> None:
    """Let the deal be asked about again. Nothing happens where it was not held."""
    hold = asked.hold_of(session, deal)
    if hold is not None:
        session.delete(hold)
        session.flush()
        _note_on_deal(session, by, "hold_lifted", deal, now)


def choose_contact(
    session: Session, deal: Deal, contact: Contact, *, by: User, now: datetime
) -> None:
    """Let this contact be the one to ask. Raises `ContactNotOfDeal`, `DealAlreadyAsked`."""
    _refuse_if_asked(session, deal)
    parts = session.scalars(select(DealContact).where(DealContact.deal_id == deal.id)).all()
    if contact.id not in {part.contact_id for part in parts}:
        raise ContactNotOfDeal("This person is not a contact of the deal. Choose one who is.")
    for part in parts:
        part.is_chosen_to_ask = part.contact_id == contact.id
    session.flush()
    _note_on_deal(session, by, "contact_chosen", deal, now)


def _note_on_deal(session: Session, by: User, action: str, deal: Deal, now: datetime) -> None:
    actor = Actor(ActorKind.USER, by.id, by.public_id)
    record(session, actor, action, Subject("deal", deal.id), now=now)


def _refuse_if_asked(session: Session, deal: Deal) -> None:
    if asked.was_mailed(session, deal):
        raise DealAlreadyAsked(
            "This buyer has been written to already, so it is too late for that."
        )
