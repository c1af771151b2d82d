"""The mails that ask a buyer. They promise only what the campaign says is true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Reminder
from survey.invitations.queries.asked import ToAsk
from survey.invitations.rules.wording import filled, paragraphs
from survey.invitations.types import Links, MailKind, MailWords
from survey.kit.words import first_name, span_in_words, weeks_ago_in_words
from survey.mail.rendering import Stationery
from survey.mail.rules import header_text
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.rules import fill, in_order, say
from survey.questionnaires.types import Document

_PROMISES = (
    "You will not be reminded.",
    "You will get one reminder at most.",
    "You will get two reminders at most.",
)
_NOT_A_SCORE = (
    "This is not a satisfaction score, and it changes nothing in your contract or service."
)
_LAST = "If not, this is the last mail about it."
_ONCE_MORE = "If not, I will ask once more, and then leave it."


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the first question, by its key and in the buyer's words."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, as the campaign names them. A value, which whoever renders a mail may read when the
    session that read the campaign is gone.
    """

    name: str
    role: str
    reply_to: str
    phone: str
    is_not_in_sales: bool
    reads_every_answer: bool
    campaign_public_id: str


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
    """In the order drawn for this buyer, as the page shows them too."""
    sender_name: str
    sender_role: str
    reply_to: str
    phone: str
    is_not_in_sales: bool
    reads_every_answer: bool
    campaign_public_id: str
    reminders_at_most: int
    words: MailWords
    """The campaign's own words for this mail, or ours."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What a reminder says besides."""

    when_asked: str
    """Begins a sentence: "Last week"."""
    is_last: bool
    """No other mail about it follows, and the mail says so."""


def sender_of(campaign: Campaign) -> Sender:
    """Who asks for a campaign."""
    return Sender(
        name=campaign.sender_name,
        role=campaign.sender_role,
        reply_to=campaign.reply_to,
        phone=campaign.phone,
        is_not_in_sales=campaign.sender_is_not_in_sales,
        reads_every_answer=campaign.sender_reads_every_answer,
        campaign_public_id=campaign.public_id,
    )


def asked_by(
    invitation: ToAsk,
    document: Document,
    sender: Sender,
    *,
    to_address: str,
    company: str,
    words: MailWords,
) -> Asked:
    """What the mail says of an invitation. `document` is the invitation's version, read for the
    outcome in whose words it asks.
    """
    question = document.question(document.first)
    fields = {"company": company, "product": invitation.product or company}
    seller = invitation.seller_name
    return Asked(
        to_address=to_address,
        to_name=header_text(invitation.contact_name),
        asked_as=invitation.asked_as,
        product=header_text(invitation.product),
        when=span_in_words(invitation.opened_on, invitation.closed_on),
        seller_name="" if "@" in seller else header_text(seller),
        question=fill(say(question.label, {}), fields),
        choices=tuple(
            Choice(choice.key, fill(choice.label, fields))
            for choice in in_order(document, question, invitation.public_id)
        ),
        sender_name=header_text(sender.name),
        sender_role=header_text(sender.role),
        reply_to=sender.reply_to,
        phone=header_text(sender.phone),
        is_not_in_sales=sender.is_not_in_sales,
        reads_every_answer=sender.reads_every_answer,
        campaign_public_id=sender.campaign_public_id,
        reminders_at_most=invitation.reminders_at_most,
        words=words,
    )


def asked_again(reminder: Reminder, *, now: datetime) -> AskedAgain:
    """Read what a reminder that is written now says besides."""
    asked = reminder.invitation
    most = min(asked.reminders_at_most, asked.campaign.reminders)
    asked_at = asked.sent_at or asked.invited_at
    return AskedAgain(weeks_ago_in_words(asked_at.date(), now.date()), reminder.number >= most)


def invitation(stationery: Stationery, letterhead: Letterhead, asked: Asked, links: Links) -> Draft:
    """Ask one buyer about one deal, with the first question as links that only pre-select."""
    own = {"promise": _promise(asked)}
    how_often = _PROMISES[asked.reminders_at_most]
    return _to_buyer(stationery, letterhead, MailKind.INVITATION, asked, links, own, how_often)


def reminder(
    stationery: Stationery, letterhead: Letterhead, asked: Asked, again: AskedAgain, links: Links
) -> Draft:
    """Ask the same buyer again, shorter, with the same question and links of its own."""
    follows = _LAST if again.is_last else _ONCE_MORE
    own = {"promise": follows, "asked_when": again.when_asked}
    return _to_buyer(stationery, letterhead, MailKind.REMINDER, asked, links, own, how_often="")


def _to_buyer(
    stationery: Stationery,
    letterhead: Letterhead,
    kind: MailKind,
    asked: Asked,
    links: Links,
    own: Mapping[str, str],
    how_often: str,
) -> Draft:
    """A mail to a buyer: its words, then the question, its choices as links, who asks, and the way
    out, which are the same whatever the words say.
    """
    opt_out_url = f"{letterhead.base_url}/o/{links.opt_out}"
    answer_url = f"{letterhead.base_url}/s/{links.answer}"
    fields = {**_fields(asked, letterhead), **own}
    facts = letterhead.facts | {
        "own_subject": filled(asked.words.subject, fields),
        "paragraphs": paragraphs(asked.words.body, fields),
        "opt_out_url": opt_out_url,
        "choices": [
            {"label": choice.label, "href": f"{answer_url}?choice={choice.key}"}
            for choice in asked.choices
        ],
        "question": asked.question,
        "promise": how_often,
        "reason": _reason(asked, letterhead),
        **_sender(asked),
    }
    words = stationery.write(kind.value, facts)
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


def _fields(asked: Asked, letterhead: Letterhead) -> Mapping[str, str]:
    """What the fields of a mail's words stand for, on one line each."""
    company = header_text(letterhead.company)
    return {
        "first_name": first_name(asked.to_name),
        "product": asked.product or company,
        "when": asked.when,
        "seller_name": asked.seller_name,
        "company": company,
        "sender_name": asked.sender_name,
        "sender_role": asked.sender_role,
        "phone": asked.phone,
    }


def _promise(asked: Asked) -> str:
    """What nobody will do with an answer; who says it is not in sales only where that is true."""
    if asked.asked_as is Outcome.WON:
        return _NOT_A_SCORE
    who = "I am not in sales, and nobody" if asked.is_not_in_sales else "Nobody"
    return f"{who} will try to change your mind."


def _sender(asked: Asked) -> Mapping[str, object]:
    return {
        "sender_name": asked.sender_name,
        "sender_role": asked.sender_role,
        "phone": asked.phone,
        "reads_every_answer": asked.reads_every_answer,
    }


def _reason(asked: Asked, letterhead: Letterhead) -> str:
    """Why the buyer gets this mail, as the foot says it."""
    if asked.asked_as is Outcome.WON:
        return f"your company chose {asked.product or letterhead.company}"
    about = f" about {asked.product}" if asked.product else ""
    return f"you were in touch with {letterhead.company}{about}"
