"""The mails that ask a buyer about a deal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from survey.invitations import emails, queries
from survey.invitations.actions import inviting
from survey.invitations.actions.links import mint_links_of_all
from survey.invitations.emails import Asked
from survey.invitations.models import Invitation
from survey.invitations.types import Links
from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Attempt, Message
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending
from survey.questionnaires.queries import document_of
from survey.responses.queries import answered_among

_GONE = "The invitation is gone."
_ANSWERED = "The buyer has answered already."
_CLOSED = "The time to answer has passed."


class InvitationLetter:
    """Asks one buyer about one deal."""

    name = "Invitation"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Attempt], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        found = queries.to_send(session, [subject_of(attempt.message) for attempt in attempts])
        reasons = _reasons_against(session, attempts, found, now=now)
        wanted = [attempt for attempt in attempts if attempt.attempt_id not in reasons]
        return {
            **{key: Ending(AttemptOutcome.NOT_WANTED, reason) for key, reason in reasons.items()},
            **self._composed(session, wanted, found, now=now),
        }

    def accepted(self, session: Session, messages: Sequence[Message], *, now: datetime) -> None:
        inviting.note_sent(session, [subject_of(message) for message in messages], now=now)

    def shown(self, session: Session, message: Message) -> Draft | None:
        number = subject_of(message)
        invitation = queries.to_send(session, [number]).get(number)
        if invitation is None:
            return None
        head = self._paper.letterhead(session)
        asked = _asked(session, invitation, message, company=head.company)
        links = Links(answer=MASK, opt_out=MASK)
        return emails.invitation(self._paper.stationery, head, asked, links)

    def _composed(
        self,
        session: Session,
        attempts: Sequence[Attempt],
        found: Mapping[int, Invitation],
        *,
        now: datetime,
    ) -> dict[str, Compose]:
        if not attempts:
            return {}
        head = self._paper.letterhead(session)
        invitations = [found[subject_of(attempt.message)] for attempt in attempts]
        asked = [
            _asked(session, invitation, attempt.message, company=head.company)
            for invitation, attempt in zip(invitations, attempts, strict=True)
        ]
        keys = [attempt.attempt_id for attempt in attempts]
        links = mint_links_of_all(session, list(zip(invitations, keys, strict=True)), now=now)
        return {
            key: partial(emails.invitation, self._paper.stationery, head, each, minted)
            for key, each, minted in zip(keys, asked, links, strict=True)
        }


def _asked(session: Session, invitation: Invitation, message: Message, *, company: str) -> Asked:
    return emails.asked_by(
        invitation,
        document_of(session, invitation.version_id, invitation.asked_as),
        to_address=message.to_address,
        company=company,
    )


def _reasons_against(
    session: Session,
    attempts: Sequence[Attempt],
    found: Mapping[int, Invitation],
    *,
    now: datetime,
) -> dict[str, str]:
    """Attempt id → why its mail should not leave any more; a skipped invitation is cancelled."""
    addressed = [
        (found[number], attempt.message.to_address)
        for attempt in attempts
        if (number := subject_of(attempt.message)) in found
    ]
    skipped = queries.not_wanted_any_more(session, addressed, now=now)
    answered = answered_among(session, list(found))
    reasons = {}
    for attempt in attempts:
        number = subject_of(attempt.message)
        if number not in found:
            reasons[attempt.attempt_id] = _GONE
        elif number in answered:
            reasons[attempt.attempt_id] = _ANSWERED
        elif (reason := skipped.get(number)) is not None:
            inviting.cancel_invitation(session, found[number], reason=reason, now=now)
            reasons[attempt.attempt_id] = reason.sentence
        elif found[number].closes_at <= now:
            reasons[attempt.attempt_id] = _CLOSED
    return reasons
