"""A mail is rendered by another thread, when the session that claimed it is long gone."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.mail.actions.outbox import claim_due
from survey.mail.types import Ending
from tests.letters.test_settled import NOW, ask, remind


@pytest.mark.parametrize(("kind", "waiting"), [("invitation", ask), ("reminder", remind)])
def test_a_mail_asks_nothing_of_the_session_that_claimed_it(
    desk: Desk,
    database: Database,
    kind: str,
    waiting: Callable[[Session, int], list[Invitation]],
) -> None:
    with database.writing() as session:
        (asked,) = waiting(session, 1)
        address, role = asked.contact.email, asked.campaign.sender_role
    with database.writing() as session:
        attempts = claim_due(session, provider="file", limit=1, now=NOW)
        (compose,) = desk.letters[kind].ready(session, attempts, now=NOW).values()
        session.expire_all()  # whoever asks one of its rows for something now is refused
    assert not isinstance(compose, Ending)

    draft = compose()

    assert draft.to_address == address
    assert role in draft.text
