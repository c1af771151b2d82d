"""Flask-Security keeps the session; our `User` stays a plain model and our door commits.

Only its session is used: who is signed in, since when, and the end of it. Pages, forms, links and
mails are our own, so that each route has its access mark and each reset mail goes by the outbox.
"""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore

from survey.config import Settings
from survey.team import queries
from survey.team.models import User
from survey.web.shared.door import session

_SESSION_HOURS = 12


class StaffUser(UserMixin):
    """A user as Flask-Security wants to see one."""

    fs_uniquifier = ""

    def __init__(self, user: User) -> None:
        self.user = user
        self.fs_uniquifier = user.session_key
        self.active = user.is_active
        self.roles = []

    @property
    def is_active(self) -> bool:
        return self.active


class StaffDatastore(UserDatastore):
    """Finds the user of a session. It writes nothing: actions do, and the door commits."""

    def __init__(self) -> None:
        super().__init__(StaffUser, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> StaffUser | None:  # noqa: ARG002 (Flask-Security's signature)
        user = queries.user_of_session(session(), kwargs.get("fs_uniquifier", ""))
        return StaffUser(user) if user else None

    def commit(self) -> None:
        """The door commits."""


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret,
        SECRET_KEY_FALLBACKS=settings.secrets[1:],
        SESSION_COOKIE_NAME="__Host-debrief" if settings.is_production else "debrief",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=_SESSION_HOURS),
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_TRACKABLE=False,
        SECURITY_CONFIRMABLE=False,
        SECURITY_ANONYMOUS_USER_DISABLED=True,
    )
    security = Security()
    security.init_app(app, StaffDatastore(), register_blueprint=False)
    # Addresses of people change while they travel; the session key is what ends a session.
    login = app.login_manager  # type: ignore[attr-defined]  # set by Flask-Login
    login.session_protection = None
    # It would look for tokens of its own in the body of every request, before any view is asked
    # how much it takes and from whom. Only the session signs anybody in.
    login.request_loader(None)
