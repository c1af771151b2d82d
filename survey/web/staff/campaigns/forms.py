"""The form of a campaign, and what its page may be asked to show."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    ValidationError,
    widgets,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from survey.invitations.types import SkipReason, Terms
from survey.kit.errors import SurveyError
from survey.kit.money import decimals_of, read_amount, read_currency
from survey.web.shared.forms import SelectChoice, StaffForm, no_control_characters, stripped

_AMOUNTS = ("amount_from_minor", "amount_to_minor")


def _words(label: str, needed: str = "", longest: int = 300) -> StringField:
    required = [InputRequired(needed)] if needed else []
    return StringField(
        label,
        filters=[stripped],
        validators=[*required, Length(max=longest), no_control_characters],
    )


def _days(label: str, lowest: int = 0, *, is_needed: bool = True, default: Any = None) -> Any:
    presence = InputRequired("Please give a number of days.") if is_needed else Optional()
    within = NumberRange(lowest, 730, f"Please take {lowest} to 730 days.")
    return IntegerField(label, validators=[presence, within], default=default)


class _Ticks(SelectMultipleField):
    """Several of a list, as ticks."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class CampaignForm(StaffForm):
    name = _words("Name of the campaign", "Please give the campaign a name.")
    questionnaire_id = SelectField("Questionnaire", coerce=int)

    lost_delay_days = _days("Lost", is_needed=False)
    no_decision_delay_days = _days("No decision", is_needed=False)
    won_delay_days = _days("Won", is_needed=False)
    stop_after_days = _days("Stop asking after", 1, default=60)
    notice_days = IntegerField(
        "Notice to sellers",
        validators=[InputRequired("Please give a number."), NumberRange(0, 20)],
        default=3,
    )
    answer_days = _days("Link takes answers for", 1, default=30)
    reminders = IntegerField(
        "Reminders",
        validators=[
            InputRequired("Please give a number."),
            NumberRange(0, 2, "Please take 0, 1 or 2."),
        ],
        default=1,
    )
    reminder_days = _days("First reminder after", 3, default=5)
    reminder_gap_days = _days("Second reminder after", 3, default=3)
    person_quarantine_days = _days("Leave a person alone for", 90, default=90)
    account_quarantine_days = _days("Leave an account alone for", default=90)

    amount_from_minor = _words("Amount from", longest=40)
    amount_to_minor = _words("Amount to", longest=40)
    amount_currency = _words("Currency", longest=3)
    regions = _Ticks("Only these regions")
    products = _Ticks("Only these products")
    sample_percent = IntegerField(
        "Share of the deals to ask about",
        validators=[InputRequired("Please give a share."), NumberRange(1, 100)],
        default=100,
    )

    sender_name = _words("Name", "Please name the person who signs.")
    sender_role = _words("Role", "Please say what this person does.")
    reply_to = EmailField(
        "Reply address",
        filters=[stripped],
        validators=[InputRequired("Please give an address that a person reads."), Length(max=320)],
    )
    phone = TelField(
        "Phone", filters=[stripped], validators=[Length(max=64), no_control_characters]
    )
    sender_is_not_in_sales = BooleanField("This person is not in sales")
    sender_reads_every_answer = BooleanField("This person reads every answer")
    sends_thanks = BooleanField("Thank by mail for an answer")

    def offer(
        self, *, questionnaires: list[tuple[int, str]], regions: list[str], products: list[str]
    ) -> None:
        """What can be chosen from; what the campaign holds already can be kept."""
        self.questionnaire_id.choices = [SelectChoice(*each) for each in questionnaires]
        for field, known in ((self.regions, regions), (self.products, products)):
            field.choices = [
                SelectChoice(each) for each in sorted({*known, *(field.object_data or ())})
            ]

    def validate_amount_currency(self, field: StringField) -> None:
        if field.data:
            field.data = _read(read_currency, field.data)

    def validate_amount_from_minor(self, field: StringField) -> None:
        self._check_amount(field)

    def validate_amount_to_minor(self, field: StringField) -> None:
        self._check_amount(field)

    def terms(self) -> Terms:
        """What was entered, once it is valid."""
        given = {name: self[name].data for name in Terms.__slots__}
        currency = given["amount_currency"] or None
        for name in _AMOUNTS:
            written = given[name]
            given[name] = (
                read_amount(written, currency, decimal=".") if written and currency else None
            )
        lists = {name: tuple(self[name].data) for name in ("regions", "products")}
        return Terms(**given | lists | {"amount_currency": currency})

    def _check_amount(self, field: StringField) -> None:
        if not field.data:
            return
        if not (self.amount_currency.data or ""):
            raise ValidationError("Say which currency the amount is in.")
        currency = _read(read_currency, self.amount_currency.data or "")
        _read(lambda text: read_amount(text, currency, decimal="."), field.data)


def written_terms(terms: Terms) -> dict[str, Any]:
    """A campaign's terms as the form's fields hold them."""
    given = {name: getattr(terms, name) for name in Terms.__slots__}
    for name in _AMOUNTS:
        if given[name] is not None and terms.amount_currency:
            places = decimals_of(terms.amount_currency)
            given[name] = f"{Decimal(given[name]).scaleb(-places):f}"
    return given


class ShownForm(StaffForm):
    """Which part of a campaign's plan to show; it stands in the address."""

    class Meta:
        csrf = False

    reason = SelectField(
        "Skipped because",
        choices=[
            SelectChoice("", "Will be asked"),
            *(SelectChoice(each.value, each.sentence) for each in SkipReason),
        ],
        default="",
    )
    page = IntegerField("Page", validators=[Optional(), NumberRange(1, 10_000)], default=1)


def _read(reader: Any, text: str) -> Any:
    try:
        return reader(text)
    except SurveyError as error:
        raise ValidationError(f"“{text}” {error}.") from None
