"""What a fault test cannot do without on this machine."""

import os
from typing import NoReturn

import pytest


def leave_out(what: str, reason: str) -> NoReturn:
    """Skip, saying why; fail where `SURVEY_TEST_REQUIRE` demands it."""
    if what in os.environ.get("SURVEY_TEST_REQUIRE", "").split(","):
        pytest.fail(f"SURVEY_TEST_REQUIRE={what}, but {reason}")
    pytest.skip(reason)
