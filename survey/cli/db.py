"""`survey db`: the database itself."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from survey.cli.backups import copying, replaced
from survey.cli.door import Commands, actor, fail, settings, unchecked
from survey.cli.person import tell_agreed
from survey.company.actions import found_company
from survey.config import Settings, shipped_folder
from survey.invitations.actions.campaigns import ship_campaigns
from survey.jobs.ledger import agree_with_ledger
from survey.kit import clock, schema
from survey.kit.db import Database
from survey.mail.actions.stops import stop_queue
from survey.mail.actions.suppressions import take_in
from survey.mail.listing import Listed
from survey.privacy.actions import erase_again
from survey.questionnaires.actions import ship_questionnaires
from survey.taxonomy.actions import ship_release

_BROUGHT_BACK = "The database was brought back from a copy: what left since would leave again."
_LIST_CARRIED = "Addresses never to mail that the copy did not know yet: {}. They are kept."
_LIST_LOST = (
    "No earlier list of addresses never to mail could be read here: before you release the outbox, "
    "import the newest one that was exported, on the page “Never to mail”."
)
_NAMELESS = "Your company"


@click.group(cls=Commands)
def db() -> None:
    """The database: bring it up to date, check it, copy it, bring a copy back."""


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them up to date. Does nothing when they are."""
    given = settings()
    with unchecked(given) as database:
        set_up(database, given)
        with database.writing() as session:
            ship_campaigns(session, now=clock.now())
        tell_agreed(agree_with_ledger(database, given, now=clock.now()))
        click.echo(f"The database is at migration {schema.current(database)}.")


def set_up(database: Database, given: Settings) -> None:
    """Bring a database to the newest migration, found the company, and lay out what is shipped."""
    schema.upgrade(database, shipped_folder("migrations"))
    with database.writing() as session:
        found_company(
            session,
            name=_NAMELESS,
            time_zone=given.timezone,
            postal_address=given.postal_address,
            actor=actor(),
            now=clock.now(),
        )
        ship_release(session, actor=actor(), now=clock.now())
        ship_questionnaires(session, actor=actor(), now=clock.now())


@db.command()
def check() -> None:
    """Tell whether the database is up to date and whole."""
    with unchecked() as database:
        if found := copying.faults(database):
            fail(f"The database is damaged, bring back a copy: {'; '.join(found)}.")
        seen, newest = schema.current(database), schema.newest(shipped_folder("migrations"))
        if seen != newest:
            fail(f"The database is at {seen or 'nothing'}, not {newest}: run “survey db upgrade”.")
        click.echo(f"The database is at migration {seen} and whole.")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the whole database to FILE, while everybody goes on working."""
    with unchecked() as database:
        copying.backup(database, file)
    click.echo(f"Copied to {file}.")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace a database that holds something.")
def restore(file: Path, overwrite: bool) -> None:
    """Bring back the copy in FILE. No mail leaves until somebody releases the outbox.

    Whoever the replaced database never mailed is never mailed by the restored one.
    """
    given = settings()
    with unchecked(given) as database:
        if not overwrite and schema.current(database):
            fail("There is a database already. Stop everything, then say --overwrite.")
        now = clock.now()
        never_mailed = replaced.never_mailed(database)
        make_ready = partial(_make_ready, never_mailed=never_mailed or [], now=now)
        carried = copying.restore(database, file, reason=_BROUGHT_BACK, ready=make_ready, now=now)
        agreed = agree_with_ledger(database, given, now=clock.now())
    click.echo(f"Brought back {file}. The outbox is stopped: look at it, then release it.")
    click.echo(_LIST_LOST if never_mailed is None else _LIST_CARRIED.format(carried))
    tell_agreed(agreed)


def _make_ready(restored: Database, never_mailed: Sequence[Listed], now: datetime) -> int:
    """Bring a copy up to date, let nothing leave, and carry over whom never to mail; how many."""
    schema.upgrade(restored, shipped_folder("migrations"))
    with restored.writing() as session:
        stop_queue(session, reason=_BROUGHT_BACK, now=now)
        carried = take_in(session, never_mailed, actor=actor(), now=now)
        replaced.forget(session)
        erase_again(session, actor=actor(), now=now)
    return carried
