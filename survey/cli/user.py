"""`survey user`: our own people."""

import sys

import click

from survey.cli.door import Commands, actor, opened, settings
from survey.config import Settings
from survey.kit import clock
from survey.kit.db import Database
from survey.team import actions, rules
from survey.team.models import User
from survey.team.types import Role


@click.group(cls=Commands)
def user() -> None:
    """Our own people: who may sign in."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="", help="How the person is called on the pages.")
@click.option("--team", default="", help="The team a seller sells in.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, role: str, name: str, team: str, password_stdin: bool) -> None:
    """Let somebody in, and print the link under which they choose a password."""
    given = settings()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with opened(given) as database:
        added = _add(database, email, role=Role(role), name=name, team=team, password=password)
    click.echo(f"{added.email} is {added.role.value}.")
    if password is None:
        click.echo(f"Choose a password within 24 hours: {_link(added, given)}")


def _add(
    database: Database, email: str, *, role: Role, name: str, team: str, password: str | None
) -> User:
    now = clock.now()
    with database.writing() as session:
        added = actions.add_user(
            session, email=email, role=role, name=name, team_name=team, actor=actor(), now=now
        )
        if password is not None:
            actions.set_password(session, added, password, actor=actor(), now=now)
    return added


def _link(added: User, given: Settings) -> str:
    token = rules.sign_link(
        rules.LinkPurpose.SET_PASSWORD,
        public_id=added.public_id,
        session_key=added.session_key,
        secret=given.secret,
        now=clock.now(),
    )
    return f"{given.base_url}/reset/{token}"
