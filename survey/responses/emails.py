"""The mail that thanks a buyer for an answer. It says what became of it, and sells nothing."""

from dataclasses import dataclass

from survey.company.models import Company
from survey.invitations.models import Invitation
from survey.invitations.queries.asked import fields_of
from survey.invitations.types import Links
from survey.mail.rendering import Stationery
from survey.mail.rules import header_text
from survey.mail.types import Draft, Letterhead
from survey.questionnaires.rules import fill, say
from survey.questionnaires.types import Answers, Document


@dataclass(frozen=True, slots=True)
class Thanked:
    """What the mail says of this buyer's answer. Nothing of what was answered is in it."""

    to_address: str
    to_name: str
    first_name: str
    product: str
    stored: str
    """That it is stored, and who can see it, in the questionnaire's words."""
    promise: str
    """What the sender will do with it; empty where nobody promised that."""
    date: str
    """The day until which it may be changed, in words."""
    sender_name: str
    sender_role: str
    reply_to: str
    phone: str
    campaign_public_id: str


def thanked_for(
    invitation: Invitation,
    document: Document,
    answers: Answers,
    *,
    to_address: str,
    company: Company,
) -> Thanked:
    """Read what the mail needs from an invitation, its questionnaire, and what was answered."""
    fields = {name: header_text(value) for name, value in fields_of(invitation, company).items()}
    campaign, phrases = invitation.campaign, document.phrases
    is_read = campaign.sender_reads_every_answer
    return Thanked(
        to_address=to_address,
        to_name=header_text(invitation.contact.name),
        first_name=fields["first_name"],
        product=fields["product"],
        stored=fill(say(phrases.stored, answers), fields),
        promise=fill(say(phrases.promise, answers), fields) if is_read else "",
        date=fields["date"],
        sender_name=fields["sender_name"],
        sender_role=fields["sender_role"],
        reply_to=campaign.reply_to,
        phone=fields["phone"],
        campaign_public_id=campaign.public_id,
    )


def thanks(stationery: Stationery, letterhead: Letterhead, thanked: Thanked, links: Links) -> Draft:
    """Thank one buyer, with the link that shows, changes or deletes the answer."""
    opt_out_url = f"{letterhead.base_url}/o/{links.opt_out}"
    facts = letterhead.facts | {
        "first_name": thanked.first_name,
        "product": thanked.product,
        "stored": thanked.stored,
        "promise": thanked.promise,
        "date": thanked.date,
        "answer_url": f"{letterhead.base_url}/s/{links.answer}",
        "opt_out_url": opt_out_url,
        "sender_name": thanked.sender_name,
        "sender_role": thanked.sender_role,
        "phone": thanked.phone,
    }
    words = stationery.write("thanks", facts)
    return Draft(
        to_address=thanked.to_address,
        to_name=thanked.to_name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_name=f"{thanked.sender_name}, {letterhead.company}",
        reply_to=thanked.reply_to,
        list_id=f"{thanked.campaign_public_id}.{letterhead.host}",
        opt_out_url=opt_out_url,
    )
