"""The outbox: what stands in it, the switch, and what a person settles."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.invitations.models import Invitation
from survey.mail import queries
from survey.mail.types import AttemptOutcome, MessageState
from survey.questionnaires.documents import shipped_document
from survey.team.types import Role
from tests.factories import (
    MOMENT,
    make_attempt,
    make_company,
    make_invitation,
    make_message,
    make_queue_stop,
    make_version,
)
from tests.pages import CheckingClient, as_read

SignIn = Callable[..., object]


@pytest.fixture(autouse=True)
def company(session: Session) -> None:
    make_company(session, name="Northwind")


def asked(session: Session, **columns: object) -> str:
    version = make_version(session, document=shipped_document("not_won"))
    invitation = make_invitation(session, version=version, sent_at=None)
    facts = {"to_address": "jane@buyer.example", "subject_id": invitation.id}
    return make_message(session, **facts | columns).public_id


def test_outbox_lists_mails_with_state_and_reason(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    asked(session, state=MessageState.FAILED, state_reason="The provider refused the mail.")

    page = as_read(client.get("/outbox"))

    assert "jane@buyer.example" in page
    assert "The provider refused the mail." in page


def test_outbox_counts_the_mails_of_each_state(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    for state, count in {MessageState.FAILED: 2, MessageState.UNCERTAIN: 3}.items():
        for _ in range(count):
            make_message(session, state=state)

    page = BeautifulSoup(client.get("/outbox").text, "html.parser")

    counted = [stat.get_text(" ", strip=True) for stat in page.select("dl.stats .stat")]
    assert sorted(counted) == ["Failed 2", "Uncertain 3"]


def test_outbox_filters_by_state(client: CheckingClient, sign_in: SignIn, session: Session):
    sign_in(Role.MANAGER)
    make_message(session, to_address="waits@buyer.example")
    make_message(session, to_address="failed@buyer.example", state=MessageState.FAILED)

    page = as_read(client.get("/outbox?state=failed"))

    assert "failed@buyer.example" in page
    assert "waits@buyer.example" not in page


@pytest.mark.parametrize("address", ["/outbox?state=nonsense", "/outbox?page=nonsense"])
def test_outbox_knows_no_other_address(client: CheckingClient, sign_in: SignIn, address: str):
    sign_in(Role.MANAGER)

    assert client.get(address).status_code == 404


def test_outbox_says_that_and_why_mail_is_stopped(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    make_queue_stop(session, reason="The provider refused our key (401).")

    assert "The provider refused our key (401)." in client.get("/outbox").text


def test_stopping_and_releasing_is_kept_in_the_audit_trail(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)

    stopped = client.post("/outbox/stop")
    assert stopped.status_code == 303
    assert queries.queue_stop(session) is not None

    client.post("/outbox/release")
    assert queries.queue_stop(session) is None
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["mail_stopped", "mail_released"]


def test_release_wakes_the_worker(
    app: Flask, client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    make_queue_stop(session)

    client.post("/outbox/release")

    assert app.extensions["survey"].queue.waiting() == 1


def test_a_mail_is_shown_with_its_attempts_and_masked_links(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.ADMIN)
    public_id = asked(session)
    message = queries.find(session, public_id)
    make_attempt(
        session,
        message=message,
        outcome=AttemptOutcome.TRY_LATER,
        finished_at=MOMENT,
        detail="Too many mails at once (429).",
    )

    page = client.get(f"/outbox/{public_id}").text

    assert "Too many mails at once (429)." in page
    assert "/s/masked?choice=price" in page


def test_the_mails_html_has_a_policy_of_its_own(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.ADMIN)
    public_id = asked(session)

    answer = client.get(f"/outbox/{public_id}/html", unchecked="a mail as it was sent")

    policy = answer.headers["Content-Security-Policy"]
    assert "What weighed most in your decision?" in answer.text
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "'unsafe-inline'" not in policy


def test_an_uncertain_mail_is_settled_as_sent(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    public_id = asked(session, state=MessageState.UNCERTAIN)
    assert "Leave it: it was sent" in client.get(f"/outbox/{public_id}").text

    client.post(f"/outbox/{public_id}/count-as-sent")

    message = queries.find(session, public_id)
    assert message.state is MessageState.ACCEPTED
    assert session.get(Invitation, message.subject_id).sent_at is not None


def test_a_failed_mail_is_sent_again(client: CheckingClient, sign_in: SignIn, session: Session):
    sign_in(Role.MANAGER)
    public_id = asked(session, state=MessageState.FAILED)

    client.post(f"/outbox/{public_id}/send-again")

    assert queries.find(session, public_id).state is MessageState.QUEUED


def test_a_mail_that_left_cannot_be_sent_again(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    public_id = asked(session, state=MessageState.ACCEPTED)

    answer = client.post(f"/outbox/{public_id}/send-again", follow_redirects=True)

    assert "A mail that is accepted cannot be sent again." in answer.text
    assert queries.find(session, public_id).state is MessageState.ACCEPTED


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_the_outbox_is_for_those_who_run_campaigns(
    client: CheckingClient, sign_in: SignIn, role: Role
):
    sign_in(role)

    assert client.get("/outbox").status_code == 403
    assert client.post("/outbox/stop").status_code == 403


def test_an_unknown_mail_is_not_found(client: CheckingClient, sign_in: SignIn):
    sign_in(Role.ADMIN)

    assert client.get("/outbox/nothing").status_code == 404


def test_every_page_tells_admins_that_mail_is_stopped(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    make_queue_stop(session, reason="The provider refused our key (401).")

    for role, is_told in ((Role.ADMIN, True), (Role.MANAGER, True), (Role.VIEWER, False)):
        sign_in(role)
        assert ("The provider refused our key (401)." in client.get("/deals").text) is is_told


def test_outbox_finds_the_mails_to_one_address(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    asked(session)
    make_message(session, to_address="john@buyer.example")

    page = as_read(client.get("/outbox?find=JOHN@buyer.example"))

    assert "john@buyer.example</a>" in page
    assert "jane@buyer.example</a>" not in page


def test_outbox_finds_a_mail_by_the_message_id_of_a_bounce(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    public_id = asked(session)
    make_message(session, to_address="john@buyer.example")

    found = client.get("/outbox", query_string={"find": f"<{public_id}@northwind.example>"})
    page = as_read(found)

    assert "jane@buyer.example</a>" in page
    assert "john@buyer.example</a>" not in page


def test_outbox_finds_what_came_back(client: CheckingClient, sign_in: SignIn, session: Session):
    sign_in(Role.MANAGER)
    make_message(session, to_address="gone@buyer.example", bounced_at=MOMENT)
    make_message(session, to_address="here@buyer.example")

    page = as_read(client.get("/outbox?came_back=y"))

    assert "gone@buyer.example</a>" in page
    assert "here@buyer.example</a>" not in page


def test_a_waiting_mail_is_dropped_with_its_reason(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    public_id = asked(session)

    answer = client.post(f"/outbox/{public_id}/drop", follow_redirects=True)

    assert "The mail will not leave." in answer.text
    dropped = queries.find(session, public_id)
    assert (dropped.state, dropped.state_reason) == (
        MessageState.CANCELLED,
        "A person dropped it.",
    )
    assert session.scalars(select(AuditEntry.action)).all()[-1] == "mail_dropped"


def test_a_mail_that_came_back_is_noted_and_told(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    public_id = asked(session, state=MessageState.ACCEPTED)

    page = client.post(f"/outbox/{public_id}/came-back", follow_redirects=True).text

    assert "This address is not written to any more." in page
    assert queries.suppression_of(session, "jane@buyer.example") is not None
    assert "It came back" not in page


@pytest.mark.parametrize(
    ("button", "state", "action"),
    [
        ("send-again", MessageState.QUEUED, "mail_sent_again"),
        ("count-as-sent", MessageState.ACCEPTED, "mail_counted_as_sent"),
    ],
)
def test_one_mail_in_doubt_is_sent_again_or_left(
    client: CheckingClient,
    sign_in: SignIn,
    session: Session,
    button: str,
    state: MessageState,
    action: str,
):
    sign_in(Role.MANAGER)
    public_id = asked(session, state=MessageState.UNCERTAIN, attempts_made=1)
    message = queries.find(session, public_id)
    outcome = AttemptOutcome.MAY_HAVE_BEEN_SENT
    make_attempt(session, message=message, finished_at=MOMENT, outcome=outcome)

    page = as_read(client.get(f"/outbox/{public_id}"))
    client.post(f"/outbox/{public_id}/{button}")

    assert "may or may not have gone out" in page.lower()
    assert "Send it again" in page and "Leave it" in page
    assert f'action="/outbox/{public_id}/{button}"' in page
    session.refresh(message)
    assert message.state is state
    assert session.scalars(select(AuditEntry.action)).all()[-1] == action


def test_an_uncertain_hour_is_sent_again_in_one_press_once_its_receipts_prove_it(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    for outcome, state, count in (
        (AttemptOutcome.MAY_HAVE_BEEN_SENT, MessageState.UNCERTAIN, 2),
        (AttemptOutcome.ACCEPTED, MessageState.ACCEPTED, 5),
    ):
        for _ in range(count):
            message = make_message(
                session, state=state, attempts_made=1, receipts_heard=int(state == "accepted")
            )
            make_attempt(session, message=message, finished_at=MOMENT, outcome=outcome)

    page = client.get("/outbox").text
    answer = client.post(f"/outbox/hours/{MOMENT:%Y-%m-%dT%H}/send-again", follow_redirects=True)

    assert "5 of 5" in page
    assert "Send all 2 again" in page
    assert "In the queue again: 2." in answer.text
    assert queries.count_by_state(session)[MessageState.QUEUED] == 2


def test_an_uncertain_hour_is_left_in_one_press_and_its_invitations_count_as_sent(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    invitations = [make_invitation(session, sent_at=None) for _ in range(2)]
    for invitation in invitations:
        message = make_message(
            session, subject_id=invitation.id, state=MessageState.UNCERTAIN, attempts_made=1
        )
        outcome = AttemptOutcome.MAY_HAVE_BEEN_SENT
        make_attempt(session, message=message, finished_at=MOMENT, outcome=outcome)

    page = client.get("/outbox").text
    link = f"/outbox/hours/{MOMENT:%Y-%m-%dT%H}/leave"
    answers = [client.post(link, follow_redirects=True).text for _ in range(2)]

    assert "Leave all 2" in page and "Send all" not in page
    assert "counted as sent: 2." in answers[0] and "counted as sent: 0." in answers[1]
    assert "Leave all" not in answers[0]
    assert queries.count_by_state(session)[MessageState.ACCEPTED] == 2
    assert all(invitation.sent_at is not None for invitation in invitations)
    assert client.post("/outbox/hours/nonsense/leave").status_code == 404


def test_an_hour_that_proves_nothing_offers_no_button(
    client: CheckingClient, sign_in: SignIn, session: Session
):
    sign_in(Role.MANAGER)
    message = make_message(session, state=MessageState.UNCERTAIN, attempts_made=1)
    make_attempt(
        session, message=message, finished_at=MOMENT, outcome=AttemptOutcome.MAY_HAVE_BEEN_SENT
    )

    page = client.get("/outbox").text
    answer = client.post(f"/outbox/hours/{MOMENT:%Y-%m-%dT%H}/send-again", follow_redirects=True)

    assert "Send it again" not in page and "Leave it" in page
    assert "do not prove" in answer.text
    assert client.post("/outbox/hours/nonsense/send-again").status_code == 404
