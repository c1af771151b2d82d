"""What is looked for in the taxonomy; it stands in the address."""

from wtforms import BooleanField, SearchField, SelectField
from wtforms.validators import Length

from survey.taxonomy.types import Control
from survey.web.shared.forms import SelectChoice, StaffForm, stripped


class FindForm(StaffForm):
    """Words of a reason, whose hands it is in, and whether it is offered first."""

    class Meta:
        csrf = False

    find = SearchField("Words or code", filters=[stripped], validators=[Length(max=100)])
    control = SelectField(
        "In whose hands",
        choices=[
            SelectChoice("", "All"),
            *(SelectChoice(each.value, each.label) for each in Control),
        ],
    )
    first = BooleanField("Only those offered first")
