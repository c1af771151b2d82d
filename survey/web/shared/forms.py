"""What forms share: they parse and check shape, and neither query nor decide."""

import re
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.form import BaseForm

__all__ = ["UNPROCESSABLE", "SelectChoice", "StaffForm", "no_control_characters", "stripped"]

UNPROCESSABLE = 422
_NEVER_TYPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)

_CHOOSE = "Please choose from the list."
_GONE = "“%(value)s” is not in the list. Please choose again."
_WHOLE = "Please give a whole number."
_IN_OUR_WORDS = {
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "'%(value)s' is not a valid choice for this field.": _GONE,
    "'%(value)s' are not valid choices for this field.": _GONE,
    "Not a valid integer value.": _WHOLE,
    "Not a valid date value.": "Please give a day that is in the calendar, as 2026-10-31.",
    "Field cannot be longer than %(max)d character.": "Please use one letter at most.",
    "Field cannot be longer than %(max)d characters.": "Please use %(max)d letters at most.",
    "Number must be at least %(min)s.": "Please take %(min)s or more.",
    "Number must be at most %(max)s.": "Please take %(max)s at most.",
    "Number must be between %(min)s and %(max)s.": "Please take %(min)s to %(max)s.",
    "Invalid value, must be one of: %(values)s.": _CHOOSE,
    "This field is required.": "Please fill this in.",
}
"""WTForms speaks to programmers; these are its sentences as our people read them."""


class _OurWords:
    """Stands where WTForms expects a translation."""

    def gettext(self, sentence: str) -> str:
        return _IN_OUR_WORDS.get(sentence, sentence)

    def ngettext(self, one: str, several: str, count: int) -> str:
        return self.gettext(one if count == 1 else several)


class StaffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of our own people's pages. The door has checked its CSRF token already.

    Whatever field it is for, typed text arrives without what no page may hold, so that a refused
    form can show it again.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        def wrap_formdata(self, form: BaseForm, formdata: Any) -> MultiDict[str, Any] | None:
            wrapped = super().wrap_formdata(form, formdata)
            if wrapped is None:
                return None
            return MultiDict(
                (name, _without_controls(typed)) for name, typed in wrapped.items(multi=True)
            )

        def get_translations(self, _form: BaseForm) -> _OurWords:
            return _OurWords()

    def refuse(self, field: str, sentence: str) -> None:
        """Put the sentence of a refused action beside the field it is about."""
        named: Any = self[field]
        named.errors = [*named.errors, sentence]


def stripped(text: str | None) -> str:
    """A filter: what was typed, without spaces around it and without what no page may hold.

    Control characters and noncharacters are never typed on purpose, PostgreSQL refuses some of
    them, and HTML refuses the rest (its standard, 13.2.3.5); letters of every script stay.
    """
    return _NEVER_TYPED.sub("", text or "").strip()


def _without_controls(typed: Any) -> Any:
    return _NEVER_TYPED.sub("", typed) if isinstance(typed, str) else typed


def no_control_characters(_form: FlaskForm, field: Any) -> None:
    """A validator for fields that keep their text as it was typed."""
    if _NEVER_TYPED.search(field.data or ""):
        raise ValidationError("Please take out the invisible characters.")
