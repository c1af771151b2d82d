"""What buyers do instead of answering, and what our people make of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.deals.models import Contact, DealContact
from survey.invitations.models import ErasureRequest, Invitation, Referral
from survey.invitations.queries import requests
from survey.invitations.types import DeclineReason, ReferralState
from survey.kit.addresses import NotAnAddress, read_address
from survey.kit.errors import SurveyError
from survey.mail.actions.suppressions import suppress
from survey.mail.queries import erased_digests
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from survey.team.models import User

_ERASURE_NOTE = "Asked for everything about them to be erased."


class AddressNotUsable(SurveyError):
    """A colleague was named without an address that mail can reach."""


class ReferredToSelf(SurveyError):
    """A buyer named their own address as the colleague's."""


class ReferralSettled(SurveyError):
    """Somebody has confirmed or dismissed the referral already."""


def decline(
    session: Session, invitation: Invitation, *, reason: DeclineReason, now: datetime
) -> Invitation:
    """The buyer would rather not answer about this deal: nothing more is sent about it.

    The link stays open for a change of mind. Said again, the latest reason stands.
    """
    invitation.declined_at = invitation.declined_at or now
    invitation.decline_reason = reason
    session.flush()
    return invitation


def address_of_colleague(invitation: Invitation, email: str) -> str:
    """The address as it is kept. Raises `AddressNotUsable`, `ReferredToSelf`."""
    try:
        address = read_address(email)
    except NotAnAddress:
        raise AddressNotUsable(
            "Please give one e-mail address, such as mila@example.com."
        ) from None
    if address == invitation.contact.email:
        raise ReferredToSelf("That is your own address. Please give the one of your colleague.")
    return address


def refer(
    session: Session, invitation: Invitation, *, name: str, email: str, now: datetime
) -> Referral | None:
    """The buyer names a colleague who knows more. Nobody is asked before one of us confirms it.

    Named again before that, the latest stands. A colleague who asked to be forgotten is not kept,
    and the buyer is not told so. Raises `AddressNotUsable`, `ReferredToSelf`.
    """
    address = address_of_colleague(invitation, email)
    decline(session, invitation, reason=DeclineReason.ASK_COLLEAGUE, now=now)
    if address_digest(address) in erased_digests(session):
        return None
    referral = requests.referral_of(session, invitation) or Referral(invitation=invitation)
    if referral.settled_at is None:
        referral.name, referral.email, referral.referred_at = name.strip(), address, now
        session.add(referral)
        session.flush()
    return referral


def confirm_referral(
    session: Session, referral: Referral, *, by: User, actor: Actor, now: datetime
) -> Contact:
    """Make the colleague the one to ask about the deal, under all the rules that hold for anybody:
    suppression, quarantine of the person, country, age of the deal. Raises `ReferralSettled`.
    """
    _settle(session, referral, ReferralState.CONFIRMED, by=by, actor=actor, now=now)
    invitation = referral.invitation
    contact = session.scalar(select(Contact).where(Contact.email == referral.email))
    if contact is None:
        contact = Contact(
            account_id=invitation.deal.account_id,
            email=referral.email,
            name=referral.name,
            created_at=now,
        )
        session.add(contact)
        session.flush()
    _choose(session, invitation, contact)
    invitation.passed_on_at = now
    session.flush()
    return contact


def dismiss_referral(
    session: Session, referral: Referral, *, by: User, actor: Actor, now: datetime
) -> None:
    """Do not ask the colleague. Raises `ReferralSettled`."""
    _settle(session, referral, ReferralState.DISMISSED, by=by, actor=actor, now=now)


def ask_for_erasure(
    session: Session, invitation: Invitation, *, now: datetime, doubts: Sequence[str] = ()
) -> ErasureRequest:
    """Keep that the buyer wants to be forgotten, and the signs that a machine said so; write to the
    address no more from now on.
    """
    contact = invitation.contact
    suppress(
        session,
        contact.email,
        reason=SuppressionReason.OPTED_OUT,
        note=_ERASURE_NOTE,
        doubts=doubts,
        now=now,
    )
    known = requests.erasure_request_of(session, contact)
    if known is not None:
        return _asked_again(known, doubts)
    request = ErasureRequest(contact=contact, requested_at=now, doubts=list(doubts))
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        known = requests.erasure_request_of(session, contact)
        if known is None:
            raise
        return _asked_again(known, doubts)
    return request


def _asked_again(known: ErasureRequest, doubts: Sequence[str]) -> ErasureRequest:
    """Of the signs of a machine those stay that each time speak of one."""
    known.doubts = [doubt for doubt in known.doubts if doubt in doubts]
    return known


def _settle(
    session: Session,
    referral: Referral,
    state: ReferralState,
    *,
    by: User,
    actor: Actor,
    now: datetime,
) -> None:
    if referral.state is not ReferralState.WAITING:
        raise ReferralSettled("Somebody has settled this already. Load the page again to see how.")
    referral.state, referral.settled_at, referral.settled_by = state, now, by
    session.flush()
    deal = Subject("deal", referral.invitation.deal_id)
    record(session, actor, f"referral_{state}", deal, now=now, referral=referral.id)


def _choose(session: Session, invitation: Invitation, contact: Contact) -> None:
    deal_id = invitation.deal_id
    others = update(DealContact).where(DealContact.deal_id == deal_id)
    session.execute(others.values(is_chosen_to_ask=False))
    part = session.get(DealContact, (deal_id, contact.id))
    if part is None:
        part = DealContact(deal_id=deal_id, contact_id=contact.id)
        session.add(part)
    part.is_chosen_to_ask = True
