"""The forms of the settings page."""

from wtforms import (
    BooleanField,
    ColorField,
    EmailField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from survey.web.shared.forms import StaffForm, stripped

_LARGEST = 1000
_ASK = "Please give a whole number."


class CompanyForm(StaffForm):
    name = StringField(
        "Name of the company",
        filters=[stripped],
        validators=[
            InputRequired("Please give the name that buyers know."),
            Length(max=300),
        ],
    )
    time_zone = SelectField("Time zone")
    postal_address = TextAreaField(
        "Postal address",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    privacy_contact = EmailField(
        "Address for privacy questions",
        filters=[stripped],
        validators=[Optional(), Length(max=320)],
    )
    brand_colour = ColorField("Colour on the buyer’s pages")
    anonymity_threshold = IntegerField(
        "Smallest number of “only in totals” answers",
        validators=[InputRequired(_ASK), NumberRange(3, _LARGEST, "Please take 3 or more.")],
    )
    grey_threshold = IntegerField(
        "Rates are grey below this many answers",
        validators=[InputRequired(_ASK), NumberRange(1, _LARGEST, "Please take 1 or more.")],
    )
    retention_months = IntegerField(
        "Months that answers are kept with their names",
        validators=[InputRequired(_ASK), NumberRange(1, _LARGEST, "Please take 1 or more.")],
    )
    asks_unknown_countries = BooleanField("Ask people whose country nobody knows")


class CountryForm(StaffForm):
    country = StringField(
        "Country, in two letters",
        filters=[stripped],
        validators=[InputRequired("Please name the country."), Length(max=8)],
    )
    may_ask = BooleanField("People there may be asked by e-mail")
    basis = TextAreaField(
        "Why it is allowed",
        filters=[stripped],
        validators=[Length(max=2000)],
    )
