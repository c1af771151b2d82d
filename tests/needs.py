"""What some tests cannot do without, and a machine may lack."""

import os
import shutil
from typing import NoReturn

import pytest

_CLIENT_PROGRAMS = ("pg_dump", "pg_restore", "psql")


def leave_out(what: str, reason: str) -> NoReturn:
    """Skip, saying why; fail where `SURVEY_TEST_REQUIRE` demands it."""
    if what in os.environ.get("SURVEY_TEST_REQUIRE", "").split(","):
        pytest.fail(f"SURVEY_TEST_REQUIRE={what}, but {reason}")
    pytest.skip(reason)


def programs_that_copy(database_url: str) -> None:
    """Leave the test out where PostgreSQL's client programs are wanted and missing."""
    lacking = [program for program in _CLIENT_PROGRAMS if shutil.which(program) is None]
    if lacking and not database_url.startswith("sqlite"):
        leave_out("postgres", f"no {lacking[0]}: install PostgreSQL's client programs")
