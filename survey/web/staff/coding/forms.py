"""The form by which an analyst finds a reason in a buyer's words."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from survey.coding.types import CodingRole, Direction
from survey.deals.types import Outcome
from survey.questionnaires.recap import Told
from survey.questionnaires.rules import LONGEST_TEXT
from survey.taxonomy.queries import Branch
from survey.taxonomy.types import SaleMoment
from survey.web.shared.forms import StaffForm, no_control_characters, stripped

_MOMENTS = {moment.value: moment.value.replace("_", " ").capitalize() for moment in SaleMoment}


class CodingForm(StaffForm):
    """A reason, how much it weighed, which way, and the words it rests on."""

    quote = TextAreaField(
        "The words it rests on",
        filters=[stripped],
        validators=[
            DataRequired("Please keep the words that show it."),
            Length(max=LONGEST_TEXT),
            no_control_characters,
        ],
    )
    reason = SelectField("Reason", validators=[InputRequired("Please choose a reason.")])
    role = RadioField(
        "How much it weighed",
        choices={
            CodingRole.CONTRIBUTING.value: "It contributed",
            CodingRole.PRIMARY.value: "It decided",
        },
        default=CodingRole.CONTRIBUTING.value,
    )
    direction = RadioField(
        "Which way",
        choices={Direction.AGAINST_US.value: "Against us", Direction.FOR_US.value: "For us"},
        default=Direction.AGAINST_US.value,
    )
    moment = SelectField(
        "Where they learnt it", choices={"": "Not said", **_MOMENTS}, validators=[Optional()]
    )

    def offer(self, branches: Sequence[Branch]) -> None:
        """Offer the reasons by category; those switched on first, the rest at the end."""
        named = {
            branch.category.label: {
                reason.code: reason.label for reason in branch.reasons if reason.is_switched_on
            }
            for branch in branches
        }
        rest = {
            reason.code: f"{reason.label} ({branch.category.label})"
            for branch in branches
            for reason in branch.reasons
            if not reason.is_switched_on
        }
        offered = {label: reasons for label, reasons in named.items() if reasons}
        self.reason.choices = {"": "Choose", **offered, "Seldom used": rest}


def coding_forms(
    branches: Sequence[Branch], answers: Sequence[Told], *, outcome: Outcome
) -> dict[str, CodingForm]:
    """A form for each answer in the buyer's own words, by question.

    Its quote is filled in, and it points the way the deal went.
    """
    way = Direction.FOR_US if outcome is Outcome.WON else Direction.AGAINST_US
    forms = {}
    for each in answers:
        if not each.question.choices:
            form = CodingForm(formdata=None, prefix=each.question.key)
            form.offer(branches)
            form.quote.data = each.answer
            form.direction.data = way.value
            forms[each.question.key] = form
    return forms
