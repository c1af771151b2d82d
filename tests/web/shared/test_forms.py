"""What forms take out of what was typed."""

import pytest

from survey.web.shared.forms import stripped


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  Ada\u00a0", "Ada"),
        ("a\x00b\x1fc\x7fd\x9f", "abcd"),
        ("a\ud800b\ufdd0c\uffffd\U0010fffe", "abcd"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("👨\u200d👩\u200d👧 می\u200cخواهم", "👨\u200d👩\u200d👧 می\u200cخواهم"),
    ],
)
def test_stripped_keeps_every_script_and_no_control(typed: str | None, kept: str) -> None:
    assert stripped(typed) == kept
