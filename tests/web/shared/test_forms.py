"""What forms take out of what was typed."""

import pytest
from flask import Flask
from wtforms import DateField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from survey.web.shared.forms import SelectChoice, StaffForm, stripped


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


def test_refusals_say_what_to_do(app: Flask) -> None:
    class ManyForm(StaffForm):
        day = DateField("Day")
        way = RadioField("Way", choices=[SelectChoice("in"), SelectChoice("out")])
        ways = SelectMultipleField("Ways", choices=[SelectChoice("in"), SelectChoice("out")])
        count = IntegerField("Count", validators=[InputRequired()])
        share = IntegerField("Share", validators=[NumberRange(1, 100)])
        name = StringField("Name", validators=[Length(max=3)])

    typed = {"day": "31", "way": "up", "ways": "up", "count": "x", "share": "101", "name": "Anna"}
    with app.test_request_context(method="POST", data=typed):
        form = ManyForm()
        form.validate()

        assert {name: form[name].errors[0] for name in typed} == {
            "day": "Please give a day that is in the calendar, as 2026-10-31.",
            "way": "Please choose from the list.",
            "ways": "“up” is not in the list. Please choose again.",
            "count": "Please give a whole number.",
            "share": "Please take 1 to 100.",
            "name": "Please use 3 letters at most.",
        }
