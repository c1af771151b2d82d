"""However it becomes known that mails left, what they are about learns it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from survey.config import Settings
from survey.letters.kinds import letters_of
from survey.letters.leaving import note_left
from tests.factories import MOMENT, make_invitation, make_message


def test_an_invitation_learns_when_its_mail_left(session: Session, settings: Settings) -> None:
    invitation = make_invitation(session, sent_at=None)
    message = make_message(session, kind="invitation", subject_id=invitation.id)

    note_left(session, letters_of(settings), [message], now=MOMENT)

    session.refresh(invitation)
    assert invitation.sent_at == MOMENT


def test_an_invitation_noted_twice_keeps_the_first_moment(
    session: Session, settings: Settings
) -> None:
    invitation = make_invitation(session, sent_at=None)
    message = make_message(session, kind="invitation", subject_id=invitation.id)

    note_left(session, letters_of(settings), [message], now=MOMENT)
    note_left(session, letters_of(settings), [message], now=MOMENT + timedelta(hours=3))

    session.refresh(invitation)
    assert invitation.sent_at == MOMENT


def test_mails_of_several_kinds_are_noted_by_their_own(
    session: Session, settings: Settings
) -> None:
    first, second = make_invitation(session, sent_at=None), make_invitation(session, sent_at=None)
    messages = [
        make_message(session, kind="invitation", subject_id=first.id),
        make_message(session, kind="password_reset", subject_id=first.id),
        make_message(session, kind="of another version", subject_id=first.id),
        make_message(session, kind="invitation", subject_id=second.id),
    ]

    note_left(session, letters_of(settings), messages, now=MOMENT)

    session.refresh(first)
    session.refresh(second)
    assert [first.sent_at, second.sent_at] == [MOMENT, MOMENT]
