"""The mails that ask a buyer. They promise only what the campaign says is true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from survey.deals.types import Outcome
from survey.invitations.models import Invitation, Reminder
from survey.invitations.types import Links
from survey.kit.words import first_name, span_in_words, weeks_ago_in_words
from survey.mail.rendering import Stationery
from survey.mail.rules import header_text
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.rules import fill, in_order, say
from survey.questionnaires.types import Document

_TEMPLATES = {
    Outcome.LOST: "invitation_not_won",
    Outcome.NO_DECISION: "invitation_not_won",
    Outcome.WON: "invitation_won",
}
_REMINDER = "reminder"
_PROMISES = (
    "You will not be reminded.",
    "You will get one reminder at most.",
    "You will get two reminders at most.",
)
_DECIDED_AGAINST = "and decided not to go ahead with us. Thank you for the time you gave it."


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the first question, by its key and in the buyer's words."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the mail says of this buyer, this deal and the one who asks. No internal word of the
    deal is here: not its name, its amount or its stage.
    """

    to_address: str
    to_name: str
    asked_as: Outcome
    product: str
    when: str
    seller_name: str
    question: str
    choices: tuple[Choice, ...]
    """In the order stored for this buyer, as the page shows them too."""
    sender_name: str
    sender_role: str
    reply_to: str
    phone: str
    is_not_in_sales: bool
    reads_every_answer: bool
    campaign_public_id: str
    reminders_at_most: int


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What a reminder says besides."""

    when_asked: str
    """Begins a sentence: "Last week"."""
    is_last: bool
    """No other mail about it follows, and the mail says so."""


def asked_by(invitation: Invitation, document: Document, *, to_address: str, company: str) -> Asked:
    """Read what the mail needs from an invitation and what it hangs on. `document` is the
    invitation's version, read for the outcome in whose words it asks.
    """
    deal, campaign = invitation.deal, invitation.campaign
    question = document.question(document.first)
    fields = {"company": company, "product": deal.product or company}
    seller = deal.seller.name if deal.seller else ""
    return Asked(
        to_address=to_address,
        to_name=header_text(invitation.contact.name),
        asked_as=invitation.asked_as,
        product=header_text(deal.product),
        when=span_in_words(deal.opened_on, deal.closed_on),
        seller_name="" if "@" in seller else header_text(seller),
        question=fill(say(question.label, {}), fields),
        choices=tuple(
            Choice(choice.key, fill(choice.label, fields))
            for choice in in_order(question, invitation.choice_order)
        ),
        sender_name=header_text(campaign.sender_name),
        sender_role=header_text(campaign.sender_role),
        reply_to=campaign.reply_to,
        phone=header_text(campaign.phone),
        is_not_in_sales=campaign.sender_is_not_in_sales,
        reads_every_answer=campaign.sender_reads_every_answer,
        campaign_public_id=campaign.public_id,
        reminders_at_most=invitation.reminders_at_most,
    )


def asked_again(reminder: Reminder, *, now: datetime) -> AskedAgain:
    """Read what a reminder that is written now says besides."""
    asked = reminder.invitation
    most = min(asked.reminders_at_most, asked.campaign.reminders)
    asked_at = asked.sent_at or asked.invited_at
    return AskedAgain(weeks_ago_in_words(asked_at.date(), now.date()), reminder.number >= most)


def invitation(stationery: Stationery, letterhead: Letterhead, asked: Asked, links: Links) -> Draft:
    """Ask one buyer about one deal, with the first question as links that only pre-select."""
    facts = {
        "opening": _opening(asked, letterhead),
        "promise": _PROMISES[asked.reminders_at_most],
    }
    return _to_buyer(stationery, letterhead, _TEMPLATES[asked.asked_as], asked, links, facts)


def reminder(
    stationery: Stationery, letterhead: Letterhead, asked: Asked, again: AskedAgain, links: Links
) -> Draft:
    """Ask the same buyer again, shorter, with the same question and links of its own."""
    facts = {"when_asked": again.when_asked, "is_last": again.is_last, "promise": ""}
    return _to_buyer(stationery, letterhead, _REMINDER, asked, links, facts)


def _to_buyer(
    stationery: Stationery,
    letterhead: Letterhead,
    template: str,
    asked: Asked,
    links: Links,
    facts: Mapping[str, object],
) -> Draft:
    """A mail to a buyer, with the question, its choices as links, who asks, and the way out."""
    opt_out_url = f"{letterhead.base_url}/o/{links.opt_out}"
    answer_url = f"{letterhead.base_url}/s/{links.answer}"
    common = letterhead.facts | {
        "opt_out_url": opt_out_url,
        "choices": [
            {"label": choice.label, "href": f"{answer_url}?choice={choice.key}"}
            for choice in asked.choices
        ],
        "question": asked.question,
        "first_name": first_name(asked.to_name),
        "product": asked.product or letterhead.company,
        "reason": _reason(asked, letterhead),
        **_sender(asked),
    }
    words = stationery.write(template, {**common, **facts})
    return Draft(
        to_address=asked.to_address,
        to_name=asked.to_name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_name=f"{asked.sender_name}, {letterhead.company}",
        reply_to=asked.reply_to,
        list_id=f"{asked.campaign_public_id}.{letterhead.host}",
        opt_out_url=opt_out_url,
    )


def _sender(asked: Asked) -> Mapping[str, object]:
    return {
        "sender_name": asked.sender_name,
        "sender_role": asked.sender_role,
        "phone": asked.phone,
        "is_not_in_sales": asked.is_not_in_sales,
        "reads_every_answer": asked.reads_every_answer,
    }


def _opening(asked: Asked, letterhead: Letterhead) -> str:
    """The sentences that say what it is about, with no word that we do not know to be true."""
    looked = f"You looked at {asked.product or letterhead.company}"
    if asked.seller_name:
        looked += f" with {asked.seller_name}"
    looked += f" {asked.when}"
    if asked.asked_as is Outcome.NO_DECISION:
        return f"{looked}. As far as we know, the project was then put aside."
    return f"{looked} {_DECIDED_AGAINST}"


def _reason(asked: Asked, letterhead: Letterhead) -> str:
    """Why the buyer gets this mail, as the foot says it."""
    if asked.asked_as is Outcome.WON:
        return f"your company chose {asked.product or letterhead.company}"
    about = f" about {asked.product}" if asked.product else ""
    return f"you were in touch with {letterhead.company}{about}"
