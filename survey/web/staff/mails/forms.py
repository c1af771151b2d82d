"""The words of one mail of a campaign, and the deal to look at them with."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from survey.deals.models import Contact, Deal
from survey.invitations.rules.wording import LONGEST_BODY, LONGEST_SUBJECT
from survey.invitations.types import MailWords
from survey.web.shared.forms import SelectChoice, StaffForm, stripped


class DealForm(StaffForm):
    """With which deal to look at a mail; it stands in the address."""

    class Meta:
        csrf = False

    deal = SelectField("Shown as to the buyer of")

    def offer(self, deals: list[tuple[Deal, Contact]]) -> None:
        """The deals to choose from, the first of them chosen where nobody chose."""
        choices = [
            SelectChoice(deal.public_id, f"{deal.account.name}, {contact.name or contact.email}")
            for deal, contact in deals
        ] or [SelectChoice("", "An example, for want of a deal")]
        self.deal.choices = choices
        if self.deal.data in {None, "", "None"}:
            self.deal.data = choices[0].value


class WordsForm(DealForm):
    """What a person writes; an empty part says what we say."""

    class Meta(StaffForm.Meta):
        csrf = True

    subject = StringField("Subject", filters=[stripped], validators=[Length(max=LONGEST_SUBJECT)])
    body = TextAreaField("Text", filters=[stripped], validators=[Length(max=LONGEST_BODY)])

    @property
    def words(self) -> MailWords:
        return MailWords(self.subject.data or "", self.body.data or "")
