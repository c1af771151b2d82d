"""What is done with our own people."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.kit.addresses import NotAnAddress, read_address
from survey.kit.errors import SurveyError
from survey.kit.passwords import hash_password
from survey.kit.tokens import new_token
from survey.mail.actions.outbox import enqueue
from survey.mail.models import Message
from survey.team import queries, rules
from survey.team.models import Team, User
from survey.team.types import Role

PASSWORD_MAIL = "password_reset"  # noqa: S105 (a kind of mail, not a password)
WELCOME_MAIL = "welcome"
_RESET_EVERY = timedelta(minutes=10)


class UserExists(SurveyError):
    """Somebody with that address is a user already."""


class LastAdmin(SurveyError):
    """Without this user nobody could manage the others."""


class ReportNotForRole(SurveyError):
    """The monthly report was to be mailed to somebody who may not open it."""


class WeakPassword(SurveyError):
    """The password is too easy to guess."""


class LinkRefused(SurveyError):
    """A link to set a password is too old, used, or not ours."""


def add_user(
    session: Session,
    *,
    email: str,
    role: Role,
    name: str = "",
    team_name: str = "",
    actor: Actor,
    now: datetime,
) -> User:
    """Let somebody in. An imported seller with that address becomes a full user."""
    address = _address(email)
    user = queries.user_by_email(session, address)
    if user is not None and user.is_active:
        raise UserExists(f"{address} is a user already. Change the role on the page People.")
    if user is None:
        user = _new_user(session, address, name=name, role=role, now=now)
    user.role = role
    user.is_active = True
    user.name = name.strip() or user.name
    user.team = _team(session, team_name) or user.team
    session.flush()
    record(session, actor, "user_added", _subject(user), now=now, role=role.value)
    return user


def seller_for(session: Session, email: str, *, name: str, team_name: str, now: datetime) -> User:
    """The user with a seller's address; an unknown one is made, inactive until an admin asks."""
    address = _address(email)
    user = queries.user_by_email(session, address)
    if user is None:
        user = _new_user(session, address, name=name, role=Role.SELLER, now=now)
        user.team = _team(session, team_name)
        session.flush()
    return user


def change_user(
    session: Session,
    user: User,
    *,
    role: Role,
    team_name: str,
    gets_report: bool,
    actor: Actor,
    now: datetime,
) -> User:
    """Give a user another role or team, or say whether the monthly report comes by mail.

    Raises `LastAdmin`, `ReportNotForRole`.
    """
    if role is not Role.ADMIN:
        _refuse_without_admin(session, user)
    if gets_report and not rules.may_get_report(role):
        raise ReportNotForRole("Sellers do not see the report. Choose another role, or no mail.")
    user.role = role
    user.team = _team(session, team_name)
    user.gets_report = gets_report
    session.flush()
    record(session, actor, "user_changed", _subject(user), now=now, role=role.value)
    return user


def disable_user(session: Session, user: User, *, actor: Actor, now: datetime) -> User:
    """Shut somebody out at once: every open session of theirs ends. Raises `LastAdmin`."""
    _refuse_without_admin(session, user)
    user.is_active = False
    end_sessions(session, user)
    record(session, actor, "user_disabled", _subject(user), now=now)
    return user


def end_sessions(session: Session, user: User) -> None:
    """End every session of a user, also those in copied cookies, and every link they were sent."""
    user.session_key = new_token()
    session.flush()


def set_password(
    session: Session, user: User, password: str, *, actor: Actor, now: datetime
) -> User:
    """Set a password; every open session ends. Raises `WeakPassword`."""
    if weakness := rules.weakness(password, email=user.email, name=user.name):
        raise WeakPassword(weakness)
    user.password_hash = hash_password(password)
    end_sessions(session, user)
    record(session, actor, "password_set", _subject(user), now=now)
    return user


def ask_new_password(session: Session, user: User, *, now: datetime) -> Message:
    """Put a mail with a link to set a new password in the outbox; at most one in ten minutes."""
    return _send_link(session, user, kind=PASSWORD_MAIL, now=now)


def welcome(session: Session, user: User, *, now: datetime) -> Message:
    """Tell a user that they may sign in, with a link to choose their first password; at most once
    in ten minutes.
    """
    return _send_link(session, user, kind=WELCOME_MAIL, now=now)


def user_of_link(
    session: Session, token: str, *, purpose: rules.LinkPurpose, secrets: list[str], now: datetime
) -> User:
    """The active user whom a signed link is for. Raises `LinkRefused`."""
    user = queries.user_by_public_id(session, rules.named_in_link(token))
    if (
        user is None
        or not user.is_active
        or not rules.link_holds(
            purpose, token, session_key=user.session_key, secrets=secrets, now=now
        )
    ):
        raise LinkRefused("This link is too old or was used already. Ask for a new one.")
    return user


def _send_link(session: Session, user: User, *, kind: str, now: datetime) -> Message:
    slot = int(now.timestamp() // _RESET_EVERY.total_seconds())
    return enqueue(
        session,
        key=f"{kind}:{user.id}:{slot}",
        kind=kind,
        subject_id=user.id,
        to_address=user.email,
        now=now,
    )


def _new_user(session: Session, address: str, *, name: str, role: Role, now: datetime) -> User:
    user = User(
        email=address,
        name=name.strip() or address.partition("@")[0],
        role=role,
        is_active=False,
        session_key=new_token(),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def _team(session: Session, name: str) -> Team | None:
    name = name.strip()
    if not name:
        return None
    team = queries.team_by_name(session, name)
    if team is None:
        team = Team(name=name)
        session.add(team)
        session.flush()
    return team


def _refuse_without_admin(session: Session, user: User) -> None:
    if user.role is Role.ADMIN and user.is_active and not queries.other_admins(session, user):
        raise LastAdmin(f"{user.name} is the only admin. Make somebody else admin first.")


def _address(email: str) -> str:
    try:
        return read_address(email)
    except NotAnAddress as error:
        raise NotAnAddress(f"“{email.strip()}” {error}.") from None


def _subject(user: User) -> Subject:
    return Subject(kind=User.__tablename__, id=user.id)
