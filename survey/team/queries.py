"""What is asked of our own people."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.team.models import Team, User
from survey.team.types import REPORT_ROLES, Role


def user_of_session(session: Session, session_key: str) -> User | None:
    return session.scalar(
        select(User).where(User.session_key == session_key).options(joinedload(User.team))
    )


def user_by_email(session: Session, email: str) -> User | None:
    """The user with that address, however it is written."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def user_by_public_id(session: Session, public_id: str) -> User | None:
    return session.scalar(select(User).where(User.public_id == public_id))


def users(session: Session, *, find: str = "") -> list[User]:
    """Users with their teams, those who may sign in first, then by name; all, or those whose name
    or address holds some words.
    """
    asked = (
        select(User)
        .options(joinedload(User.team))
        .order_by(User.is_active.desc(), func.lower(User.name), User.id)
    )
    if find:
        asked = asked.where(
            or_(
                User.name.icontains(find, autoescape=True),
                User.email.icontains(find, autoescape=True),
            )
        )
    return list(session.scalars(asked))


def teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(func.lower(Team.name), Team.id)))


def team_by_name(session: Session, name: str) -> Team | None:
    return session.scalar(select(Team).where(Team.name == name))


def other_admins(session: Session, user: User) -> int:
    """How many active admins there are besides this user."""
    return (
        session.scalar(
            select(func.count())
            .select_from(User)
            .where(User.role == Role.ADMIN, User.is_active, User.id != user.id)
        )
        or 0
    )


def report_readers(session: Session) -> list[User]:
    """Everybody who is told of a month's report by mail, the longest known first."""
    asked = (
        select(User)
        .where(User.is_active, User.gets_report, User.role.in_(REPORT_ROLES))
        .order_by(User.id)
    )
    return list(session.scalars(asked))
