"""The oldest server that is promised is one the tests run on."""

import pytest
from sqlalchemy import text

from survey.kit.db import Database
from survey.kit.schema import is_too_old


@pytest.mark.parametrize(
    ("server", "version", "is_old"),
    [
        ("postgresql", (9, 6, 24), True),
        ("postgresql", (14, 19), True),
        ("postgresql", (15, 0), False),
        ("postgresql", (15, 18), False),
        ("postgresql", (18, 1), False),
        ("sqlite", (3, 40, 1), False),
    ],
)
def test_postgresql_before_15_is_too_old(
    server: str, version: tuple[int, ...], is_old: bool
) -> None:
    assert is_too_old(server, version) is is_old


@pytest.mark.postgres
def test_the_server_of_the_tests_is_one_that_is_promised(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("about PostgreSQL only")
    with database.reading() as session:
        number = int(session.scalar(text("SHOW server_version_num")))

    assert number // 10_000 >= 15
