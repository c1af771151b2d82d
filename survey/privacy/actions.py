"""Erasing people, and keeping the list of addresses never to mail and the ledger agreed."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.coding.models import Coding
from survey.deals.models import Contact, Deal, DealContact
from survey.invitations.models import ErasureRequest, Hold, Link, Referral
from survey.invitations.types import ReferralState
from survey.kit.db import overwrite_what_is_deleted
from survey.kit.tokens import digest, new_token
from survey.mail import queries as mail
from survey.mail.actions.forgetting import forget_mailbox
from survey.mail.actions.stops import release_queue
from survey.mail.actions.suppressions import take_in
from survey.mail.listing import Listed
from survey.mail.rules import NOBODY, address_digest, nobody, outranks
from survey.mail.types import SuppressionReason
from survey.privacy import queries, rules
from survey.privacy.ledger import Ledger
from survey.privacy.types import Agreed, Entry, Erased, Person, Told
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from survey.team.models import User

_ERASED_NAME = "Erased person"
_NOBODY = address_digest(NOBODY)


def erase_person(
    session: Session,
    address: str,
    *,
    ledger: Ledger,
    actor: Actor,
    now: datetime,
    by: User | None = None,
) -> Erased:
    """Forget whoever this address reaches, for ever: who they are, their words and their mails.

    What was counted stays counted, and reports as they were published. The ledger knows before the
    transaction ends, so no erasure is kept that a restored copy could undo. Doing it twice does
    nothing the second time. Raises `LedgerNotUsable`.
    """
    ledger.add([Entry(address_digest(address), SuppressionReason.ERASED, now)])
    return _erase(session, address, actor=actor, now=now, by=by)


def erase_again(session: Session, *, actor: Actor, now: datetime) -> int:
    """Erase everybody whom the list knows as erased and our tables still know; says how many."""
    addresses = queries.erased_and_still_known(session)
    for address in addresses:
        _erase(session, address, actor=actor, now=now, by=None)
    return len(addresses)


def agree(session: Session, ledger: Ledger, *, actor: Actor, now: datetime) -> Agreed:
    """Let the list learn from the ledger, erase whom that names, and the ledger from the list.

    A copy that was brought back knows less than the ledger; otherwise the list knows more. Raises
    `LedgerNotUsable`.
    """
    told = ledger.read()
    missing = _missing_on_list(session, told)
    if missing:
        take_in(session, missing, actor=actor, now=now)
    is_erasing = any(each.reason is SuppressionReason.ERASED for each in missing)
    erased = erase_again(session, actor=actor, now=now) if is_erasing else 0
    new = list(_missing_in_ledger(session, told, now=now))
    ledger.add(new)
    return Agreed(len(missing), len(new), erased, told.unreadable)


def release_mail(
    session: Session, ledger: Ledger, *, actor: Actor, now: datetime
) -> tuple[bool, Agreed]:
    """Let mails leave again, once the list knows whom the ledger names; says whether they had been
    stopped. Raises `LedgerNotUsable`, and nothing leaves then.
    """
    agreed = agree(session, ledger, actor=actor, now=now)
    was_stopped = release_queue(session)
    if was_stopped:
        record(session, actor, "mail_released", Subject("queue_stop", 1), now=now)
    return was_stopped, agreed


def _erase(
    session: Session, address: str, *, actor: Actor, now: datetime, by: User | None
) -> Erased:
    overwrite_what_is_deleted(session)
    person = queries.find_person(session, address)
    codings = queries.count_codings(session, person)
    mails = forget_mailbox(session, address, now=now)
    _forget_words(session, person)
    _forget_what_others_wrote(session, person)
    _forget_referrals(session, person, now=now, by=by)
    _close_links(session, person)
    _forget_contacts(session, person, now=now, by=by)
    done = Erased(len(person.contacts), mails, len(person.responses), codings)
    for contact_id in person.contacts:
        record(session, actor, "person_erased", Subject("contact", contact_id), now=now)
    return done


def _forget_words(session: Session, person: Person) -> None:
    """What they chose stays; what they wrote does not, nor what they began and never sent."""
    answered, asked = Answer.response_id.in_(person.responses), person.invitations
    session.execute(delete(Answer).where(answered, Answer.choice_key.is_(None)))
    session.execute(update(Answer).where(answered).values(text=""))
    session.execute(
        update(ResponseRevision)
        .where(ResponseRevision.response_id.in_(person.responses))
        .values(answers={})
    )
    session.execute(update(Coding).where(Coding.response_id.in_(person.responses)).values(quote=""))
    session.execute(
        update(ResponseDraft)
        .where(ResponseDraft.invitation_id.in_(asked))
        .values(answers={}, screen="", sitting="")
    )
    session.execute(
        update(Response)
        .where(Response.id.in_(person.responses))
        .values(may_ask_back=False, may_tell_changes=False, may_write_about_product=False)
    )


def _forget_what_others_wrote(session: Session, person: Person) -> None:
    for deal in session.scalars(select(Deal).where(Deal.id.in_(person.deals)).order_by(Deal.id)):
        deal.name = rules.without(deal.name, person.names)
        deal.crm_reason = rules.without(deal.crm_reason, person.names)
    for hold in session.scalars(select(Hold).where(Hold.deal_id.in_(person.deals))):
        hold.reason = rules.without(hold.reason, person.names)
    session.flush()


def _forget_referrals(session: Session, person: Person, *, now: datetime, by: User | None) -> None:
    """Whom they named, and where they were named themselves."""
    meant = Referral.invitation_id.in_(person.invitations) | mail.reaches(
        Referral.email, person.address
    )
    for referral in session.scalars(select(Referral).where(meant).order_by(Referral.id)):
        referral.name, referral.email = _ERASED_NAME, nobody(referral.id)
        if referral.state is ReferralState.WAITING:
            referral.state, referral.settled_at = ReferralState.DISMISSED, now
            referral.settled_by = by
    session.flush()


def _close_links(session: Session, person: Person) -> None:
    """Whoever holds one of their mails opens nothing with it any more."""
    links = select(Link).where(Link.invitation_id.in_(person.invitations)).order_by(Link.id)
    for link in session.scalars(links):
        link.token_digest = digest(new_token())
    session.flush()


def _forget_contacts(session: Session, person: Person, *, now: datetime, by: User | None) -> None:
    for contact in session.scalars(select(Contact).where(Contact.id.in_(person.contacts))):
        contact.name, contact.email = _ERASED_NAME, nobody(contact.id)
        contact.locale = contact.last_active_on = None
        contact.may_ask = False
    session.execute(
        update(DealContact)
        .where(DealContact.contact_id.in_(person.contacts))
        .values(role="", is_chosen_to_ask=False)
    )
    requests = select(ErasureRequest).where(ErasureRequest.contact_id.in_(person.contacts))
    for request in session.scalars(requests):
        if request.settled_at is None:
            request.settled_at, request.settled_by = now, by
    session.flush()


def _missing_on_list(session: Session, told: Told) -> list[Listed]:
    standing, lifted = mail.why_suppressed(session), mail.reprieves(session)
    return [
        Listed(entry.digest, None, entry.reason, suppressed_at=entry.at)
        for entry in told.entries.values()
        if entry.reason is not None
        and (
            outranks(entry.reason, standing[entry.digest][0])
            if entry.digest in standing
            else entry.digest not in lifted or lifted[entry.digest] < entry.at
        )
    ]


def _missing_in_ledger(session: Session, told: Told, *, now: datetime) -> Iterator[Entry]:
    """Refusals for the time being are left out: they end by themselves."""
    standing = mail.why_suppressed(session)
    for mailbox, (reason, since_at) in standing.items():
        entry = told.entries.get(mailbox)
        if reason is SuppressionReason.REFUSED or mailbox == _NOBODY:
            continue
        if entry is None:
            yield Entry(mailbox, reason, since_at)
        elif entry.reason is not reason or mailbox in told.to_seal_anew:
            yield Entry(mailbox, reason, max(now, entry.at))
    for mailbox, since_at in mail.reprieves(session).items():
        entry = told.entries.get(mailbox)
        if mailbox not in standing and entry and entry.reason and since_at >= entry.at:
            yield Entry(mailbox, None, since_at)
