"""The people pages: adding, changing, shutting out, letting in."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.mail.models import Message
from survey.team import queries
from survey.team.models import User
from survey.team.types import Role
from tests.factories.company import make_company
from tests.factories.team import make_team, make_user
from tests.pages import CheckingClient


@pytest.fixture(autouse=True)
def admin(session: Session, sign_in: Callable[[Role | User], User]) -> User:
    make_company(session)
    return sign_in(make_user(session, role=Role.ADMIN, name="Ada Lindqvist"))


def test_people_are_listed_with_role_and_team(client: CheckingClient, session: Session) -> None:
    make_user(session, name="Elif Kaya", role=Role.SELLER, team=make_team(session, name="North"))
    make_user(session, name="Greta Holm", is_active=False)

    page = client.get("/people").text

    may_not = page.index("Known from imports, or shut out")
    assert page.index("Elif Kaya") < may_not < page.index("Greta Holm")
    assert "North" in page


def test_people_are_found(client: CheckingClient, session: Session) -> None:
    make_user(session, name="Elif Kaya")

    assert "Elif Kaya" in client.get("/people?find=kay").text
    assert "Nobody found" in client.get("/people?find=zzz").text


def test_adding_somebody_sends_them_a_link(client: CheckingClient, session: Session) -> None:
    answer = client.post(
        "/people/add",
        data={"email": "new@x.example", "name": "Nia", "role": "analyst", "team_name": ""},
    )

    added = queries.user_by_email(session, "new@x.example")
    assert answer.status_code == 303
    assert added is not None
    assert (added.role, added.is_active) == (Role.ANALYST, True)
    assert [mail.to_address for mail in session.scalars(select(Message))] == ["new@x.example"]


@pytest.mark.parametrize(
    ("email", "role", "sentence"),
    [
        ("", "viewer", "Please give the e-mail address."),
        ("no address", "viewer", "is not an e-mail address"),
        ("a@x.example", "owner", "Please choose from the list"),
    ],
)
def test_adding_refuses_what_does_not_fit(
    client: CheckingClient, session: Session, email: str, role: str, sentence: str
) -> None:
    answer = client.post("/people/add", data={"email": email, "role": role})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_changing_role_and_team(client: CheckingClient, session: Session) -> None:
    user = make_user(session, role=Role.SELLER)
    path = f"/people/{user.public_id}"
    assert client.get(path).status_code == 200

    answer = client.post(path, data={"role": "manager", "team_name": "South"})

    assert answer.status_code == 303
    assert user.role is Role.MANAGER
    assert user.team is not None
    assert user.team.name == "South"


def test_ticking_the_report(client: CheckingClient, session: Session) -> None:
    user = make_user(session, role=Role.MANAGER)
    path = f"/people/{user.public_id}"

    client.post(path, data={"role": "manager", "gets_report": "y"})
    ticked = user.gets_report
    refused = client.post(path, data={"role": "seller", "gets_report": "y"})

    assert ticked is True
    assert refused.status_code == 422
    assert "Sellers do not see the report." in refused.text
    assert "checked" in client.get(path).text


def test_role_that_nobody_chose_does_not_change(client: CheckingClient, session: Session) -> None:
    user = make_user(session, role=Role.VIEWER)

    answer = client.post(f"/people/{user.public_id}", data={"team_name": "South"})

    assert answer.status_code == 422
    assert "Please choose a role." in answer.text
    assert user.role is Role.VIEWER


def test_the_last_admin_stays_admin(client: CheckingClient, admin: User) -> None:
    answer = client.post(f"/people/{admin.public_id}", data={"role": "viewer"})

    assert answer.status_code == 422
    assert "Ada Lindqvist is the only admin." in answer.text
    assert admin.role is Role.ADMIN


def test_letting_somebody_in_no_more(client: CheckingClient, session: Session) -> None:
    user = make_user(session, name="Sam Jansen")

    answer = client.post(f"/people/{user.public_id}/disable")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/people")
    assert not user.is_active
    assert "Sam Jansen may no longer sign in." in client.get("/people").text
    assert session.scalars(select(Message.id)).all() == []


def test_letting_an_imported_seller_in(client: CheckingClient, session: Session) -> None:
    seller = make_user(session, is_active=False)

    client.post(f"/people/{seller.public_id}/let-in")

    assert seller.is_active
    assert [mail.subject_id for mail in session.scalars(select(Message))] == [seller.id]
