"""What forms share: they parse and check shape, and neither query nor decide."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

UNPROCESSABLE = 422


class StaffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of our own people's pages. The door has checked its CSRF token already."""

    def refuse(self, field: str, sentence: str) -> None:
        """Put the sentence of a refused action beside the field it is about."""
        named: Any = self[field]
        named.errors = [*named.errors, sentence]


def stripped(text: str | None) -> str:
    """A filter: what was typed, without spaces around it."""
    return (text or "").strip()


def no_control_characters(_form: FlaskForm, field: Any) -> None:
    """A validator: refuses what no keyboard types on purpose, and what a database cannot keep."""
    if any(not letter.isprintable() and letter not in "\r\n\t" for letter in field.data or ""):
        raise ValidationError("Please take out the invisible characters.")
