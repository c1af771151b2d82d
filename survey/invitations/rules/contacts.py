"""Whom to ask about a deal, and who may not be asked. Pure."""

from collections.abc import Sequence
from datetime import date

from survey.invitations.types import (
    CampaignFacts,
    ContactFacts,
    ContactRule,
    DealFacts,
    SkipReason,
)
from survey.kit.countries import country_of_address

# RFC 2142 and common use: mailboxes that several people read.
_SHARED_MAILBOXES = frozenset(
    {"accounting", "accounts", "admin", "billing", "buero", "contact", "contacto", "einkauf"}
    | {"enquiries", "finance", "hello", "hr", "info", "infos", "it", "kontakt", "mail"}
    | {"marketing", "no-reply", "noreply", "office", "postmaster", "procurement", "purchasing"}
    | {"reception", "sales", "service", "support", "team", "vertrieb", "webmaster"}
)
# A person may change employer or advise a second company; at three it is no longer one person.
_ACCOUNTS_OF_A_SHARED_ADDRESS = 3
_LONG_AGO = date(1970, 1, 1)


_MARKS = (
    ("is_chosen", ContactRule.CHOSEN),
    ("is_decider", ContactRule.DECIDER),
    ("is_primary", ContactRule.PRIMARY),
)


def choose_contact(contacts: Sequence[ContactFacts]) -> ContactFacts | None:
    """Whom to ask: the one a person chose, else a marked decider, else the primary contact, else
    who was active last.

    None where that leaves several: then a person is asked, and nobody is guessed.
    """
    choice = choice_among(contacts)
    return choice[0] if choice else None


def choice_among(contacts: Sequence[ContactFacts]) -> tuple[ContactFacts, ContactRule] | None:
    """Whom to ask, and by what rule; of several with the same mark the one active last."""
    for mark, rule in _MARKS:
        some = [contact for contact in contacts if getattr(contact, mark)]
        if some:
            marked = _last_active(some)
            return (marked, rule) if marked else None
    last = _last_active(contacts)
    rule = ContactRule.ONLY if len(contacts) == 1 else ContactRule.LAST_ACTIVE
    return (last, rule) if last else None


def barred_for_itself(contact: ContactFacts) -> SkipReason | None:
    """Why this person may not be asked, wherever they are. What they said goes before all."""
    if contact.barred_by:
        return contact.barred_by
    if is_shared(contact):
        return SkipReason.SHARED_ADDRESS
    return SkipReason.MAY_NOT_ASK if contact.may_ask is False else None


def country_of(deal: DealFacts, contact: ContactFacts) -> str | None:
    """Where the contact is, for all we know: what the CRM says goes before what the end of the
    address says.
    """
    return deal.country or country_of_address(contact.address)


def contact_reason(
    deal: DealFacts, contact: ContactFacts, campaign: CampaignFacts
) -> SkipReason | None:
    """Why this person may not be asked. What they said themselves goes before their country."""
    reason = barred_for_itself(contact)
    if reason or contact.may_ask:
        return reason
    return _country_reason(country_of(deal, contact), campaign)


def is_shared(contact: ContactFacts) -> bool:
    """Whether several people read the address: its name says so, or too many accounts use it."""
    mailbox = contact.address.partition("@")[0].partition("+")[0]
    return mailbox in _SHARED_MAILBOXES or contact.accounts >= _ACCOUNTS_OF_A_SHARED_ADDRESS


def _country_reason(country: str | None, campaign: CampaignFacts) -> SkipReason | None:
    if country is not None:
        return None if campaign.may_ask_in.get(country, True) else SkipReason.COUNTRY_RULE
    if campaign.asks_unknown_countries or all(campaign.may_ask_in.values()):
        return None
    return SkipReason.COUNTRY_UNKNOWN


def _last_active(contacts: Sequence[ContactFacts]) -> ContactFacts | None:
    if len(contacts) == 1:
        return contacts[0]
    latest = max((contact.last_active_on or _LONG_AGO for contact in contacts), default=_LONG_AGO)
    last = [contact for contact in contacts if contact.last_active_on == latest]
    return last[0] if len(last) == 1 else None
