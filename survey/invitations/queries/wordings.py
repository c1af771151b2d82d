"""What people ask of the words of a campaign's mails."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.deals.models import Contact, Deal, DealContact
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Wording
from survey.invitations.rules.wording import words_for
from survey.invitations.types import MailKind, MailWords

_CONTACTS_OF_A_DEAL = 4


class Wordings:
    """What the mails of some campaigns say, read at once."""

    def __init__(self, own: Mapping[tuple[int, MailKind, Outcome], MailWords]) -> None:
        self._own = own

    def of(self, campaign: Campaign, kind: MailKind, asked_as: Outcome) -> MailWords:
        """The campaign's own words for a mail, or ours."""
        own = self._own.get((campaign.id, kind, asked_as), MailWords())
        return words_for(own, kind=kind, asked_as=asked_as)

    def is_own(self, campaign: Campaign, kind: MailKind, asked_as: Outcome) -> bool:
        return (campaign.id, kind, asked_as) in self._own


def wordings(session: Session, campaign_ids: Collection[int]) -> Wordings:
    """The words of all mails of these campaigns."""
    asked = select(Wording).where(Wording.campaign_id.in_(campaign_ids)).order_by(Wording.id)
    return Wordings(
        {
            (each.campaign_id, each.kind, each.asked_as): MailWords(each.subject, each.body)
            for each in session.scalars(asked)
        }
    )


def wording_of(
    session: Session, campaign: Campaign, *, kind: MailKind, asked_as: Outcome
) -> Wording | None:
    """What the campaign says itself in a mail; None where it says what we do."""
    return session.scalar(
        select(Wording).where(
            Wording.campaign_id == campaign.id,
            Wording.kind == kind,
            Wording.asked_as == asked_as,
        )
    )


def deals_to_try(
    session: Session, campaign: Campaign, *, asked_as: Outcome, limit: int = 20
) -> list[tuple[Deal, Contact]]:
    """Deals of the campaign that ended so, the latest first, each with whom we would ask:
    to see how a mail would read.
    """
    asked = (
        select(Deal, Contact)
        .join(DealContact, DealContact.deal_id == Deal.id)
        .join(Contact, Contact.id == DealContact.contact_id)
        .where(Deal.outcome == asked_as, Deal.closed_on.is_not(None))
        .options(joinedload(Deal.seller), joinedload(Deal.account))
        .order_by(
            Deal.closed_on.desc(),
            Deal.id,
            DealContact.is_chosen_to_ask.desc(),
            DealContact.is_decider.desc(),
            Contact.id,
        )
        .limit(limit * _CONTACTS_OF_A_DEAL)
    )
    for names, column in ((campaign.regions, Deal.region), (campaign.products, Deal.product)):
        if names:
            asked = asked.where(column.in_(names))
    found: dict[int, tuple[Deal, Contact]] = {}
    for deal, contact in session.execute(asked):
        found.setdefault(deal.id, (deal, contact))
    return list(found.values())[:limit]


def contact_to_try(session: Session, deal: Deal) -> Contact | None:
    """To whom a mail about the deal would speak, to see how it would read."""
    return session.scalar(
        select(Contact)
        .join(DealContact, DealContact.contact_id == Contact.id)
        .where(DealContact.deal_id == deal.id)
        .order_by(DealContact.is_chosen_to_ask.desc(), DealContact.is_decider.desc(), Contact.id)
        .limit(1)
    )
