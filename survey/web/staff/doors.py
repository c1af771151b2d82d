"""The pages of our own people, one line each."""

from flask import Blueprint

from survey.web.staff.sign_in.views import bp as sign_in

bp = Blueprint("staff", __name__)
for _page in (sign_in,):
    bp.register_blueprint(_page)
