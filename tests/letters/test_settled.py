"""A buyer who answers or declines between claim and sending is not asked any more."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation, Reminder
from survey.invitations.types import DeclineReason, SkipReason
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.letters.settled import settled_since_claimed
from survey.mail.actions.outbox import claim_due, enqueue
from survey.mail.models import Message
from survey.mail.types import AttemptOutcome, Draft, Ending, MessageState
from survey.questionnaires.documents import shipped_document
from tests.databases import queries_counted
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_reminder,
    make_response,
    make_version,
)

NOW = MOMENT + timedelta(hours=1)
MANY = 40
"""More than are begun at once, so that the last waits claimed while the first is sent."""


@dataclass
class Postbox:
    """Takes every mail, and lets something happen while the first is with it."""

    meanwhile: Callable[[], None] = lambda: None
    taken: list[str] = field(default_factory=list)
    name: str = "postbox"

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        if not self.taken:
            self.meanwhile()
        self.taken.append(draft.to_address)
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=attempt_id)


def queue(session: Session, kind: str, number: int, address: str) -> None:
    key = f"{kind}:{number}"
    enqueue(session, key=key, kind=kind, subject_id=number, to_address=address, now=MOMENT)


def ask(session: Session, count: int) -> list[Invitation]:
    """So many invitations whose mails wait in the outbox."""
    make_company(session)
    campaign = make_campaign(session, sender_is_not_in_sales=True)
    document = shipped_document("not_won")
    version = make_version(session, questionnaire=campaign.questionnaire, document=document)
    asked = []
    for _ in range(count):
        part = make_deal_contact(session, deal=make_deal(session))
        invitation = make_invitation(
            session,
            campaign=campaign,
            version=version,
            deal=part.deal,
            contact=part.contact,
            sent_at=None,
        )
        queue(session, "invitation", invitation.id, part.contact.email)
        asked.append(invitation)
    return asked


def remind(session: Session, count: int) -> list[Invitation]:
    """So many reminders whose mails wait in the outbox."""
    asked = ask(session, count)
    for message in session.scalars(select(Message)):
        session.delete(message)
    for invitation in asked:
        invitation.sent_at = NOW - timedelta(days=8)
        reminder = make_reminder(session, invitation=invitation, sent_at=None)
        queue(session, "reminder", reminder.id, invitation.contact.email)
    return asked


def answer(session: Session, invitation: Invitation) -> None:
    make_response(session, invitation=session.get_one(Invitation, invitation.id))


def decline(session: Session, invitation: Invitation) -> None:
    declined = session.get_one(Invitation, invitation.id)
    declined.declined_at, declined.decline_reason = NOW, DeclineReason.NO_TIME


@pytest.mark.parametrize("waiting", [ask, remind])
@pytest.mark.parametrize(
    ("act", "reason"), [(answer, SkipReason.ANSWERED), (decline, SkipReason.DECLINED)]
)
def test_who_answers_or_declines_while_others_are_sent_is_not_asked(
    desk: Desk,
    database: Database,
    waiting: Callable[[Session, int], list[Invitation]],
    act: Callable[[Session, Invitation], None],
    reason: SkipReason,
) -> None:
    with database.writing() as session:
        last = waiting(session, MANY)[-1]
        address = last.contact.email

    def meanwhile() -> None:
        with database.writing() as session:
            act(session, last)

    postbox = Postbox(meanwhile)
    delivered = deliver_due(replace(desk, provider=postbox, threads=1, now=lambda: NOW))

    assert (delivered.accepted, delivered.cancelled) == (MANY - 1, 1)
    assert address not in postbox.taken
    with database.reading() as session:
        kept = session.scalars(select(Message).where(Message.to_address == address)).one()
        assert (kept.state, kept.state_reason) == (MessageState.CANCELLED, reason.sentence)


def test_many_are_looked_at_in_one_question(database: Database, session: Session) -> None:
    asked = ask(session, 3)
    make_response(session, invitation=asked[1])
    session.add(Reminder(invitation=asked[0], number=1, reminded_at=NOW))
    attempts = claim_due(session, provider="postbox", limit=10, now=NOW)
    by_subject = {attempt.message.subject_id: attempt for attempt in attempts}
    claimed = [by_subject[invitation.id] for invitation in asked]
    session.commit()

    with queries_counted(database) as counted:
        settled = settled_since_claimed(session, claimed)

    assert settled == [claimed[1]]
    assert len(counted) == 1
    assert settled_since_claimed(session, []) == []
