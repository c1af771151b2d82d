"""The forms of the people pages."""

from wtforms import BooleanField, EmailField, SearchField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey.team.types import Role
from survey.web.shared.forms import SelectChoice, StaffForm, stripped

ROLE_WORDS = {
    Role.ADMIN: "Admin: everything, people and settings too",
    Role.MANAGER: "Manager: figures, reports, campaigns",
    Role.ANALYST: "Analyst: answers and their reasons",
    Role.SELLER: "Seller: own deals, and totals of the team",
    Role.VIEWER: "Viewer: figures only",
}


class FindForm(StaffForm):
    """What to look for; it stands in the address."""

    class Meta:
        csrf = False

    find = SearchField("Name or address", filters=[stripped], validators=[Length(max=320)])


class RoleForm(StaffForm):
    """What somebody is here."""

    role = SelectField(
        "Role",
        choices=[SelectChoice(role.value, words) for role, words in ROLE_WORDS.items()],
        default=Role.SELLER.value,
        validators=[InputRequired("Please choose a role.")],
    )
    team_name = StringField("Team", filters=[stripped], validators=[Length(max=300)])


class UserForm(RoleForm):
    """What can be changed of a user."""

    gets_report = BooleanField("Monthly report by mail")


class NewUserForm(RoleForm):
    """Somebody new."""

    email = EmailField(
        "E-mail address",
        filters=[stripped],
        validators=[
            InputRequired("Please give the e-mail address."),
            Length(max=320),
        ],
    )
    name = StringField("Name", filters=[stripped], validators=[Length(max=300)])
