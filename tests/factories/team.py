"""Teams and users."""

from typing import Any

from sqlalchemy.orm import Session

from survey.kit.tokens import new_token
from survey.team.models import Team, User
from survey.team.types import Role
from tests.factories.rows import MOMENT, added, next_number


def make_team(session: Session, **columns: Any) -> Team:
    return added(session, Team(**{"name": f"Team {next_number()}"} | columns))


def make_user(session: Session, **columns: Any) -> User:
    """An active seller without a password; the page tests sign in without one."""
    number = next_number()
    values: dict[str, Any] = {
        "email": f"user{number}@northwind.example",
        "name": f"Robin Vos {number}",
        "role": Role.SELLER,
        "session_key": new_token(),
        "created_at": MOMENT,
    }
    return added(session, User(**values | columns))
