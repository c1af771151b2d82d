"""`survey demo`: the command."""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.cli.db import set_up
from survey.cli.demo.deals import world
from survey.cli.demo.replies import (
    freeze_earlier_months,
    let_buyers_answer,
    let_the_analyst_read,
)
from survey.cli.demo.year import Year, let_a_year_pass
from survey.cli.door import fail
from survey.cli.serve import serve_all
from survey.config import Environment, MailProvider, Settings, read_settings
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.actions.links import mint_links
from survey.invitations.models import Invitation
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.responses.models import Response, ResponseDraft
from survey.team.models import User
from survey.team.rules import LinkPurpose, sign_link
from survey.team.types import Role

FOLDER = Path("instance/demo")
_ROLES = (Role.MANAGER, Role.ANALYST, Role.SELLER, Role.VIEWER, Role.ADMIN)
_SHARE_OF_THE_YEAR = 80


@dataclass(frozen=True, slots=True)
class Told:
    """What the demo prints when it is ready."""

    closed: int
    asked: int
    answered: int
    addresses: list[tuple[str, str, str]]
    """What one is there, the address, and a word about it."""


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-serve", is_flag=True, help="Fill the demo database and print the addresses.")
def demo(port: int, no_serve: bool) -> None:
    """A believable year of a fictional company, to look around in. No mail leaves this machine.

    Each time the demo's own database is made anew; no other database is touched.
    """
    given = demo_settings(port)
    if not no_serve:
        _refuse_taken(port)
    shutil.rmtree(FOLDER, ignore_errors=True)
    began = time.monotonic()
    database = Database(given.database_url)
    try:
        with _progress() as tell:
            told = fill(database, given, tell=tell)
        _print(told, seconds=time.monotonic() - began)
        if not no_serve:
            serve_all(given, database, host="127.0.0.1", port=port)
    finally:
        database.close()


def demo_settings(port: int) -> Settings:
    """The settings of the demo: everything stays in its own folder."""
    if read_settings().environment is Environment.PRODUCTION:
        fail("The demo does not run in production. Run it on a machine of your own.")
    return read_settings(
        environment=Environment.DEVELOPMENT,
        base_url=f"http://localhost:{port}",
        database_url=f"sqlite:///{FOLDER}/demo.db",
        queue_url="",
        ledger_file=FOLDER / "demo.ledger",
        mail_provider=MailProvider.FILE,
        mail_folder=FOLDER / "mailbox",
        mail_from=world()["sender"]["email"],
        mail_reply_to=world()["sender"]["email"],
        postal_address=world()["company"]["postal_address"],
        timezone=world()["company"]["time_zone"],
    )


def fill(database: Database, given: Settings, *, tell: Callable[[int], None]) -> Told:
    """Make the demo's year. `tell` hears how many hundredths are done."""
    set_up(database, given)
    year = Year(database, given, clock.now())
    with tempfile.TemporaryDirectory() as folder:
        let_a_year_pass(
            year, Path(folder), tell=lambda share: tell(round(share * _SHARE_OF_THE_YEAR))
        )
    let_buyers_answer(
        year,
        tell=lambda share: tell(_SHARE_OF_THE_YEAR + round(share * (99 - _SHARE_OF_THE_YEAR))),
    )
    let_the_analyst_read(year)
    freeze_earlier_months(year)
    tell(100)
    with database.writing() as session:
        return _told(session, given)


def _told(session: Session, given: Settings) -> Told:
    closed = select(func.count()).select_from(Deal).where(Deal.outcome != Outcome.OPEN)
    asked = select(func.count()).select_from(Invitation).where(Invitation.sent_at.is_not(None))
    answered = select(func.count()).select_from(Response)
    ways_in = [
        (f"Open as {role.value}", _way_in(session, role, given), _first(session, role).name)
        for role in _ROLES
    ]
    mailbox = f"{_way_in(session, Role.ADMIN, given)}?next=/mailbox"
    return Told(
        closed=session.scalar(closed) or 0,
        asked=session.scalar(asked) or 0,
        answered=session.scalar(answered) or 0,
        addresses=[
            *ways_in,
            ("The mailbox", mailbox, "every mail, as its recipient sees it"),
            ("Be the buyer", _buyers_link(session, given), "lost, and not answered yet"),
        ],
    )


def _first(session: Session, role: Role) -> User:
    return session.scalars(
        select(User).where(User.role == role, User.is_active).order_by(User.id).limit(1)
    ).one()


def _way_in(session: Session, role: Role, given: Settings) -> str:
    user = _first(session, role)
    token = sign_link(
        LinkPurpose.LOOK_AROUND,
        public_id=user.public_id,
        session_key=user.session_key,
        secret=given.secret,
        now=clock.now(),
    )
    return f"{given.base_url}/look-around/{token}"


def _buyers_link(session: Session, given: Settings) -> str:
    """The link of one who was asked lately and has not begun to answer."""
    taken = (select(Response.invitation_id), select(ResponseDraft.invitation_id))
    invitation = session.scalars(
        select(Invitation)
        .where(
            Invitation.sent_at.is_not(None),
            Invitation.asked_as == Outcome.LOST,
            *(Invitation.id.not_in(ids) for ids in taken),
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    ).one()
    links = mint_links(session, invitation, attempt_id=None, now=clock.now())
    return f"{given.base_url}/s/{links.answer}"


def _print(told: Told, *, seconds: float) -> None:
    share = Rate(Count(told.answered, told.closed)).percent
    click.echo(
        f"\n{world()['company']['name']} is ready after {seconds:.0f} s: {told.closed:,} closed"
        f" deals in twelve months, {told.asked:,} buyers asked, {told.answered} answered"
        f" ({share} of 100 closed deals).\n"
    )
    for label, address, remark in told.addresses:
        click.echo(f"  {label:<16} {address}" + (f"  ({remark})" if remark else ""))
    click.echo("\nThe first six sign you in without a password, in this demo only.\n")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stdout.isatty():
        yield lambda _hundredths: None
        return
    with click.progressbar(length=100, label="A year passes") as bar:
        yield lambda hundredths: bar.update(hundredths - bar.pos)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            fail(f"Port {port} is taken. Choose another: survey demo --port {port + 1}")
