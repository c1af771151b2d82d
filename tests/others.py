"""Files that others made: real exports, awkward tables, hostile strings, SendGrid's own words.

They are no part of the repository. A test that needs one asks for it here and nowhere else, so
that it is either read, or skipped with a reason, or missed loudly where it may not be missing.
"""

import os
from pathlib import Path

import pytest

OTHERS = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def at_hand(name: str) -> Path:
    """The file or folder of this name; skips the test that asks where there is none."""
    if not is_at_hand(name):
        pytest.skip(_lacking(name))
    return OTHERS / name


def is_at_hand(name: str) -> bool:
    """Whether it is here. Where `SURVEY_TEST_REQUIRE` names `data`, its lack fails the test."""
    found = (OTHERS / name).exists()
    if not found and "data" in os.environ.get("SURVEY_TEST_REQUIRE", "").split(","):
        pytest.fail(f"SURVEY_TEST_REQUIRE=data, but {_lacking(name)}")
    return found


def _lacking(name: str) -> str:
    return f"no {name} made by others: set SHARED_DATA"
