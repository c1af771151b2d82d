"""`survey deliver`: hand over what is in the outbox."""

import json
from dataclasses import asdict

import click

from survey.cli.door import actor, opened, settings
from survey.cli.person import tell_agreed
from survey.cli.signals import stop_asked
from survey.config import Settings
from survey.jobs.deliver import Delivered, deliver_due
from survey.jobs.desk import desk_of
from survey.jobs.ledger import agree_with_ledger, ledger_of
from survey.kit import clock
from survey.kit.db import Database
from survey.mail.queries import queue_stop
from survey.privacy.actions import release_mail

_PAUSE_S = 5.0


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is due.")
@click.option("--release", is_flag=True, help="First let a stopped outbox leave again.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one line per run.")
def deliver(once: bool, release: bool, as_json: bool) -> None:
    """Hand over what is in the outbox; without --once, look every few seconds until stopped."""
    given = settings()
    with opened(given) as database, stop_asked() as stop:
        if release:
            _release(database, given)
        else:
            tell_agreed(agree_with_ledger(database, given, now=clock.now()))
        desk = desk_of(given, database)
        while True:
            delivered = deliver_due(desk, go_on=lambda: not stop.is_asked)
            if once or delivered != Delivered():
                _tell(database, delivered, as_json=as_json)
            if once or stop.wait(_PAUSE_S):
                return


def _release(database: Database, given: Settings) -> None:
    with database.writing() as session:
        was_stopped, agreed = release_mail(
            session, ledger_of(given), actor=actor(), now=clock.now()
        )
    click.echo("Mail leaves again." if was_stopped else "Mail had not been stopped.", err=True)
    tell_agreed(agreed)


def _tell(database: Database, delivered: Delivered, *, as_json: bool) -> None:
    with database.reading() as session:
        stop = queue_stop(session)
        reason = stop.reason if stop else None
    if as_json:
        click.echo(json.dumps(asdict(delivered) | {"queue_stopped": reason}))
        return
    click.echo(_sentence(delivered))
    if reason:
        click.echo(
            f"The queue is stopped: {reason} Release it on the page “Outbox” or with --release.",
            err=True,
        )


def _sentence(delivered: Delivered) -> str:
    parts = [
        f"{count} {name.replace('_', ' ')}" for name, count in asdict(delivered).items() if count
    ]
    return f"Mails: {', '.join(parts)}." if parts else "Nothing was due."
