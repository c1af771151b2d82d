"""The forms of what is about to be asked."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from survey.web.shared.forms import StaffForm, no_control_characters, stripped


class HoldForm(StaffForm):
    reason = TextAreaField(
        "Why should this buyer not be asked?",
        filters=[stripped],
        validators=[
            InputRequired("Please say in a few words why."),
            Length(max=1000),
            no_control_characters,
        ],
    )


class ContactForm(StaffForm):
    contact = RadioField(
        "Who should be asked?",
        validators=[InputRequired("Please choose one of the contacts.")],
    )
