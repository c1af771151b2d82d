"""Erasing a person: nothing of them is left anywhere, and what was counted stays counted."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.coding.models import Coding
from survey.deals.models import Contact, DealContact
from survey.invitations.models import ErasureRequest, Link, Referral
from survey.invitations.types import ReferralState
from survey.kit.db import Base, Database
from survey.kit.tokens import digest
from survey.mail.actions.receipts import record_receipts
from survey.mail.models import Message, Receipt, Suppression
from survey.mail.queries import every_suppression, suppression_of
from survey.mail.types import MessageState, ProviderEvent, ReceiptKind, SuppressionReason
from survey.privacy.actions import erase_person
from survey.responses.models import Answer, PageVisit, Response, ResponseDraft
from tests.factories import make_contact, make_message, make_user
from tests.privacy.world import ADDRESS, LEFT_OF_HER, STAFF, ledger_in, left_of_her, make_everything

# What stays, counted by hand: rows of these tables are told to be only about her in her world.
COUNTED = (Response, Coding, Message, Receipt, PageVisit, Link, DealContact, ResponseDraft)


def counts(session: Session) -> dict[str, int]:
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in COUNTED
    }


def test_nothing_of_an_erased_person_is_left_in_any_column(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)
    before = {each.partition(":")[0] for each in left_of_her(session)}

    done = erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    # All that her world fills in: the search finds it where it stands.
    assert before >= {
        *("contact.email", "contact.name", "deal_contact.role", "deal.name", "deal.crm_reason"),
        *("hold.reason", "referral.name", "referral.email", "response_draft.answers"),
        *("answer.text", "response_revision.answers", "coding.quote", "message.to_address"),
        *("attempt.detail", "settlement.reason", "receipt.raw", "suppression.address"),
        *("suppression.note", "audit_entry.details", "message.state_reason"),
    }
    assert left_of_her(session) == []
    assert (done.contacts, done.mails, done.answers, done.codings) == (2, 6, 1, 1)


def test_what_was_counted_stays_counted(session: Session, moment: datetime, tmp_path: Path) -> None:
    held = make_everything(session, moment)
    before = counts(session)

    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    session.expire_all()
    assert counts(session) == before
    choices = session.scalars(select(Answer.choice_key)).all()
    assert choices == ["price"]
    assert session.scalars(select(Coding.reason_id)).all() == [held.reason.id]
    part = session.scalars(select(DealContact)).one()
    assert (part.is_decider, part.role) == (True, "")
    assert held.response.may_ask_back is False
    assert held.invitation.contact.is_erased and held.invitation.contact.may_ask is False


def test_erasing_drops_what_waits_and_keeps_how_mail_fared(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)

    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    session.expire_all()
    asked = select(Message).order_by(Message.id)
    states = [(m.state, m.state_reason) for m in session.scalars(asked)]
    gone = (MessageState.CANCELLED, "The person was erased.")
    assert states == [
        (MessageState.DELIVERED, ""),
        gone,  # dropped by hand before
        gone,  # uncertain
        gone,  # the reminder that waited
        gone,  # claimed, and not begun: the worker may not begin it now
        (MessageState.CLAIMED, ""),  # under way at this moment: how it ends is still recorded
    ]


def test_erasing_settles_the_request_and_the_colleague_they_named(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)
    manager = make_user(session)

    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment, by=manager)

    request = session.scalars(select(ErasureRequest)).one()
    assert (request.settled_at, request.settled_by) == (moment, manager)
    states = session.scalars(select(Referral.state)).all()
    assert states == [ReferralState.DISMISSED, ReferralState.DISMISSED]
    assert session.scalar(select(Link.id).where(Link.token_digest == digest("hers"))) is None
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "person_erased")).all()
    assert [entry.details for entry in told] == [{}, {}]


def test_erasing_twice_changes_nothing_more(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)
    ledger = ledger_in(tmp_path)
    erase_person(session, ADDRESS, ledger=ledger, actor=STAFF, now=moment)
    names = session.scalars(select(Contact.email).order_by(Contact.id)).all()

    again = erase_person(session, ADDRESS, ledger=ledger, actor=STAFF, now=moment)

    assert (again.contacts, again.mails, again.answers) == (0, 0, 0)
    assert session.scalars(select(Contact.email).order_by(Contact.id)).all() == names


def test_another_person_keeps_everything(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    other = make_contact(session, email="annabel.berg@buyer.example", name="Annabel Berg")
    mail = make_message(session, to_address=other.email)
    make_everything(session, moment)

    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    session.expire_all()
    assert (other.email, other.name) == ("annabel.berg@buyer.example", "Annabel Berg")
    assert (mail.to_address, mail.state) == (other.email, MessageState.QUEUED)


def test_a_receipt_that_comes_late_is_kept_without_the_address(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)
    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)
    event = ProviderEvent(
        kind=ReceiptKind.BOUNCED,
        digest="late",
        raw={"email": ADDRESS},
        happened_at=moment,
        address=ADDRESS,
        reason="Anna Berg left",
    )

    record_receipts(session, [event], provider="sendgrid", now=moment)

    assert left_of_her(session) == []


def test_the_list_knows_them_by_digest_alone(
    session: Session, moment: datetime, tmp_path: Path
) -> None:
    make_everything(session, moment)

    erase_person(session, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    known = suppression_of(session, "Anna.Berg+news@Buyer.example")
    assert known is not None
    assert (known.reason, known.address, known.note) == (SuppressionReason.ERASED, None, "")
    assert {each.reason for each in every_suppression(session)} == {SuppressionReason.ERASED}
    assert session.scalar(select(func.count(Suppression.id))) == 2  # hers, and nobody's


def test_an_erased_person_leaves_the_file_of_sqlite_too(
    database: Database, session: Session, moment: datetime, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL's vacuum does it in its time")
    make_everything(session, moment)
    session.commit()

    with database.writing() as writing:
        erase_person(writing, ADDRESS, ledger=ledger_in(tmp_path), actor=STAFF, now=moment)

    session.close()
    database.close()
    content = Path(str(database.url.database)).read_bytes().lower()
    assert [word for word in LEFT_OF_HER if word.encode() in content] == []


def test_every_column_that_may_hold_words_is_filled_in_her_world(
    session: Session, moment: datetime
) -> None:
    """A table added later stands here with its reason, or in `make_everything`."""
    make_everything(session, moment)
    filled = {each.partition(".")[0] for each in left_of_her(session)}
    not_about_buyers = {
        *("account", "competitor", "alternative", "company", "country_rule", "team", "staff_user"),
        *("taxonomy_release", "category", "reason", "reason_mapping", "questionnaire"),
        *("questionnaire_version", "campaign", "wording", "notice", "report", "supplier_name"),
        *("queue_stop", "queue_pause"),
    }
    only_numbers = {
        *("invitation", "reminder", "link", "visit", "response", "coded_response"),
        *("erasure_request", "reprieve"),
    }

    tables = set(Base.metadata.tables)
    assert tables - filled - not_about_buyers - only_numbers == set()
