"""Thanks by mail: once, soon, only where the campaign wants it and only for what counts."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.queries.asked import find_by_token
from survey.invitations.types import LinkPurpose
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.jobs.thank import thank_waiting
from survey.kit.db import Database
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from survey.responses.models import Response
from survey.responses.types import Channel, Ended, ResponseState
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_invitation,
    make_response,
    make_version,
)
from tests.letters.mailbox import mails, text_of

NOW = MOMENT + timedelta(hours=1)


def answered(session: Session, *, sends_thanks: bool = True, **columns: Any) -> Response:
    """Jane's answer about Atlas, half an hour ago."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    deal = make_deal(session, product="Atlas")
    invitation = make_invitation(
        session,
        deal=deal,
        contact=make_contact(session, account=deal.account, name="Jane Doe", email="jane@b.test"),
        campaign=make_campaign(session, sends_thanks=sends_thanks),
        version=make_version(session, document=shipped_document("not_won")),
    )
    given = {"submitted_at": MOMENT + timedelta(minutes=30)}
    response = make_response(session, invitation=invitation, deal=deal, **given | columns)
    session.commit()
    return response


def test_thanks_come_once_with_a_link_that_opens_the_answer(
    desk: Desk, database: Database, session: Session, tmp_path: Path
):
    response = answered(session)

    decided = [thank_waiting(database, now=NOW) for _ in range(2)]
    delivered = deliver_due(desk)

    (mail,) = mails(tmp_path)
    token = text_of(mail).split("/s/")[1].split()[0]
    opened = find_by_token(session, token, purpose=LinkPurpose.ANSWER)
    assert (decided, delivered) == ([1, 0], Delivered(accepted=1))
    assert mail["To"].addresses[0].addr_spec == "jane@b.test"
    assert "Your answer is stored" in text_of(mail)
    assert opened is not None
    assert opened.id == response.invitation_id


@pytest.mark.parametrize(
    "columns",
    [
        {"sends_thanks": False},
        {"state": ResponseState.HELD},
        {"state": ResponseState.DELETED},
        {"channel": Channel.REPLY},
        {"ended": Ended.STILL_DECIDING},
        {"submitted_at": NOW - timedelta(hours=25)},
    ],
)
def test_nobody_is_thanked_for_that(database: Database, session: Session, columns: dict[str, Any]):
    answered(session, **columns)

    assert thank_waiting(database, now=NOW) == 0


def hold(response: Response) -> None:
    response.state = ResponseState.HELD


def delete(response: Response) -> None:
    response.state = ResponseState.DELETED


def close(response: Response) -> None:
    response.invitation.closes_at = NOW


def change_address(response: Response) -> None:
    response.invitation.contact.email = "jane.roe@b.test"


def stop_thanking(response: Response) -> None:
    response.invitation.campaign.sends_thanks = False


@pytest.mark.parametrize("meanwhile", [hold, delete, close, change_address, stop_thanking])
def test_what_changed_meanwhile_keeps_the_thanks_back(
    desk: Desk, database: Database, session: Session, meanwhile: Any
):
    response = answered(session)
    thank_waiting(database, now=NOW)
    meanwhile(response)
    session.commit()

    assert deliver_due(desk) == Delivered(cancelled=1)


def test_who_opted_out_is_not_thanked(desk: Desk, database: Database, session: Session):
    answered(session)
    thank_waiting(database, now=NOW)
    suppress(session, "Jane@B.test", reason=SuppressionReason.OPTED_OUT, now=NOW)
    session.commit()

    assert deliver_due(desk) == Delivered(cancelled=1)
    assert session.scalars(select(Message.state_reason)).one()
