"""The mail that asks a buyer, from the outbox to the mailbox, and what keeps it back."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import Invitation, Link
from survey.invitations.queries.asked import find_by_token
from survey.invitations.types import LinkPurpose
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import Desk
from survey.kit.db import Database
from survey.kit.tokens import digest
from survey.mail.actions.outbox import enqueue
from survey.mail.actions.suppressions import suppress
from survey.mail.models import Message
from survey.mail.types import SuppressionReason
from survey.questionnaires.documents import shipped_document
from tests.factories import (
    MOMENT,
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_hold,
    make_invitation,
    make_response,
    make_version,
)
from tests.letters.mailbox import mails, text_of
from tests.privacy.world import kept_of

NOW = MOMENT + timedelta(hours=1)


def ask_jane(session: Session, **of_deal: Any) -> Invitation:
    """An invitation whose mail waits in the outbox."""
    make_company(session, name="Northwind", postal_address="Kade 12\nAmsterdam")
    facts = {"outcome": Outcome.LOST, "closed_on": date(2026, 9, 20), "product": "Atlas"}
    deal = make_deal(session, **facts | of_deal)
    jane = make_contact(session, account=deal.account, name="Jane Doe", email="jane@buyer.example")
    make_deal_contact(session, deal=deal, contact=jane, is_decider=True)
    invitation = make_invitation(
        session,
        deal=deal,
        contact=jane,
        campaign=make_campaign(session),
        version=make_version(session, document=shipped_document("not_won")),
        sent_at=None,
    )
    enqueue(
        session,
        key=f"invitation:{invitation.public_id}:1",
        kind="invitation",
        subject_id=invitation.id,
        to_address=jane.email,
        now=MOMENT,
    )
    return invitation


def test_an_invitation_arrives_with_links_that_open_it(
    desk: Desk, database: Database, tmp_path: Path
):
    with database.writing() as session:
        invitation = ask_jane(session)

    assert deliver_due(desk) == Delivered(accepted=1)

    (mail,) = mails(tmp_path)
    lines = text_of(mail).splitlines()
    token = next(line for line in lines if "?choice=" in line).split("/s/")[1].split("?")[0]
    opt_out = next(line for line in lines if "/o/" in line).split("/o/")[1]
    assert mail["To"].addresses[0].addr_spec == "jane@buyer.example"
    assert mail["Subject"] == "Your Atlas decision: what can we learn?"
    with database.reading() as session:
        answered = find_by_token(session, token, purpose=LinkPurpose.ANSWER)
        refused = find_by_token(session, token, purpose=LinkPurpose.OPT_OUT)
        opted_out = find_by_token(session, opt_out, purpose=LinkPurpose.OPT_OUT)
    assert answered is not None
    assert answered.id == invitation.id
    assert answered.sent_at == NOW
    assert opted_out is not None
    assert refused is None


def test_no_token_and_no_body_is_kept(desk: Desk, database: Database, tmp_path: Path):
    with database.writing() as session:
        ask_jane(session)
    deliver_due(desk)
    (mail,) = mails(tmp_path)
    text = text_of(mail)
    tokens = [text.split(f"/{door}/")[1].split()[0].split("?")[0] for door in "so"]

    with database.reading() as session:
        links = session.scalars(select(Link)).all()
        kept = kept_of(session, [*tokens, "what decided your choice about Atlas"])

    assert kept == []
    assert {link.token_digest for link in links} == {digest(token) for token in tokens}
    assert {link.purpose for link in links} == set(LinkPurpose)


def reopen(session: Session, invitation: Invitation) -> None:
    invitation.deal.outcome = Outcome.OPEN


def hold(session: Session, invitation: Invitation) -> None:
    make_hold(session, deal=invitation.deal)


def open_another_deal(session: Session, invitation: Invitation) -> None:
    account = invitation.deal.account
    make_deal(session, account=account, outcome=Outcome.OPEN, closed_on=None)


def suppress_jane(session: Session, _invitation: Invitation) -> None:
    suppress(session, "Jane@Buyer.example", reason=SuppressionReason.OPTED_OUT, now=NOW)


def take_consent_back(session: Session, invitation: Invitation) -> None:
    invitation.contact.may_ask = False


def change_address(session: Session, invitation: Invitation) -> None:
    invitation.contact.email = "jane.roe@buyer.example"


def answer(session: Session, invitation: Invitation) -> None:
    make_response(session, invitation=invitation, deal=invitation.deal)


def close(session: Session, invitation: Invitation) -> None:
    invitation.closes_at = NOW


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (reopen, "The deal is still open."),
        (hold, "Somebody asked us to hold, and said why."),
        (open_another_deal, "Another deal with the same account is still open."),
        (suppress_jane, "This person asked not to be written to."),
        (take_consent_back, "This contact may not be asked."),
        (change_address, "The deal has another contact or address than when it was planned."),
        (answer, "The buyer has answered already."),
        (close, "The time to answer has passed."),
    ],
)
def test_what_changed_meanwhile_keeps_the_mail_back(
    desk: Desk, database: Database, tmp_path: Path, meanwhile: Any, reason: str
):
    with database.writing() as session:
        invitation = ask_jane(session)
        meanwhile(session, invitation)

    assert deliver_due(desk) == Delivered(cancelled=1)

    assert mails(tmp_path) == []
    with database.reading() as session:
        assert session.scalars(select(Message.state_reason)).one() == reason
        assert session.scalars(select(Link)).all() == []
