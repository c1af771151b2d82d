"""The fixtures hold what they promise."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.kit.db import Database
from survey.team.models import User
from survey.team.types import Role
from tests.databases import queries_counted
from tests.factories import make_user
from tests.pages import CheckingClient


def test_client_sees_what_the_session_arranged(
    session: Session, client: CheckingClient, sign_in: Callable[[Role | User], User]
) -> None:
    sign_in(Role.ADMIN)

    assert client.get("/healthz").status_code == 200
    assert session.scalars(select(User.role)).all() == [Role.ADMIN]


def test_database_starts_empty(database: Database) -> None:
    with database.writing() as session:
        before = session.scalars(select(User.id)).all()
        make_user(session)

    assert before == []


def test_queries_counted_lists_statements(database: Database) -> None:
    with queries_counted(database) as statements, database.reading() as session:
        session.scalars(select(User.id)).all()
        session.scalars(select(User.email)).all()

    assert len(statements) == 2
