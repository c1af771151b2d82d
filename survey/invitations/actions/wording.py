"""A campaign says its mails in its own words, and tries them on oneself."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.models import Campaign, Wording
from survey.invitations.queries.wordings import wording_of
from survey.invitations.rules.wording import check_words, own_part
from survey.invitations.types import MailKind, MailWords
from survey.kit.errors import SurveyError
from survey.kit.ids import new_public_id
from survey.mail.actions.outbox import enqueue
from survey.mail.models import Message
from survey.mail.queries import count_queued, suppression_of
from survey.team.models import User

TEST_MAIL = "test"
"""The kind of message that shows one of us a campaign's mail; its subject is the campaign."""
_TESTS = 5
_WITHIN = timedelta(minutes=10)


class WordsDoNotFit(SurveyError):
    """A campaign's own words hold what no mail may hold."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
        """"subject" or "body" → what is wrong with it."""


class TooManyTests(SurveyError):
    """Somebody sent themselves test after test."""


class AddressSuppressed(SurveyError):
    """A mail was to be tried on an address that is never to be mailed."""


def reword(
    session: Session,
    campaign: Campaign,
    *,
    kind: MailKind,
    asked_as: Outcome,
    words: MailWords,
    actor: Actor,
    now: datetime,
) -> None:
    """Say one of the campaign's mails in these words from now on. A part that is empty, or just
    what we say, is ours. Raises `WordsDoNotFit`.
    """
    own = own_part(words, kind=kind, asked_as=asked_as)
    if problems := check_words(own, kind=kind):
        raise WordsDoNotFit(problems)
    known = wording_of(session, campaign, kind=kind, asked_as=asked_as)
    if own == MailWords():
        if known is not None:
            session.delete(known)
    else:
        known = known or Wording(campaign=campaign, kind=kind, asked_as=asked_as)
        known.subject, known.body, known.changed_at = own.subject, own.body, now
        session.add(known)
    session.flush()
    subject = Subject("campaign", campaign.id)
    record(session, actor, "mail_reworded", subject, now=now, mail=f"{kind} {asked_as}")


def send_test(
    session: Session,
    campaign: Campaign,
    *,
    kind: MailKind,
    asked_as: Outcome,
    deal: Deal | None,
    to: User,
    now: datetime,
) -> Message:
    """Send one of us, and nobody else, a campaign’s mail as the deal’s buyer would read it; its
    links lead nowhere. Raises `TooManyTests`, `AddressSuppressed`.
    """
    if suppression_of(session, to.email) is not None:
        raise AddressSuppressed("Your address is on the list of addresses never to mail.")
    if count_queued(session, kind=TEST_MAIL, to_address=to.email, since=now - _WITHIN) >= _TESTS:
        raise TooManyTests("That were five tests in ten minutes. Please wait a little.")
    return enqueue(
        session,
        key=f"{TEST_MAIL}:{new_public_id()}",
        kind=TEST_MAIL,
        subject_id=campaign.id,
        facts={"kind": kind, "asked_as": asked_as, "deal": deal.id if deal else None},
        to_address=to.email,
        now=now,
    )
