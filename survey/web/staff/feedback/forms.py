"""The forms of the feedback pages."""

from collections.abc import Sequence

from wtforms import BooleanField, SearchField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from survey.insights.queries.feedback import Wanted
from survey.questionnaires.rules import fill
from survey.questionnaires.types import Question
from survey.taxonomy.queries import Branch
from survey.web.shared.forms import StaffForm, no_control_characters, stripped
from survey.web.staff.filters import WindowForm

LONGEST_REPLY = 4_000


class FeedbackForm(WindowForm):
    """Which answers are listed."""

    reason = SelectField("Reason")
    is_primary_only = BooleanField("Only where it weighed most", name="decisive")
    words = SearchField("Words, company or deal", filters=[stripped])

    def fill_rest(self, branches: Sequence[Branch], wanted: Wanted) -> None:
        """Offer the taxonomy's reasons, and show what is looked for."""
        named = {
            branch.category.label: {each.code: each.label for each in branch.reasons}
            for branch in branches
        }
        self.reason.choices = {"": "Any", **named}
        self.reason.data = wanted.reason
        self.is_primary_only.data = wanted.is_primary_only
        self.words.data = wanted.words


class FindInvitationForm(StaffForm):
    """Whose reply is to be recorded; it stands in the address."""

    class Meta:
        csrf = False

    find = SearchField("Company, person or deal", filters=[stripped], validators=[Length(max=320)])


class ReplyForm(StaffForm):
    """What a buyer wrote back by mail, as the one who read it understands it."""

    first = SelectField("What weighed most", validators=[Optional()])
    second = SelectField("What they did instead", validators=[Optional()])
    words = TextAreaField(
        "The buyer’s words",
        filters=[stripped],
        validators=[
            DataRequired("Please paste what the buyer wrote."),
            Length(max=LONGEST_REPLY, message="Please keep it under 4,000 letters."),
            no_control_characters,
        ],
    )

    def offer(self, first: Question, second: Question | None, fields: dict[str, str]) -> None:
        """Take the questionnaire's own choices; without a second question the field goes."""
        self.first.choices = _choices(first, fields)
        if second is None:
            del self.second
        else:
            self.second.choices = _choices(second, fields)


def _choices(question: Question, fields: dict[str, str]) -> dict[str, str]:
    choices = {choice.key: fill(choice.label, fields) for choice in question.choices}
    return {"": "Not said", **choices}
