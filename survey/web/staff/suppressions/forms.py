"""The forms of the list of addresses never to mail."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, SearchField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from survey.mail.types import SuppressionReason
from survey.web.shared.forms import SelectChoice, StaffForm, no_control_characters, stripped

REASON_WORDS = {
    SuppressionReason.OPTED_OUT: "Wants no mail",
    SuppressionReason.BOUNCED: "Mail came back",
    SuppressionReason.REFUSED: "Refused again and again",
    SuppressionReason.COMPLAINED: "Called it spam",
    SuppressionReason.ADDED_BY_PERSON: "Added by us",
    SuppressionReason.ERASED: "Asked to be forgotten",
}
_LONGEST = 320
_LONGEST_NOTE = 280


class FindForm(StaffForm):
    """An address or a part of it, and a reason; they stand in the address of the page."""

    class Meta:
        csrf = False

    find = SearchField(
        "Address",
        filters=[stripped],
        validators=[Length(max=_LONGEST), no_control_characters],
    )
    reason = SelectField(
        "Reason",
        validate_choice=False,
        choices=[
            SelectChoice("", "All"),
            *(SelectChoice(reason.value, words) for reason, words in REASON_WORDS.items()),
        ],
    )


class AddForm(StaffForm):
    address = EmailField(
        "Address never to mail",
        filters=[stripped],
        validators=[InputRequired("Please give an address."), Length(max=_LONGEST)],
    )
    note = TextAreaField("Note", filters=[stripped], validators=[Length(max=_LONGEST_NOTE)])


class ListForm(StaffForm):
    file = FileField("CSV file", validators=[FileRequired("Please choose a file.")])


class LiftForm(StaffForm):
    why = TextAreaField(
        "Why this address may be mailed again",
        filters=[stripped],
        validators=[InputRequired("Please say why."), Length(max=_LONGEST_NOTE)],
    )
    is_asked = BooleanField("The person asked for it themselves")
