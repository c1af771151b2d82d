"""The mail that asks a buyer again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from survey.invitations import emails
from survey.invitations.actions import reminding
from survey.invitations.actions.links import mint_links_of_all
from survey.invitations.emails import Asked, AskedAgain
from survey.invitations.models import Reminder
from survey.invitations.queries.asked import to_ask
from survey.invitations.queries.reminders import reminders_at_claim, reminders_to_send
from survey.invitations.queries.wordings import wordings
from survey.invitations.types import Links, MailKind, SkipReason
from survey.invitations.verdicts import Wait
from survey.letters.asking import not_wanted, telling, waiting
from survey.letters.letter import MASK, Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.rendering import Stationery
from survey.mail.types import Compose, Draft, Ending, Letterhead
from survey.responses.queries import answered

_GONE = "The reminder is gone."
_KIND = MailKind.REMINDER


class ReminderLetter:
    """Asks one buyer again about one deal."""

    name = "Reminder"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        found = reminders_to_send(session, [subject_of(attempt.message) for attempt in attempts])
        held_back = _held_back(session, attempts, found, now=now)
        wanted = [attempt for attempt in attempts if attempt.attempt_id not in held_back]
        return {**held_back, **self._composed(session, wanted, found, now=now)}

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        reminding.note_reminded(session, subjects, now=now)

    def shown(self, session: Session, message: Message) -> Draft | None:
        number = subject_of(message)
        reminder = reminders_to_send(session, [number]).get(number)
        if reminder is None:
            return None
        head = self._paper.letterhead(session)
        invitation = reminder.invitation
        said = wordings(session, [invitation.campaign_id])
        tell = telling(session, to_ask(invitation), message, _KIND, said, company=head.company)
        again = emails.asked_again(reminder, now=reminder.sent_at or reminder.reminded_at)
        links = Links(answer=MASK, opt_out=MASK)
        return _written(self._paper.stationery, head, tell, again, links)

    def _composed(
        self,
        session: Session,
        attempts: Sequence[Claimed],
        found: Mapping[int, Reminder],
        *,
        now: datetime,
    ) -> dict[str, Compose]:
        if not attempts:
            return {}
        head = self._paper.letterhead(session)
        keys = [attempt.attempt_id for attempt in attempts]
        reminders = [found[subject_of(attempt.message)] for attempt in attempts]
        carried = [(each.invitation_id, key) for each, key in zip(reminders, keys, strict=True)]
        links = mint_links_of_all(session, carried, now=now)
        said = wordings(session, {each.invitation.campaign_id for each in reminders})
        composed: dict[str, Compose] = {}
        for attempt, reminder, minted in zip(attempts, reminders, links, strict=True):
            about, message = to_ask(reminder.invitation), attempt.message
            tell = telling(session, about, message, _KIND, said, company=head.company)
            again = emails.asked_again(reminder, now=now)
            if again.is_last:
                reminding.promise_no_more(reminder.invitation, number=reminder.number)
            composed[attempt.attempt_id] = partial(
                _written, self._paper.stationery, head, tell, again, minted
            )
        return composed


def _written(
    stationery: Stationery,
    head: Letterhead,
    tell: Callable[[], Asked],
    again: AskedAgain,
    links: Links,
) -> Draft:
    return emails.reminder(stationery, head, tell(), again, links)


def _held_back(
    session: Session,
    attempts: Sequence[Claimed],
    found: Mapping[int, Reminder],
    *,
    now: datetime,
) -> dict[str, Ending]:
    """Attempt id → how it ends because its mail should not leave, ever or at this hour; a reminder
    that should not be made any more is cancelled.
    """
    addressed = [
        (found[number], attempt.message.to_address)
        for attempt in attempts
        if (number := subject_of(attempt.message)) in found
    ]
    verdicts = reminders_at_claim(session, addressed, answered=answered(), now=now)
    endings = {}
    for attempt in attempts:
        number = subject_of(attempt.message)
        verdict = verdicts.get(number)
        if number not in found:
            endings[attempt.attempt_id] = not_wanted(_GONE)
        elif isinstance(verdict, SkipReason):
            reminding.cancel_reminder(session, found[number], reason=verdict, now=now)
            endings[attempt.attempt_id] = not_wanted(verdict.sentence)
        elif isinstance(verdict, Wait):
            endings[attempt.attempt_id] = waiting(verdict)
    return endings
