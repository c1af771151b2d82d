"""What forms take out of what was typed."""

import pytest
from flask import Flask
from wtforms import IntegerField

from survey.web.shared.forms import StaffForm, stripped


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


def test_refused_forms_show_what_a_page_may_hold(app: Flask) -> None:
    class CountForm(StaffForm):
        count = IntegerField("Count")

    with app.test_request_context(method="POST", data={"count": "1\x002\x1b"}):
        form = CountForm()

        assert form.count.data == 12
        assert 'value="12"' in form.count()
