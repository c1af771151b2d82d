"""The mail that thanks a buyer for an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from survey.company.queries import the_company
from survey.invitations.actions.links import mint_links
from survey.invitations.types import Links
from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.queries import suppression_of
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending
from survey.questionnaires.queries import document_of
from survey.responses import emails
from survey.responses.emails import Thanked
from survey.responses.models import Response
from survey.responses.queries import answers_of, to_thank_for
from survey.responses.rules import may_thank

_GONE = "The answer is gone, is held, or its link has closed."
_OTHER_ADDRESS = "The contact has another address than when it was planned."
_NO_THANKS = "The campaign thanks nobody any more."
_SUPPRESSED = "This address is on the list of addresses never to mail."


class ThanksLetter:
    """Thanks one buyer for the answer that counts, with the link to change or delete it."""

    name = "Thank-you"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        return {attempt.attempt_id: self._ready(session, attempt, now=now) for attempt in attempts}

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def shown(self, session: Session, message: Message) -> Draft | None:
        response = to_thank_for(session, subject_of(message))
        if response is None:
            return None
        thanked = self._thanked(session, response, message)
        links = Links(answer=MASK, opt_out=MASK)
        head = self._paper.letterhead(session)
        return emails.thanks(self._paper.stationery, head, thanked, links)

    def _ready(self, session: Session, attempt: Claimed, *, now: datetime) -> Compose | Ending:
        message = attempt.message
        response = to_thank_for(session, subject_of(message))
        if response is None:
            return Ending(AttemptOutcome.NOT_WANTED, _GONE)
        if reason := _reason_against(session, response, message, now=now):
            return Ending(AttemptOutcome.NOT_WANTED, reason)
        thanked = self._thanked(session, response, message)
        links = mint_links(session, response.invitation, attempt_id=attempt.attempt_id, now=now)
        head = self._paper.letterhead(session)
        return partial(emails.thanks, self._paper.stationery, head, thanked, links)

    def _thanked(self, session: Session, response: Response, message: Message) -> Thanked:
        invitation = response.invitation
        document = document_of(session, invitation.version_id, invitation.asked_as)
        return emails.thanked_for(
            invitation,
            document,
            answers_of(session, response, document),
            to_address=message.to_address,
            company=the_company(session),
        )


def _reason_against(
    session: Session, response: Response, message: Message, *, now: datetime
) -> str:
    """Why the mail should not leave any more; empty where it should."""
    invitation = response.invitation
    if not invitation.campaign.sends_thanks:
        return _NO_THANKS
    if not may_thank(response.state, response.channel, response.ended):
        return _GONE
    if invitation.closes_at <= now:
        return _GONE
    if invitation.contact.email != message.to_address:
        return _OTHER_ADDRESS
    return _SUPPRESSED if suppression_of(session, message.to_address) else ""
