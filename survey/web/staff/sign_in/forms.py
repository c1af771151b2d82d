"""The forms of signing in and of a new password."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from survey.web.shared.forms import StaffForm, stripped

_LONGEST = 256


class SignInForm(StaffForm):
    email = EmailField(
        "E-mail address",
        filters=[stripped],
        validators=[
            InputRequired("Please give your e-mail address."),
            Length(max=320),
        ],
    )
    password = PasswordField(
        "Password", validators=[InputRequired("Please give your password."), Length(max=_LONGEST)]
    )
    next = HiddenField()


class ForgotForm(StaffForm):
    email = EmailField(
        "E-mail address",
        filters=[stripped],
        validators=[
            InputRequired("Please give your e-mail address."),
            Length(max=320),
        ],
    )


class NewPasswordForm(StaffForm):
    password = PasswordField(
        "New password",
        validators=[InputRequired("Please choose a password."), Length(max=_LONGEST)],
    )
    again = PasswordField(
        "The same once more",
        validators=[EqualTo("password", "The two passwords differ. Please type them again.")],
    )
