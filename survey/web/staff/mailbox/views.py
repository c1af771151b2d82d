"""The mailbox of the file provider. Its mails hold live links, so production never shows it."""

from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.mail.providers import mailbox
from survey.team.types import Role
from survey.web.shared.door import settings
from survey.web.shared.foreign import mail_page
from survey.web.staff import access

_PAGE = 50

bp = Blueprint("mailbox", __name__)


@bp.get("/mailbox")
@access.allows(Role.ADMIN, Role.MANAGER)
def index() -> ResponseReturnValue:
    letters = mailbox.newest(_folder(), before=request.args.get("before"), limit=_PAGE + 1)
    return render_template(
        "staff/mailbox/index.html",
        letters=letters[:_PAGE],
        older=letters[_PAGE - 1].name if len(letters) > _PAGE else None,
    )


@bp.get("/mailbox/<name>")
@access.allows(Role.ADMIN, Role.MANAGER)
def show(name: str) -> ResponseReturnValue:
    return render_template("staff/mailbox/show.html", letter=_found(name))


@bp.get("/mailbox/<name>/html")
@access.allows(Role.ADMIN, Role.MANAGER)
def html(name: str) -> Response:
    return mail_page(_found(name).html)


def _found(name: str) -> mailbox.Letter:
    return mailbox.find(_folder(), name) or abort(404)


def _folder() -> Path:
    given = settings()
    if not given.keeps_mail_here:
        abort(404)
    return given.mail_folder
