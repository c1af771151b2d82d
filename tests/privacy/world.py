"""Anna Berg, of whom everything is held that can be held, and what is left of her anywhere."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, ActorKind, Subject
from survey.invitations.models import Invitation
from survey.kit.db import Base
from survey.mail.actions.settling import drop
from survey.mail.rules import address_digest
from survey.mail.types import AttemptOutcome
from survey.privacy.ledger import Ledger
from survey.responses.models import Response
from survey.taxonomy.models import Reason
from tests.factories import (
    make_account,
    make_answer,
    make_attempt,
    make_coding,
    make_contact,
    make_deal,
    make_deal_contact,
    make_draft,
    make_erasure_request,
    make_hold,
    make_invitation,
    make_link,
    make_message,
    make_receipt,
    make_referral,
    make_reminder,
    make_response,
    make_revision,
    make_settlement,
    make_suppression,
    make_visit,
)

ADDRESS = "anna.berg@buyer.example"
NAME = "Anna Berg"
TAGGED = "anna.berg+deals@buyer.example"
WORDS = "Zeppelin"
"""A word of hers in everything that she wrote."""
COLLEAGUE = "Quentin"
LEFT_OF_HER = ("anna.berg", "anna berg", "zeppelin", "quentin", "evaluator")
STAFF = Actor(ActorKind.USER, 1, "k3v9")
SECRET = "a secret of the tests, long enough to be one"


@dataclass(frozen=True)
class Held:
    """What of her the tests look at again."""

    invitation: Invitation
    response: Response
    reason: Reason


def ledger_in(folder: Path, secret: str = SECRET, *fallbacks: str) -> Ledger:
    return Ledger(folder / "survey.ledger", [secret, *fallbacks])


def make_everything(session: Session, moment: datetime) -> Held:
    """One deal that she answered about, one that she began to, and all mails of both."""
    account = make_account(session, name="Orchard Foods")
    contact = make_contact(session, account=account, email=ADDRESS, name=NAME, locale="en")
    tagged = make_contact(session, account=account, email=TAGGED, name=NAME)
    held = _make_answered(session, contact, moment)
    began = make_invitation(session, deal=held.invitation.deal, contact=tagged)
    make_draft(session, invitation=began, answers={"different": f"{WORDS}, half-way"}, screen="2")
    make_mails(session, held, moment)
    elsewhere = make_invitation(session)
    make_referral(session, invitation=elsewhere, name=NAME, email=ADDRESS)
    make_erasure_request(session, contact=contact)
    session.flush()
    return held


def _make_answered(session: Session, contact: Any, moment: datetime) -> Held:
    deal = make_deal(
        session,
        account=contact.account,
        name=f"Planner for {NAME}",
        crm_reason=f"{NAME.upper()} ({ADDRESS}) found it dear.",
    )
    make_deal_contact(session, deal=deal, contact=contact, role="Evaluator", is_decider=True)
    make_hold(session, deal=deal, reason=f"I am still talking to {NAME}.")
    invitation = make_invitation(session, deal=deal, contact=contact)
    make_visit(session, link=make_link(session, invitation=invitation, token="hers"))
    make_referral(session, invitation=invitation, name=COLLEAGUE, email="quentin@buyer.example")
    response = make_response(session, invitation=invitation, may_ask_back=True)
    make_answer(session, response=response, text=f"{WORDS} was quicker.")
    make_answer(
        session, response=response, question_key="weighed", choice_key="price", text=f"{WORDS}!"
    )
    make_revision(session, response=response, answers={"different": f"{WORDS}, I think"})
    coding = make_coding(
        session, response=response, question_key="different", quote=f"{WORDS} was quicker"
    )
    return Held(invitation, response, coding.reason)


def make_mails(session: Session, held: Held, moment: datetime) -> None:
    """Delivered, dropped by hand, failed, uncertain, waiting, claimed, and under way."""
    reminder = make_reminder(session, invitation=held.invitation)
    delivered = make_message(session, to_address=ADDRESS, subject_id=held.invitation.id)
    tried = {"finished_at": moment, "detail": f"{NAME} is away"}
    make_attempt(session, message=delivered, outcome=AttemptOutcome.ACCEPTED, **tried)
    delivered.attempts_made = 1
    told = {"email": ADDRESS, "event": "delivered", "reason": f"250 for {NAME}"}
    make_receipt(session, message=delivered, address_digest=address_digest(ADDRESS), raw=dict(told))
    make_receipt(session, address_digest=address_digest(ADDRESS), raw=dict(told))
    dropped = make_message(session, to_address=ADDRESS)
    drop(session, dropped, reason=f"Not to {NAME}", now=moment)
    uncertain = make_message(session, to_address=ADDRESS, attempts_made=1, state="uncertain")
    make_attempt(session, message=uncertain, outcome=AttemptOutcome.MAY_HAVE_BEEN_SENT, **tried)
    make_settlement(session, message=delivered, reason=f"{NAME} called", after_attempts=0)
    make_message(session, to_address=TAGGED, kind="reminder", subject_id=reminder.id)
    lease = moment + timedelta(minutes=5)
    for started_at in (None, moment):
        claimed = make_message(
            session, to_address=ADDRESS, state="claimed", attempts_made=1, lease_until_at=lease
        )
        make_attempt(session, message=claimed, started_at=started_at)
    known = make_suppression(session, address=ADDRESS, note=f"{NAME} asked.")
    why = {"why": f"{NAME} changed her mind"}
    record(
        session, STAFF, "suppression_lifted", Subject("suppression", known.id), now=moment, **why
    )


def left_of_her(session: Session) -> list[str]:
    """Every value of any column of any table that still holds something of her."""
    return kept_of(session, LEFT_OF_HER)


def kept_of(session: Session, words: Collection[str]) -> list[str]:
    """Every value of any column of any table that holds one of these words, in any case."""
    session.flush()
    sought = [word.lower() for word in words]
    found = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(text(f"SELECT * FROM {table.name}")).mappings():  # noqa: S608
            for column, value in row.items():
                written = _written(value)
                if any(word in written for word in sought):
                    found.append(f"{table.name}.{column}: {written}")
    return found


def _written(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace").lower()
    return (json.dumps(value) if isinstance(value, dict | list) else str(value)).lower()
