"""The mails that ask a buyer about a deal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from survey.invitations import emails
from survey.invitations.actions import inviting
from survey.invitations.actions.links import mint_links_of_all
from survey.invitations.emails import Asked
from survey.invitations.models import Invitation
from survey.invitations.queries.asked import ToAsk, to_send
from survey.invitations.queries.plans import at_claim
from survey.invitations.queries.wordings import Wordings, wordings
from survey.invitations.types import Links, MailKind, SkipReason
from survey.invitations.verdicts import Wait
from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.rendering import Stationery
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending, Letterhead
from survey.questionnaires.queries import document_of
from survey.responses.queries import answered_among

_GONE = "The invitation is gone."
_CLOSED = "The time to answer has passed."
_NIGHT = "It waits for the working hours of its reader."
_KIND = MailKind.INVITATION


class InvitationLetter:
    """Asks one buyer about one deal."""

    name = "Invitation"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        found = to_send(session, [subject_of(attempt.message) for attempt in attempts])
        held_back = _held_back(session, attempts, found, now=now)
        wanted = [attempt for attempt in attempts if attempt.attempt_id not in held_back]
        return {**held_back, **self._composed(session, wanted, found, now=now)}

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        inviting.note_sent(session, subjects, now=now)

    def shown(self, session: Session, message: Message) -> Draft | None:
        number = subject_of(message)
        invitation = to_send(session, [number]).get(number)
        if invitation is None:
            return None
        head = self._paper.letterhead(session)
        said = wordings(session, [invitation.campaign.id])
        tell = telling(session, invitation, message, _KIND, said, company=head.company)
        return _written(self._paper.stationery, head, tell, Links(answer=MASK, opt_out=MASK))

    def _composed(
        self,
        session: Session,
        attempts: Sequence[Claimed],
        found: Mapping[int, ToAsk],
        *,
        now: datetime,
    ) -> dict[str, Compose]:
        if not attempts:
            return {}
        head = self._paper.letterhead(session)
        invitations = [found[subject_of(attempt.message)] for attempt in attempts]
        said = wordings(session, {invitation.campaign.id for invitation in invitations})
        told = [
            telling(session, invitation, attempt.message, _KIND, said, company=head.company)
            for invitation, attempt in zip(invitations, attempts, strict=True)
        ]
        keys = [attempt.attempt_id for attempt in attempts]
        carried = [(each.id, key) for each, key in zip(invitations, keys, strict=True)]
        links = mint_links_of_all(session, carried, now=now)
        return {
            key: partial(_written, self._paper.stationery, head, tell, minted)
            for key, tell, minted in zip(keys, told, links, strict=True)
        }


def telling(
    session: Session,
    invitation: ToAsk,
    message: Message,
    kind: MailKind,
    said: Wordings,
    *,
    company: str,
) -> Callable[[], Asked]:
    """What tells, once it is called, what a mail of this kind says of the invitation, in its
    campaign's words. Whoever renders the mail calls it: nobody waits for that to write.
    """
    return partial(
        emails.asked_by,
        invitation,
        document_of(session, invitation.version_id, invitation.asked_as),
        emails.sender_of(invitation.campaign),
        to_address=message.to_address,
        company=company,
        words=said.of(invitation.campaign, kind, invitation.asked_as),
    )


def _written(
    stationery: Stationery, head: Letterhead, tell: Callable[[], Asked], links: Links
) -> Draft:
    return emails.invitation(stationery, head, tell(), links)


def not_wanted(reason: str) -> Ending:
    """It never leaves, and why."""
    return Ending(AttemptOutcome.NOT_WANTED, reason)


def waiting(wait: Wait) -> Ending:
    """Back to the queue until its reader is at work."""
    return Ending(AttemptOutcome.TRY_LATER, _NIGHT, not_before=wait.until)


def _held_back(
    session: Session,
    attempts: Sequence[Claimed],
    found: Mapping[int, ToAsk],
    *,
    now: datetime,
) -> dict[str, Ending]:
    """Attempt id → how it ends because its mail should not leave, ever or at this hour; an
    invitation that should not be made any more is cancelled.
    """
    addressed = [
        (found[number], attempt.message.to_address)
        for attempt in attempts
        if (number := subject_of(attempt.message)) in found
    ]
    verdicts = at_claim(session, addressed, now=now)
    answered = answered_among(session, list(found))
    endings = {}
    for attempt in attempts:
        number = subject_of(attempt.message)
        verdict = verdicts.get(number)
        if number not in found:
            endings[attempt.attempt_id] = not_wanted(_GONE)
        elif number in answered:
            endings[attempt.attempt_id] = not_wanted(SkipReason.ANSWERED.sentence)
        elif found[number].declined_at is not None:
            endings[attempt.attempt_id] = not_wanted(SkipReason.DECLINED.sentence)
        elif isinstance(verdict, SkipReason):
            invitation = session.get_one(Invitation, number)
            inviting.cancel_invitation(session, invitation, reason=verdict, now=now)
            endings[attempt.attempt_id] = not_wanted(verdict.sentence)
        elif found[number].closes_at <= now:
            endings[attempt.attempt_id] = not_wanted(_CLOSED)
        elif isinstance(verdict, Wait):
            endings[attempt.attempt_id] = waiting(verdict)
    return endings
