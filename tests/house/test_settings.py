"""Settings are `.env.example`, one sentence each."""

import re
from itertools import pairwise

from survey.config import Settings
from tests.house import sources

EXAMPLE = (sources.ROOT / ".env.example").read_text(encoding="utf-8")


def test_settings_equal_the_example() -> None:
    explained = re.findall(r"^#? ?(SURVEY_[A-Z_]+)=", EXAMPLE, flags=re.MULTILINE)
    known = {f"SURVEY_{name.upper()}" for name in Settings.model_fields}

    assert sorted(explained) == sorted(known)


def test_every_setting_has_its_sentence() -> None:
    lines = EXAMPLE.splitlines()
    silent = [
        line
        for before, line in pairwise(lines)
        if re.match(r"(# ?)?SURVEY_[A-Z_]+=", line) and not before.startswith("# ")
    ]

    assert silent == []
