"""Which mails to look for; it stands in the address."""

from wtforms import SearchField, SelectField
from wtforms.validators import Length

from survey.mail.types import MessageState
from survey.web.shared.forms import SelectChoice, StaffForm, no_control_characters, stripped

_LONGEST = 320


class FindForm(StaffForm):
    """An address or a Message-ID, and a state."""

    class Meta:
        csrf = False

    find = SearchField(
        "Address or Message-ID",
        filters=[stripped],
        validators=[Length(max=_LONGEST), no_control_characters],
    )
    state = SelectField(
        "State",
        validate_choice=False,
        choices=[
            SelectChoice("", "All"),
            *(SelectChoice(state.value, state.value.capitalize()) for state in MessageState),
        ],
    )
