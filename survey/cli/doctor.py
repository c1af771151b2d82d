"""`survey doctor`: what is unsafe, unset or falling behind."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.cli.door import settings, unchecked
from survey.company.queries import company
from survey.config import Settings, shipped_folder, unknown_names, unsafe
from survey.kit import clock, schema
from survey.kit.db import Database
from survey.mail import queries as mail
from survey.mail.types import MessageState

_MAIL_MAY_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything at once, so that nobody mends one setting per restart."""

    environment: str
    unsafe: list[str]
    """What production refuses."""
    unknown: list[str]
    broken: list[str]
    """What does not work now, whatever the environment."""

    @property
    def is_well(self) -> bool:
        may_be_unsafe = self.environment != "production"
        return not self.broken and (may_be_unsafe or not self.unsafe)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Tell everything that is unsafe, unset or falling behind, at once."""
    given = settings()
    findings = examine(given)
    if as_json:
        click.echo(json.dumps({**asdict(findings), "is_well": findings.is_well}, indent=2))
    else:
        _tell(findings)
    ctx.exit(0 if findings.is_well else 1)


def examine(given: Settings) -> Findings:
    """Look at the settings, the variables around them and the database."""
    return Findings(
        environment=given.environment.value,
        unsafe=unsafe(given),
        unknown=[
            f"{name} is not a setting: see .env.example." for name in unknown_names(os.environ)
        ],
        broken=_broken(given),
    )


def _broken(given: Settings) -> list[str]:
    with unchecked(given) as database:
        try:
            if schema.current(database) != schema.newest(shipped_folder("migrations")):
                return ["The database is not up to date: run “survey db upgrade”."]
            return _falling_behind(database)
        except SQLAlchemyError:
            return ["The database does not answer: check SURVEY_DATABASE_URL and its server."]


def _falling_behind(database: Database) -> list[str]:
    with database.reading() as session:
        found = []
        if company(session) is None:
            found.append("There is no company yet: run “survey db upgrade”.")
        return [*found, *_mail_held_up(session, clock.now())]


def _mail_held_up(session: Session, now: datetime) -> Iterator[str]:
    stop = mail.queue_stop(session)
    if stop is not None:
        yield f"No mail leaves: {stop.reason} Release it on the page “Outbox”."
    elif (overdue := mail.count_overdue(session, since=now - _MAIL_MAY_WAIT)) > 0:
        yield f"{overdue} in the outbox should have left: is the worker running?"
    if (uncertain := mail.count_by_state(session)[MessageState.UNCERTAIN]) > 0:
        yield f"{uncertain} in the outbox may have left or not: settle that on the page “Outbox”."


def _tell(findings: Findings) -> None:
    refused = "Production refuses:" if findings.environment == "production" else "For production:"
    for heading, sentences in (
        ("Broken:", findings.broken),
        (refused, findings.unsafe),
        ("Not known:", findings.unknown),
    ):
        if sentences:
            click.echo(heading)
            for sentence in sentences:
                click.echo(f"  - {sentence}")
    if findings.is_well and not findings.unsafe:
        click.echo("All is well.")
