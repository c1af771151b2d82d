"""The pages of the list of addresses never to mail."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from survey.audit.models import AuditEntry
from survey.mail import queries
from survey.mail.rules import address_digest
from survey.mail.types import SuppressionReason
from survey.team.types import Role
from tests.factories import make_company, make_suppression
from tests.pages import CheckingClient, as_read

SignIn = Callable[..., object]


@pytest.fixture(autouse=True)
def company(session: Session, sign_in: SignIn) -> None:
    make_company(session, name="Northwind")
    sign_in(Role.MANAGER)


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SELLER, Role.VIEWER])
def test_the_list_is_for_admins_and_managers(
    role: Role, client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(role)

    assert client.get("/suppressions").status_code == 403


def test_the_list_shows_address_reason_and_note(client: CheckingClient, session: Session) -> None:
    make_suppression(session, address="jane@buyer.example", note="550 unknown")
    make_suppression(session, address=None, address_digest=address_digest("a@b.example"))

    page = as_read(client.get("/suppressions"))

    assert "jane@buyer.example" in page
    assert "550 unknown" in page
    assert f"Forgotten {address_digest('a@b.example')[:8]}" in page


def test_the_list_is_searched_by_part_and_by_reason(
    client: CheckingClient, session: Session
) -> None:
    make_suppression(session, address="jane@buyer.example")
    make_suppression(session, address="john@other.example", reason=SuppressionReason.BOUNCED)

    assert "john@other" not in as_read(client.get("/suppressions?find=BUYER.ex"))
    assert "jane@buyer" not in as_read(client.get("/suppressions?reason=bounced"))
    assert "No such address" in client.get("/suppressions?find=%25").text
    assert client.get("/suppressions?reason=none").status_code == 404


def test_a_forgotten_person_is_found_by_the_whole_address(
    client: CheckingClient, session: Session
) -> None:
    digest = address_digest("jane@buyer.example")
    make_suppression(session, address=None, address_digest=digest)

    assert f"Forgotten {digest[:8]}" in client.get("/suppressions?find=Jane@buyer.example").text


def test_an_address_is_added_by_hand(client: CheckingClient, session: Session) -> None:
    answer = client.post(
        "/suppressions/add",
        data={"address": "Jane@Buyer.example", "note": "Rang us."},
        follow_redirects=True,
    )

    assert "Rang us." in answer.text
    assert queries.suppression_of(session, "jane@buyer.example") is not None
    assert actions(session) == ["suppression_added"]


def test_what_is_no_address_is_refused(client: CheckingClient, session: Session) -> None:
    assert client.post("/suppressions/add", data={"address": "jane"}).status_code == 422
    assert client.post("/suppressions/add", data={}).status_code == 422
    assert queries.count_suppressions(session) == 0


def test_an_opt_out_shows_what_speaks_of_a_machine(
    client: CheckingClient, session: Session
) -> None:
    kept = make_suppression(session, address="jane@buyer.example", doubts=["just_delivered"])
    digest = kept.address_digest

    listed = client.get("/suppressions").text
    shown = client.get(f"/suppressions/{digest}").text
    form = {"why": "She says it was not her", "is_asked": "y"}
    lifted = client.post(f"/suppressions/{digest}/lift", data=form)

    assert "Perhaps a machine’s press" in listed
    assert "It was sent less than a minute after the mail was handed over." in shown
    assert lifted.status_code == 303
    assert queries.count_suppressions(session) == 0


def test_an_opt_out_without_signs_shows_none(client: CheckingClient, session: Session) -> None:
    kept = make_suppression(session, address="jane@buyer.example")

    assert "machine" not in client.get("/suppressions").text
    assert "machine" not in client.get(f"/suppressions/{kept.address_digest}").text


def test_lifting_an_opt_out_needs_the_person_s_wish(
    client: CheckingClient, session: Session
) -> None:
    kept = make_suppression(session, reason=SuppressionReason.OPTED_OUT)
    address = f"/suppressions/{kept.address_digest}"

    assert client.get(address).status_code == 200
    assert client.post(f"{address}/lift", data={"why": "A new deal"}).status_code == 422
    assert client.post(f"{address}/lift", data={"is_asked": "y"}).status_code == 422
    lifted = client.post(f"{address}/lift", data={"why": "She wrote", "is_asked": "y"})

    assert lifted.status_code == 303
    assert client.get(address).status_code == 404
    assert actions(session) == ["suppression_lifted"]


def test_a_list_goes_out_and_comes_in_again(client: CheckingClient, session: Session) -> None:
    make_suppression(session, address="jane@buyer.example")
    kept = make_suppression(session, address="john@buyer.example")
    listed = client.post("/suppressions/export").data
    session.delete(kept)

    page = client.post("/suppressions/import", data={"file": (io.BytesIO(listed), "a.csv")})

    assert page.status_code == 200
    assert queries.suppression_of(session, "john@buyer.example") is not None
    assert actions(session) == ["suppressions_exported", "suppressions_taken_in"]


def test_wrong_lines_of_a_list_are_told(client: CheckingClient, session: Session) -> None:
    listed = io.BytesIO(b"address\njane@buyer.example\n<script>\n")

    page = client.post("/suppressions/import", data={"file": (listed, "a.csv")})

    assert "This is not one e-mail address." in page.text
    assert queries.count_suppressions(session) == 1


@pytest.mark.parametrize("body", [b"", b"name\nJane\n", b"PK\x03\x04", b"address\n\xff\n"])
def test_a_file_that_is_no_list_is_refused(body: bytes, client: CheckingClient) -> None:
    answer = client.post("/suppressions/import", data={"file": (io.BytesIO(body), "a.csv")})

    assert answer.status_code == 422


def test_a_list_may_be_larger_than_a_form(client: CheckingClient, session: Session) -> None:
    note = "Wrote that the mail is not for them. " * 7
    rows = "".join(f"buyer{number}@buyer.example,{note}\n" for number in range(4_500))
    listed = FileStorage(io.BytesIO(f"address,note\n{rows}".encode()), "a.csv")
    stream, _length, boundary = stream_encode_multipart({"file": listed})
    with stream:
        body = stream.read()

    answer = client.post(
        "/suppressions/import",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    assert len(body) > 1_200_000
    assert answer.status_code == 200
    assert queries.count_suppressions(session) == 4_500
