"""A campaign’s mail before any buyer gets it: shown on a page, and sent to oneself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from survey.deals.models import Contact, Deal
from survey.deals.types import Outcome
from survey.invitations import emails
from survey.invitations.emails import AskedAgain
from survey.invitations.models import Campaign, Invitation
from survey.invitations.queries.asked import to_ask
from survey.invitations.queries.wordings import contact_to_try, wordings
from survey.invitations.rules.wording import words_for
from survey.invitations.types import Links, MailKind, MailWords
from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.queries import suppression_of
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending
from survey.questionnaires.documents import read_document
from survey.questionnaires.queries import current_version
from survey.team.queries import user_by_email

_GONE = "The campaign or its questionnaire is gone."
_NOBODY = "The user is gone or disabled, or the address is never to be mailed."
_AGAIN = AskedAgain(when_asked="Last week", is_last=True)


class TrialLetter:
    """Shows one of us a campaign's mail, with links that lead nowhere."""

    name = "Test"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        del now
        return {attempt.attempt_id: self._ready(session, attempt.message) for attempt in attempts}

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def shown(self, session: Session, message: Message) -> Draft | None:
        campaign = session.get(Campaign, subject_of(message))
        if campaign is None:
            return None
        kind, asked_as = MailKind(message.facts["kind"]), Outcome(message.facts["asked_as"])
        words = wordings(session, [campaign.id]).of(campaign, kind, asked_as)
        deal = session.get(Deal, message.facts["deal"]) if message.facts["deal"] else None
        draft = tried(
            session, self._paper, campaign, kind=kind, asked_as=asked_as, words=words, deal=deal
        )
        return _to_oneself(draft, message) if draft else None

    def _ready(self, session: Session, message: Message) -> Compose | Ending:
        user = user_by_email(session, message.to_address)
        barred = suppression_of(session, message.to_address) is not None
        if user is None or not user.is_active or barred:
            return Ending(AttemptOutcome.NOT_WANTED, _NOBODY)
        draft = self.shown(session, message)
        if draft is None:
            return Ending(AttemptOutcome.NOT_WANTED, _GONE)
        return lambda: replace(draft, to_name=user.name)


def tried(
    session: Session,
    paper: Paper,
    campaign: Campaign,
    *,
    kind: MailKind,
    asked_as: Outcome,
    words: MailWords,
    deal: Deal | None,
) -> Draft | None:
    """A campaign's mail in these words, as the buyer of that deal would read it, its tokens masked;
    of an example where no deal is given. None where the questionnaire cannot ask. Writes nothing.
    """
    version = current_version(session, campaign.questionnaire)
    if version is None or asked_as not in version.document["outcomes"]:
        return None
    document = read_document(version.document, asked_as)
    contact = contact_to_try(session, deal) if deal else None
    invitation = Invitation(
        public_id=campaign.public_id,
        campaign=campaign,
        deal=deal or Deal(product=next(iter(campaign.products), "")),
        contact=contact or Contact(name="Jane Doe", email="jane.doe@buyer.example"),
        asked_as=asked_as,
        reminders_at_most=campaign.reminders,
    )
    head = paper.letterhead(session)
    asked = emails.asked_by(
        to_ask(invitation),
        document,
        emails.sender_of(campaign),
        to_address=invitation.contact.email,
        company=head.company,
        words=words_for(words, kind=kind, asked_as=asked_as),
    )
    links = Links(answer=MASK, opt_out=MASK)
    if kind is MailKind.REMINDER:
        return emails.reminder(paper.stationery, head, asked, _AGAIN, links)
    return emails.invitation(paper.stationery, head, asked, links)


def _to_oneself(draft: Draft, message: Message) -> Draft:
    """The same mail to one of us: it says what it is, and no machine finds a list to leave."""
    return replace(
        draft,
        to_address=message.to_address,
        to_name="",
        subject=f"Test: {draft.subject}",
        list_id=None,
        opt_out_url=None,
        headers={"Auto-Submitted": "auto-generated"},
    )
