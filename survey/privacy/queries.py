"""What is held about a person, and whom the ledger and the list speak of."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.deals.models import Contact, DealContact
from survey.invitations.models import ErasureRequest, Invitation, Link, Referral, Reminder
from survey.kit.db import Base
from survey.mail.models import Attempt, Message, Receipt, Settlement, Suppression
from survey.mail.queries import erased_digests, reaches
from survey.mail.rules import address_digest, is_nobody, mailbox
from survey.privacy.types import Person
from survey.responses.models import Answer, PageVisit, Response, ResponseDraft, ResponseRevision


def find_person(session: Session, address: str) -> Person:
    """Whoever the address reaches, however it is written; nobody we know has no rows."""
    contacts = session.execute(
        select(Contact.id, Contact.email, Contact.name)
        .where(reaches(Contact.email, address))
        .order_by(Contact.id)
    ).all()
    ids = [row.id for row in contacts]
    asked = select(Invitation.id).where(Invitation.contact_id.in_(ids)).order_by(Invitation.id)
    invitations = session.scalars(asked).all()
    answered = select(Response.id).where(Response.invitation_id.in_(invitations))
    parts = select(DealContact.deal_id).where(DealContact.contact_id.in_(ids))
    named = session.scalars(select(Referral.name).where(reaches(Referral.email, address)))
    names = {mailbox(address), *(row.email for row in contacts), *(row.name for row in contacts)}
    return Person(
        mailbox(address),
        contacts=ids,
        names=sorted({*names, *named} - {""}),
        deals=sorted(set(session.scalars(parts))),
        invitations=invitations,
        responses=session.scalars(answered.order_by(Response.id)).all(),
    )


def erased_and_still_known(session: Session) -> list[str]:
    """Addresses in our tables of people who were erased: a copy that was brought back, or a list
    from elsewhere, may know more of them than it should.
    """
    digests = erased_digests(session)
    if not digests:
        return []
    written = {
        each
        for column in (Contact.email, Referral.email, Message.to_address, Suppression.address)
        for each in session.scalars(select(column).distinct())
        if each and not is_nobody(each)
    }
    return sorted({mailbox(each) for each in written if address_digest(each) in digests})


def count_codings(session: Session, person: Person) -> int:
    asked = select(func.count(Coding.id)).where(Coding.response_id.in_(person.responses))
    return session.scalar(asked) or 0


def held_about(session: Session, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row that speaks of a person, by table, as it stands; tables without any are left out.

    Digests of tokens are not theirs to have: whoever holds a token has them answer.
    """
    mails = session.scalars(select(Message.id).where(reaches(Message.to_address, person.address)))
    tables = _tables(person, mails.all(), address_digest(person.address))
    found = {
        model.__tablename__: [_row(each) for each in session.scalars(_in_order(model, condition))]
        for model, condition in tables
    }
    return {name: rows for name, rows in found.items() if rows}


def _tables(person: Person, mails: Sequence[int], digest: str) -> Iterator[tuple[type[Base], Any]]:
    yield Contact, Contact.id.in_(person.contacts)
    yield DealContact, DealContact.contact_id.in_(person.contacts)
    yield Invitation, Invitation.id.in_(person.invitations)
    yield Reminder, Reminder.invitation_id.in_(person.invitations)
    yield Link, Link.invitation_id.in_(person.invitations)
    yield (
        PageVisit,
        PageVisit.link_id.in_(select(Link.id).where(Link.invitation_id.in_(person.invitations))),
    )
    yield (
        Referral,
        Referral.invitation_id.in_(person.invitations) | reaches(Referral.email, person.address),
    )
    yield ErasureRequest, ErasureRequest.contact_id.in_(person.contacts)
    yield ResponseDraft, ResponseDraft.invitation_id.in_(person.invitations)
    yield Response, Response.id.in_(person.responses)
    yield Answer, Answer.response_id.in_(person.responses)
    yield ResponseRevision, ResponseRevision.response_id.in_(person.responses)
    yield Coding, Coding.response_id.in_(person.responses)
    yield Message, Message.id.in_(mails)
    yield Attempt, Attempt.message_id.in_(mails)
    yield Settlement, Settlement.message_id.in_(mails)
    yield Receipt, Receipt.message_id.in_(mails) | (Receipt.address_digest == digest)
    yield Suppression, Suppression.address_digest == digest


def _in_order(model: type[Base], condition: Any) -> Any:
    return select(model).where(condition).order_by(*model.__table__.primary_key)


def _row(row: Base) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in row.__mapper__.column_attrs.keys()  # noqa: SIM118 (a mapper's own collection)
        if not _is_secret(name)
    }


def _is_secret(name: str) -> bool:
    return name == "token_digest"
