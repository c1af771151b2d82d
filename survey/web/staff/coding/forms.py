"""The form by which an analyst finds a reason in a buyer's words."""

from collections.abc import Mapping, Sequence

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from survey.coding.queries import Supplier
from survey.coding.rules import resembling
from survey.coding.types import CodingRole, Direction
from survey.deals.types import Outcome
from survey.questionnaires.recap import Told
from survey.questionnaires.rules import LONGEST_TEXT
from survey.taxonomy.queries import Branch
from survey.taxonomy.types import SaleMoment
from survey.web.shared.forms import StaffForm, no_control_characters, stripped

LONGEST_NAME = 200
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


class SupplierForm(StaffForm):
    """Whom a buyer means by a supplier's name: one of the list, or one to put on it."""

    competitor = SelectField("On our list it is", validators=[Optional()])
    name = StringField(
        "Or put it on the list as",
        filters=[stripped],
        validators=[Length(max=LONGEST_NAME), no_control_characters],
    )

    def offer(self, names: Mapping[str, str], *, written: str) -> None:
        """Offer the list by public id, the names that resemble the written one first."""
        alike = resembling(written, names.values())
        by_name = {name: public_id for public_id, name in names.items()}
        likely = {by_name[name]: name for name in alike}
        rest = {public_id: name for public_id, name in names.items() if public_id not in likely}
        groups = {"Written much alike": likely, "All others": rest}
        offered = {label: group for label, group in groups.items() if group}
        self.competitor.choices = {"": "Choose", **offered}


def supplier_forms(
    suppliers: Sequence[Supplier], names: Mapping[str, str]
) -> list[tuple[Supplier, SupplierForm]]:
    """A form for each supplier that is not written as our list has it: public id → name."""
    forms = []
    for each in suppliers:
        if not each.is_as_listed:
            form = SupplierForm(formdata=None, prefix=each.question_key)
            form.offer(names, written=each.written)
            form.competitor.data = each.competitor.public_id if each.competitor else ""
            forms.append((each, form))
    return forms
