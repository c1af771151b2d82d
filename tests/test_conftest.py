"""The fixtures hold what they promise."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.kit.db import Database
from survey.team.models import User
from survey.team.types import Role
from tests import others
from tests.conftest import longest_apart
from tests.databases import queries_counted
from tests.factories import make_user
from tests.house import sources
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


def test_a_file_of_others_that_lacks_skips_the_test(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(others, "OTHERS", tmp_path)
    monkeypatch.setenv("SURVEY_TEST_REQUIRE", "browser,postgres")

    with pytest.raises(pytest.skip.Exception, match="no hostile/blns"):
        others.at_hand("hostile/blns.json")


def test_a_file_of_others_that_is_demanded_may_not_lack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(others, "OTHERS", tmp_path)
    monkeypatch.setenv("SURVEY_TEST_REQUIRE", "browser,data")

    with pytest.raises(pytest.fail.Exception, match="SURVEY_TEST_REQUIRE=data, but no hostile/b"):
        others.at_hand("hostile/blns.json")


def test_every_test_asks_for_files_of_others_in_one_place() -> None:
    """Else it could skip where they are demanded."""
    tests = sources.python("tests")
    askers = [each.path for each in tests if re.search("SHARED[_]DATA", each.text)]

    assert askers == ["tests/conftest.py", "tests/others.py"]


@pytest.mark.parametrize(
    ("minutes", "workers", "order"),
    [
        ([0, 0, 0], 2, [0, 1, 2]),
        ([0, 0, 0, 0, 12, 12], 2, [4, 0, 1, 5, 2, 3]),
        ([0, 3, 0, 12, 0], 2, [3, 0, 1, 2, 4]),
        ([0, 1, 3, 2], 2, [2, 1, 3, 0]),
        ([0, 1, 3, 2], 1, [2, 3, 1, 0]),
        ([5, 5, 5], 2, [0, 2, 1]),
        ([], 2, []),
    ],
)
def test_each_worker_begins_with_one_of_the_longest(
    minutes: list[int], workers: int, order: list[int]
) -> None:
    assert longest_apart(minutes, workers) == order


def test_queries_counted_lists_statements(database: Database) -> None:
    with queries_counted(database) as statements, database.reading() as session:
        session.scalars(select(User.id)).all()
        session.scalars(select(User.email)).all()

    assert len(statements) == 2
