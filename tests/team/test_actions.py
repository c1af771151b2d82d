"""Letting people in, changing them, shutting them out."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.kit.addresses import NotAnAddress
from survey.mail.models import Message
from survey.team import actions, queries
from survey.team.models import Team, User
from survey.team.types import Role
from tests.factories.team import make_user

COMMAND = Actor(ActorKind.COMMAND, label="survey user add")


def test_add_user_makes_an_active_user(session: Session, moment: datetime) -> None:
    user = actions.add_user(
        session,
        email=" Ada@Nordlicht.Example ",
        name="Ada Lindqvist",
        role=Role.ANALYST,
        team_name="North",
        actor=COMMAND,
        now=moment,
    )

    assert (user.email, user.role, user.is_active) == ("ada@nordlicht.example", Role.ANALYST, True)
    assert user.team is not None
    assert user.team.name == "North"
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.details) == (
        "user_added",
        user.id,
        {"role": "analyst"},
    )


def test_add_user_refuses_a_known_one(session: Session, moment: datetime) -> None:
    known = make_user(session, role=Role.VIEWER)

    with pytest.raises(actions.UserExists):
        actions.add_user(session, email=known.email, role=Role.ADMIN, actor=COMMAND, now=moment)

    assert known.role is Role.VIEWER


def test_add_user_lets_an_imported_seller_in(session: Session, moment: datetime) -> None:
    seller = actions.seller_for(
        session, "greta@nordlicht.example", name="Greta Holm", team_name="South", now=moment
    )

    added = actions.add_user(
        session, email="greta@nordlicht.example", role=Role.SELLER, actor=COMMAND, now=moment
    )

    assert added is seller
    assert (added.is_active, added.name) == (True, "Greta Holm")
    assert added.team is not None
    assert added.team.name == "South"


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@x.example", "ada@x\n.example"])
def test_add_user_refuses_what_is_no_address(
    session: Session, moment: datetime, email: str
) -> None:
    with pytest.raises(NotAnAddress):
        actions.add_user(session, email=email, role=Role.ADMIN, actor=COMMAND, now=moment)


def test_seller_for_finds_before_it_makes(session: Session, moment: datetime) -> None:
    first = actions.seller_for(session, "hugo@x.example", name="", team_name="", now=moment)
    again = actions.seller_for(session, "HUGO@x.example", name="H", team_name="T", now=moment)

    assert again is first
    assert (first.name, first.role, first.is_active) == ("hugo", Role.SELLER, False)
    assert session.scalar(select(func.count()).select_from(Team)) == 0


def test_last_admin_stays(session: Session, moment: datetime) -> None:
    admin = make_user(session, role=Role.ADMIN)
    make_user(session, role=Role.ADMIN, is_active=False)

    with pytest.raises(actions.LastAdmin):
        actions.disable_user(session, admin, actor=COMMAND, now=moment)
    with pytest.raises(actions.LastAdmin):
        change(session, admin, role=Role.VIEWER, now=moment)

    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def change(session: Session, user: User, *, role: Role, now: datetime, gets_report: bool = False):
    return actions.change_user(
        session,
        user,
        role=role,
        team_name="",
        gets_report=gets_report,
        actor=COMMAND,
        now=now,
    )


def test_the_report_is_mailed_only_to_who_may_open_it(session: Session, moment: datetime) -> None:
    user = make_user(session, role=Role.SELLER)

    with pytest.raises(actions.ReportNotForRole):
        change(session, user, role=Role.SELLER, gets_report=True, now=moment)
    change(session, user, role=Role.VIEWER, gets_report=True, now=moment)

    assert queries.report_readers(session) == [user]


def test_disabling_and_passwords_end_sessions(session: Session, moment: datetime) -> None:
    user = make_user(session, role=Role.VIEWER)
    keys = [user.session_key]

    actions.set_password(session, user, "correct horse battery", actor=COMMAND, now=moment)
    keys.append(user.session_key)
    actions.disable_user(session, user, actor=COMMAND, now=moment)
    keys.append(user.session_key)

    assert len(set(keys)) == 3
    assert queries.user_of_session(session, keys[0]) is None


def test_set_password_refuses_a_weak_one(session: Session, moment: datetime) -> None:
    user = make_user(session, role=Role.VIEWER)
    before = user.password_hash

    with pytest.raises(actions.WeakPassword):
        actions.set_password(session, user, "short", actor=COMMAND, now=moment)

    assert user.password_hash == before


def test_ask_new_password_makes_one_mail_in_ten_minutes(session: Session, moment: datetime) -> None:
    user = make_user(session, role=Role.VIEWER)

    actions.ask_new_password(session, user, now=moment)
    actions.ask_new_password(session, user, now=moment.replace(minute=39))
    actions.ask_new_password(session, user, now=moment.replace(minute=41))

    mails = session.scalars(select(Message).order_by(Message.id)).all()
    assert [(mail.kind, mail.subject_id, mail.to_address) for mail in mails] == [
        ("password_reset", user.id, user.email)
    ] * 2


def test_users_are_found_by_name_or_address(session: Session) -> None:
    ada = make_user(session, name="Ada Lindqvist", email="al@x.example")
    make_user(session, name="Percy 100%", email="percy@x.example")

    assert queries.users(session, find="lindq") == [ada]
    assert queries.users(session, find="AL@") == [ada]
    assert [user.name for user in queries.users(session, find="%")] == ["Percy 100%"]
    assert session.scalar(select(func.count()).select_from(User)) == 2
